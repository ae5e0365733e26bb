"""Staff decide a return line by line, take a decision back, and receive what comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from grocery.catalog import public as catalog
from grocery.inventory import public as inventory
from grocery.kernel.errors import Invalid
from grocery.kernel.money import dong, total
from grocery.kernel.outbox import publish
from grocery.kernel.principal import Principal
from grocery.kernel.quantity import Quantity
from grocery.ordering import models
from grocery.ordering.contracts import OrderState
from grocery.ordering.contracts.refunds import RefundStep
from grocery.ordering.contracts.returns import (
    GoodsFate,
    LineDecision,
    NotFitForShelf,
    ReturnIs,
    ReturnKind,
    ReturnReason,
    ReturnState,
)
from grocery.ordering.events import ReturnDecided
from grocery.ordering.policies import returns as rules
from grocery.ordering.services import counters, four_eyes, reject_at_door, returning


@transaction.atomic
def decide(*, return_id: UUID, decisions: Sequence[LineDecision], by: Principal, now: datetime) -> None:
    """See `public.returns.decide_return`."""
    order, row = returning.lock(return_id, by=by)
    if row.state != ReturnState.REQUESTED:
        raise ReturnIs(ReturnState(row.state))
    lines = {line.line.sku: line for line in row.lines.all()}
    _check_decisions(lines, decisions)
    check_fit(order, lines, {one.sku: one.fate for one in decisions if one.accepted})
    found = returning.packed(order.id)
    for one in decisions:
        _decide(found, lines[one.sku], one)
    accepted = [line for line in lines.values() if line.accepted]
    lots = {one.sku: one.lot_id for one in decisions if one.lot_id}
    returning.take_in(order, accepted, lots=lots, now=now, by=by.signed_in())
    models.OrderReturnLine.objects.decide(lines.values())
    row.amount = sum(line.amount for line in accepted)
    row.state, row.decided_at, row.decided_by = ReturnState.REFUSED.value, now, by.id
    row.save(update_fields=["amount", "state", "decided_at", "decided_by"])
    returning.give_back(order, dong(row.amount))
    if accepted:
        four_eyes.ask(order, row, by=by, now=now)
    else:
        publish(decided(row))
    counters.returned(ReturnKind.AFTER, ReturnState(row.state))


def _check_decisions(lines: Mapping[str, models.OrderReturnLine], decisions: Sequence[LineDecision]) -> None:
    if sorted(one.sku for one in decisions) != sorted(lines):
        raise Invalid("lines", "Decide each line, once.", "Hãy quyết định từng món, mỗi món một lần.")
    if any(not one.accepted and not one.note.strip() for one in decisions):
        raise Invalid("note", "Say why it is refused.", "Hãy ghi lý do từ chối.")


def check_fit(
    order: models.Order, lines: Mapping[str, models.OrderReturnLine], fates: Mapping[str, GoodsFate]
) -> None:
    """Raise NotFitForShelf for what must not be sold again."""
    shelf = fit_for_shelf(order, [line for sku, line in lines.items() if fates.get(sku) is GoodsFate.SHELF])
    if unfit := sorted(sku for sku, fate in fates.items() if fate is GoodsFate.SHELF and sku not in shelf):
        raise NotFitForShelf(unfit)


def fit_for_shelf(order: models.Order, lines: Sequence[models.OrderReturnLine]) -> frozenset[str]:
    """Which of these may be sold again, by what they are, how they are kept and what is said of them."""
    if not lines:
        return frozenset()
    skus = [catalog.Sku(line.line.sku) for line in lines]
    places, sold = inventory.places(skus=skus, location=order.store_id), catalog.products_on_sale(skus=skus)
    return frozenset(
        sku
        for sku, line in zip(skus, lines, strict=True)
        if rules.may_be_sold_again(
            places[sku].zone.value,
            line.line.unit,
            ReturnReason(line.reason),
            spoils=_spoils(line.line, sold.get(sku)),
        )
    )


def _spoils(line: models.OrderLine, sold: catalog.ProductOnSale | None) -> bool:
    """Whether it was, or is, sold as something fresh; of what was taken off sale nobody says that it is not."""
    return bool(line.min_freshness_days) or sold is None or sold.perishable


def _decide(found: returning.Packed, line: models.OrderReturnLine, one: LineDecision) -> None:
    line.accepted, line.answer = one.accepted, one.note.strip()
    line.amount = found.amount(line.line, Quantity(line.quantity)).minor if one.accepted else 0
    line.fate = rules.fate_of(one.fate if one.accepted else GoodsFate.KEPT, ReturnReason(line.reason)).value


@transaction.atomic
def undo(*, return_id: UUID, by: Principal, now: datetime) -> None:
    """See `public.returns.undo_decision`."""
    order, row = returning.lock(return_id, by=by)
    door = row.kind == ReturnKind.DOOR
    at_door = rules.may_be_refused(OrderState(order.state), pickup=order.mode == "pickup")
    if row.state != ReturnState.DECIDED or (door and not at_door):
        raise ReturnIs(ReturnState(row.state))
    take_back(order, row, ReturnState.WITHDRAWN if door else _BEFORE[ReturnKind(row.kind)], by=by, now=now)
    four_eyes.note(row, RefundStep.UNDONE, by=by, now=now)
    if door:
        reject_at_door.collect(order, now=now)


#: Where a decision that is taken back leaves a return.
_BEFORE: Final = {
    ReturnKind.AFTER: ReturnState.REQUESTED,
    ReturnKind.UNDELIVERED: ReturnState.REQUESTED,
    ReturnKind.REFUND: ReturnState.WITHDRAWN,
}


def take_back(order: models.Order, row: models.OrderReturn, to: ReturnState, *, by: Principal, now: datetime) -> None:
    """Nothing of it is given back, with its goods and its money; under the order's lock."""
    lines = list(row.lines.all())
    for goods_id in sorted({line.goods_id for line in lines if line.goods_id}):
        inventory.undo_put_back(return_id=goods_id, now=now, by=by.signed_in())
    returning.give_back(order, dong(-row.amount))
    for line in lines:
        line.accepted, line.goods_id = None, None
    models.OrderReturnLine.objects.decide(lines)
    row.state = to.value
    row.amount, row.fee_back, row.settle_at = 0, 0, None
    row.why_eyes, row.approved_by, row.approved_at = "", None, None
    row.save(update_fields=["state", "amount", "fee_back", "settle_at", "why_eyes", "approved_by", "approved_at"])


@transaction.atomic
def receive(
    *, return_id: UUID, fates: Mapping[str, GoodsFate], lots: Mapping[str, UUID], by: Principal, now: datetime
) -> None:
    """See `public.returns.receive_returned`."""
    order, row = returning.lock(return_id, by=by)
    coming = {line.line.sku: line for line in row.lines.all() if line.accepted and line.fate == GoodsFate.COMING}
    if row.state not in {ReturnState.DECIDED, ReturnState.SETTLED} or not coming:
        raise ReturnIs(ReturnState(row.state))
    if not fates or not fates.keys() <= coming.keys() or GoodsFate.COMING in fates.values():
        raise Invalid("lines", "Say of what comes back where it goes.", "Hãy cho biết hàng về để đâu.")
    check_fit(order, coming, fates)
    for sku, fate in fates.items():
        coming[sku].fate = fate.value
    lines = [coming[sku] for sku in fates]
    returning.take_in(order, lines, lots=lots, now=now, by=by.signed_in())
    models.OrderReturnLine.objects.decide(lines)


def decided(row: models.OrderReturn) -> ReturnDecided:
    """What is told once the decision stands."""
    lines = list(row.lines.all())
    return ReturnDecided(
        order_id=row.order_id,
        number=row.order.number,
        customer_id=row.order.customer_id,
        store_id=row.order.store_id,
        return_id=row.id,
        accepted=returning.told(lines, accepted=True),
        refused=returning.told(lines, accepted=False),
        amount=total(dong(line.amount) for line in lines if line.accepted),
    )
