"""A plan becomes the order: lines, sums, what lowers them, the slot. In the caller's transaction, under its lock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from grocery.delivery import public as delivery
from grocery.kernel.money import total
from grocery.kernel.principal import Principal
from grocery.kernel.quantity import plain
from grocery.ordering import models
from grocery.ordering.contracts import SlotMove, Window, headroom
from grocery.ordering.contracts.plans import Plan, PlannedLine
from grocery.ordering.services import coupons, keeping
from grocery.ordering.services.planning import Now
from grocery.ordering.services.withdrawing import withdraw


def write(
    here: Now,
    plan: Plan,
    *,
    now: datetime,
    by: Principal | None,
    keeper: str | None = None,
    replaces: str | None = None,
) -> SlotMove | None:
    """Let the order be as planned: the new place and the new goods are got before the old ones are let go.

    `keeper`: who keeps place and goods for it; `replaces`: who keeps goods that are no longer wanted. `by`: who wants
    it, None: nobody who is here now. What the customer was being asked about these goods is overtaken. Raises
    SlotFull, SlotClosed, OutOfStock.
    """
    order = here.order
    staff = by.id if by and by.kind == "staff" else None
    moved = _move(order, plan, now=now, by=staff, holder=keeper) if plan.window else None
    if plan.window is None and order.fee != plan.fee.minor:
        delivery.change_fee(order_id=order.id, fee=plan.fee)
    lines = _lines(here, plan)
    models.OrderAdjustment.objects.replace_all(order.id, _effects(order, plan))
    _sums(order, plan)
    withdraw(order, [change.sku for change in plan.changes], by=by, now=now)
    keeping.keep(order, lines, now=now, replaces=keeper or replaces)
    if plan.lost:  # after the goods, as placing counts coupons
        coupons.give_back(order, now, offers=[offer for offer, _code in plan.lost])
    return moved


def _move(order: models.Order, plan: Plan, *, now: datetime, by: UUID | None, holder: str | None) -> SlotMove:
    assert plan.window is not None
    window: Window = plan.window
    delivery.move(order_id=order.id, slot_id=window.slot_id, fee=plan.fee, holder=holder or "", now=now, by=by)
    moved = SlotMove(order.slot_starts_at, order.slot_ends_at, window.starts_at, window.ends_at)
    order.slot_id, order.slot_day = window.slot_id, window.day
    order.slot_starts_at, order.slot_ends_at = window.starts_at, window.ends_at
    return moved


def _lines(here: Now, plan: Plan) -> list[models.OrderLine]:
    """All its lines afterwards, written in one statement for those it had and one for new ones."""
    rows = {line.sku: line for line in here.lines}
    last = max((line.position for line in here.lines), default=0)
    new = sorted(planned.sku for planned in plan.lines if planned.sku not in rows)
    positions = {sku: position for position, sku in enumerate(new, last + 1)}
    for planned in plan.lines:
        row = rows.setdefault(planned.sku, models.OrderLine(order=here.order, sku=planned.sku))
        if planned.sku in positions:
            _copy(row, planned, positions[planned.sku])
        _become(row, planned)
    models.OrderLine.objects.become(here.lines)
    models.OrderLine.objects.bulk_create(rows[sku] for sku in new)
    return list(rows.values())


def _copy(row: models.OrderLine, planned: PlannedLine, position: int) -> None:
    row.position, row.unit = position, planned.unit
    if planned.step is not None:
        row.step = planned.step
    row.name_en, row.name_vi = planned.name_en, planned.name_vi
    row.piece_weight = planned.piece_weight
    row.image, row.tint = planned.image, planned.tint
    row.min_freshness_days = planned.min_freshness_days


def _become(row: models.OrderLine, planned: PlannedLine) -> None:
    row.quantity, row.price, row.vat_rate = planned.quantity, planned.price.minor, planned.vat_rate
    row.amount, row.discount = planned.amount.minor, planned.discount.minor
    row.parts = [[plain(units), price.minor, when] for units, price, when in planned.parts]
    row.reduced = [[percent, plain(units)] for percent, units in planned.reduced]
    row.settled = planned.settled


def _effects(order: models.Order, plan: Plan) -> Iterator[models.OrderAdjustment]:
    for line in plan.lines:
        for effect in line.adjustments:
            yield models.OrderAdjustment.of_effect(order.id, line.sku, effect)
    for effect in plan.fee_effects:
        yield models.OrderAdjustment.of_effect(order.id, "", effect)


def _sums(order: models.Order, plan: Plan) -> None:
    order.subtotal = total(line.amount for line in plan.lines).minor
    order.discount = total(line.discount for line in plan.lines).minor
    order.fee, order.fee_discount = plan.fee.minor, plan.fee_discount.minor
    order.fee_vat_rate = plan.fee_vat_rate
    order.total = plan.total.minor
    order.headroom = total(headroom(line.net, unit=line.unit) for line in plan.lines).minor
    slot = ["slot_id", "slot_day", "slot_starts_at", "slot_ends_at"]
    money = ["subtotal", "discount", "fee", "fee_discount", "fee_vat_rate", "total", "headroom"]
    order.save(update_fields=[*money, *(slot if plan.window else [])])
