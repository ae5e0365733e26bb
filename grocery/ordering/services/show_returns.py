"""Returns as customers and staff see them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from grocery.inventory import public as inventory
from grocery.kernel.errors import NotFound
from grocery.kernel.money import dong
from grocery.kernel.quantity import Quantity
from grocery.ordering import models, policies
from grocery.ordering.contracts import OrderView, VatPart
from grocery.ordering.contracts.returns import (
    GoodsFate,
    ReturnId,
    ReturnKind,
    ReturnLineView,
    ReturnQueues,
    ReturnReason,
    ReturnState,
    ReturnView,
    ReturnWork,
    ShelfLot,
    UndeliveredOrder,
)
from grocery.ordering.services import decide_return

#: What of a return counts as given back.
_COUNTING: Final = (ReturnState.WAITING, ReturnState.DECIDED, ReturnState.SETTLED)


def of_order(*, order_id: UUID) -> tuple[ReturnView, ...]:
    """See `public.returns.returns_of`."""
    return tuple(view(row) for row in models.OrderReturn.objects.of_order(order_id))


def work(*, return_id: UUID, store_id: UUID | None) -> ReturnWork:
    """See `public.returns.return_work`."""
    row = models.OrderReturn.objects.of_store(store_id).with_id(return_id).whole().first()
    if row is None:
        raise NotFound("return", return_id)
    skus = {line.line.sku for line in row.lines.all()}
    return ReturnWork(
        seen=view(row),
        shelf=decide_return.fit_for_shelf(row.order, list(row.lines.all())),
        lots=tuple(
            ShelfLot(lot.sku, lot.lot_id, lot.lot_code, lot.expires_on)
            for lot in inventory.given_out(holder=row.order.holder)
            if lot.sku in skus
        ),
    )


def queues(*, store_id: UUID) -> ReturnQueues:
    """See `public.returns.return_queues`."""
    here = models.OrderReturn.objects.of_store(store_id).whole()
    return ReturnQueues(
        undelivered=tuple(
            _undelivered(order) for order in models.Order.objects.of_store(store_id).came_back().with_attempts()
        ),
        requested=tuple(view(row) for row in here.requested()),
        coming=tuple(view(row) for row in here.coming()),
        decided=tuple(view(row) for row in here.decided()),
        waiting_for_eyes=tuple(view(row) for row in here.waiting()),
    )


def waiting(*, store_id: UUID) -> int:
    """See `public.returns.returns_waiting`."""
    here = models.OrderReturn.objects.of_store(store_id)
    back = models.Order.objects.of_store(store_id).came_back().count()
    return back + here.requested().count() + here.coming().count()


def vat_left(*, order: OrderView, returns: Iterable[ReturnView]) -> tuple[VatPart, ...]:
    """See `public.returns.vat_left`."""
    rates = {line.sku: line.vat_rate for line in order.lines}
    amounts = [(part.rate, part.gross) for part in order.vat]
    for one in returns:
        if one.state in _COUNTING:
            amounts += [(rates[line.sku], -line.amount) for line in one.lines if line.accepted]
            amounts.append((order.fee_vat_rate, -one.fee_back))
    return tuple(part for part in policies.vat_parts(amounts) if part.gross)


def view(row: models.OrderReturn) -> ReturnView:
    """A return as others see it."""
    return ReturnView(
        id=ReturnId(row.id),
        order_id=row.order_id,
        number=row.order.number,
        kind=ReturnKind(row.kind),
        state=ReturnState(row.state),
        asked_at=row.asked_at,
        by=row.actor,
        decided_at=row.decided_at,
        undo_until=row.settle_at if row.state == ReturnState.DECIDED else None,
        amount=dong(row.amount),
        fee_back=dong(row.fee_back),
        lines=tuple(_line(line) for line in row.lines.all()),
        to_credit=row.to_credit,
    )


def _line(row: models.OrderReturnLine) -> ReturnLineView:
    line = row.line
    return ReturnLineView(
        sku=line.sku,
        name_en=line.name_en,
        name_vi=line.name_vi,
        unit=line.unit,
        image=line.image,
        tint=line.tint,
        quantity=Quantity(row.quantity),
        reason=ReturnReason(row.reason),
        note=row.note,
        amount=dong(row.amount),
        accepted=row.accepted,
        answer=row.answer,
        fate=GoodsFate(row.fate),
    )


def _undelivered(order: models.Order) -> UndeliveredOrder:
    since: datetime = order.since  # type: ignore[attr-defined]  # annotated
    last = [step for step in order.transitions.all() if step.to_state == order.state]
    return UndeliveredOrder(
        order_id=order.id,
        number=order.number,
        recipient=order.recipient,
        phone=order.phone,
        since=since,
        reason=last[-1].reason if last else "",
        attempts=order.attempts,  # type: ignore[attr-defined]  # annotated
        pickup=order.mode == "pickup",
    )
