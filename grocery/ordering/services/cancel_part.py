"""Some of an order is called off before picking: those goods are free again, and less is to be paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from grocery.kernel.errors import Invalid
from grocery.kernel.money import Money, dong
from grocery.kernel.outbox import publish
from grocery.kernel.principal import Principal
from grocery.kernel.quantity import ZERO, Quantity
from grocery.ordering import models, policies
from grocery.ordering.contracts import (
    BelowMinimum,
    CancelMotive,
    ChangeKind,
    LineChange,
    OrderNotCancellable,
    OrderState,
    ProductNotSold,
)
from grocery.ordering.events import OrderedLine, OrderPartlyCancelled
from grocery.ordering.services import cancel_order, counters, keeping, reckoning, requests, transitions, write_change
from grocery.ordering.services.withdrawing import withdraw
from grocery.payments import public as payments


@transaction.atomic
def cancel_part(
    *,
    order_id: UUID,
    quantities: Mapping[str, Quantity],
    by: Principal,
    motive: CancelMotive,
    note: str,
    key: str | None,
    now: datetime,
) -> None:
    """Take so much off these lines; all that there is, and the order ends."""
    order = transitions.lock(order_id, by=by)
    if requests.done_before(order, "cancel_part", by=by, key=key, now=now):
        return None
    cancel_order.check_motive(motive, by)
    if not policies.may_be_reduced(OrderState(order.state)):
        raise OrderNotCancellable(order.number, OrderState(order.state))
    lines = list(models.OrderLine.objects.of_order(order.id))
    _check(lines, quantities)
    if all(line.quantity == quantities.get(line.sku, ZERO) for line in lines):
        reason = cancel_order.reason_of(by)
        return cancel_order.call_off(order, reason, by=by, motive=motive, note=note, now=now)
    before, changes = dong(order.total), _changes(lines, quantities)
    reckoning.take_off(order, lines, {change.sku: change.after for change in changes})
    _check_minimum(order, by)
    withdraw(order, quantities, by=by, now=now)
    keeping.keep(order, lines, now=now)
    payments.lower_to(order_id=order.id, amount=order.ceiling, now=now)
    write_change.write_change(
        order, ChangeKind.PART_CANCELLED, changes, before=before, by=by, motive=motive, note=note, now=now
    )
    publish(_fact(order, changes, before, by, motive))
    counters.cancelled_in_part(cancel_order.reason_of(by))
    return None


def _check(lines: Sequence[models.OrderLine], quantities: Mapping[str, Quantity]) -> None:
    """Raise unless each of these can be taken off its line."""
    if not quantities:
        raise Invalid("lines", "Say what to cancel.", "Hãy cho biết hủy món nào.")
    by_sku = {line.sku: line for line in lines}
    if unknown := sorted(quantities.keys() - by_sku.keys()):
        raise ProductNotSold(unknown)
    for sku, less in quantities.items():
        line = by_sku[sku]
        policies.check_reduction(sku, line.quantity, less, step=line.step)


def _changes(lines: Sequence[models.OrderLine], quantities: Mapping[str, Quantity]) -> list[LineChange]:
    return [
        write_change.of_line(line, after=Quantity(line.quantity - quantities[line.sku]))
        for line in lines
        if line.sku in quantities
    ]


def _check_minimum(order: models.Order, by: Principal) -> None:
    """A customer cannot come below what an order starts at; staff can, for goods that are missing."""
    minimum = dong(settings.MINIMUM_ORDER)
    if by.kind != "staff" and (goods := dong(order.subtotal - order.discount)) < minimum:
        raise BelowMinimum(minimum, goods)


def _fact(
    order: models.Order, changes: Sequence[LineChange], before: Money, by: Principal, motive: CancelMotive
) -> OrderPartlyCancelled:
    return OrderPartlyCancelled(
        order_id=order.id,
        number=order.number,
        customer_id=order.customer_id,
        store_id=order.store_id,
        by=by.kind,
        motive=motive,
        lines=tuple(OrderedLine(change.sku, change.before - change.after) for change in changes),
        total_before=before,
        total=dong(order.total),
    )
