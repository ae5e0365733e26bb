"""After delivery: the customer asks to give something back, or staff do for them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from grocery.inventory import public as inventory
from grocery.kernel.errors import NotFound
from grocery.kernel.money import dong
from grocery.kernel.outbox import publish
from grocery.kernel.principal import Principal
from grocery.kernel.quantity import ZERO
from grocery.ordering import models
from grocery.ordering.contracts import OrderState, WrongState
from grocery.ordering.contracts.returns import (
    GoodsFate,
    Returnable,
    ReturnId,
    ReturnIs,
    ReturnKind,
    ReturnOpen,
    ReturnState,
    ReturnTooLate,
    UnwantedLine,
)
from grocery.ordering.events import OrderedLine, ReturnRequested
from grocery.ordering.policies import returns as rules
from grocery.ordering.services import counters, requests, returning, transitions


@transaction.atomic
def ask(
    *, order_id: UUID, unwanted: Sequence[UnwantedLine], by: Principal, key: str | None, now: datetime
) -> ReturnId:
    """See `public.returns.ask_return`."""
    order = transitions.lock(order_id, by=by)
    open_one = models.OrderReturn.objects.of_order(order.id).requested().first()
    if requests.done_before(order, "return", by=by, key=key, now=now):
        return ReturnId(models.OrderReturn.objects.of_order(order.id).reverse()[0].id)
    if order.state != OrderState.DELIVERED:
        raise WrongState(order.number, OrderState(order.state), OrderState.DELIVERED)
    if open_one:
        raise ReturnOpen
    found = returning.packed(order.id)
    returning.check_unwanted(found, unwanted)
    if by.kind != "staff":  # staff may be lenient
        _check_in_time(order, [one.sku for one in unwanted], now)
    lines = [_asked(found, one) for one in unwanted]
    row = returning.write(
        order,
        ReturnKind.AFTER,
        ReturnState.REQUESTED,
        lines,
        by=by,
        fee_back=dong(0),
        settle_at=None,
        now=now,
    )
    publish(
        ReturnRequested(
            order_id=order.id,
            number=order.number,
            customer_id=order.customer_id,
            store_id=order.store_id,
            return_id=row.id,
            lines=tuple(OrderedLine(one.sku, one.quantity) for one in unwanted),
        )
    )
    counters.returned(ReturnKind.AFTER, ReturnState.REQUESTED)
    return ReturnId(row.id)


def _asked(found: returning.Packed, one: UnwantedLine) -> models.OrderReturnLine:
    line = found.lines[one.sku]
    return models.OrderReturnLine(
        line=line,
        quantity=one.quantity,
        reason=one.reason.value,
        note=one.note,
        amount=found.amount(line, one.quantity).minor,
        fate=rules.fate_of(GoodsFate.COMING, one.reason).value,
    )


@transaction.atomic
def withdraw(*, return_id: UUID, by: Principal, now: datetime) -> None:
    """See `public.returns.withdraw_return`."""
    _, row = returning.lock(return_id, by=by)
    if row.state == ReturnState.WITHDRAWN:
        return
    if row.state != ReturnState.REQUESTED:
        raise ReturnIs(ReturnState(row.state))
    row.state, row.decided_at, row.decided_by = ReturnState.WITHDRAWN.value, now, by.id
    row.save(update_fields=["state", "decided_at", "decided_by"])
    counters.returned(ReturnKind.AFTER, ReturnState.WITHDRAWN)


def returnable(*, order_id: UUID, by: Principal, now: datetime) -> tuple[Returnable, ...]:
    """See `public.returns.returnable`."""
    order = models.Order.objects.with_id(order_id).first()
    if order is None or not transitions.may_touch(order, by):
        raise NotFound("order", order_id)
    found = returning.packed(order.id)
    ends = _ends(order, found.lines.keys()) if order.state == OrderState.DELIVERED else {}
    staff = by.kind == "staff"
    return tuple(
        _returnable(found, line, ends.get(sku), late=not staff and sku in ends and now > ends[sku])
        for sku, line in found.lines.items()
    )


def _returnable(found: returning.Packed, line: models.OrderLine, until: datetime | None, *, late: bool) -> Returnable:
    left = ZERO if late else found.left(line)
    return Returnable(
        sku=line.sku,
        name_en=line.name_en,
        name_vi=line.name_vi,
        unit=line.unit,
        image=line.image,
        tint=line.tint,
        left=left,
        step=rules.smallest(line.unit, line.step),
        amount=found.amount(line, left),
        until=until,
        stands_in=bool(line.replaces),
    )


def _check_in_time(order: models.Order, skus: Collection[str], now: datetime) -> None:
    ends = _ends(order, skus)
    if late := sorted(sku for sku, end in ends.items() if now > end):
        raise ReturnTooLate(late)


def _ends(order: models.Order, skus: Collection[str]) -> Mapping[str, datetime]:
    """Until when each of these may be returned, by how it is kept."""
    delivered_at = order.reached(OrderState.DELIVERED)
    places = inventory.places(skus=skus, location=order.store_id)
    return {
        sku: rules.return_until(delivered_at, place.zone.value, settings.RETURN_WINDOWS)
        for sku, place in places.items()
    }
