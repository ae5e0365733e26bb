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
    DearerWithout,
    Edited,
    EditOutcome,
    LineChange,
    OrderNotCancellable,
    OrderState,
    ProductNotSold,
    TotalChanged,
)
from grocery.ordering.events import OrderedLine, OrderPartlyCancelled
from grocery.ordering.services import (
    cancel_order,
    counters,
    editing,
    explaining,
    keeping,
    planning,
    reckoning,
    requests,
    transitions,
    write_change,
)
from grocery.ordering.services.planning import Now
from grocery.ordering.services.withdrawing import withdraw
from grocery.payments import public as payments


def preview(
    *, order_id: UUID, quantities: Mapping[str, Quantity], by: Principal, motive: CancelMotive, now: datetime
) -> Edited:
    """What the same would come to: it is done, and undone."""
    with transaction.atomic():
        seen = cancel_part(
            order_id=order_id,
            quantities=quantities,
            by=by,
            motive=motive,
            note="",
            expected_total=None,
            key=None,
            now=now,
        )
        transaction.set_rollback(True)
    return seen


@transaction.atomic
def cancel_part(
    *,
    order_id: UUID,
    quantities: Mapping[str, Quantity],
    by: Principal,
    motive: CancelMotive,
    note: str,
    expected_total: Money | None,
    key: str | None,
    now: datetime,
) -> Edited:
    """Take so much off these lines; all that there is, and the order ends."""
    order = transitions.lock(order_id, by=by)
    if requests.done_before(order, "cancel_part", by=by, key=key, now=now):
        return explaining.unchanged(order)
    cancel_order.check_motive(motive, by)
    if not policies.may_be_reduced(OrderState(order.state)):
        raise OrderNotCancellable(order.number, OrderState(order.state))
    here = planning.look(order)
    _check(here.lines, quantities)
    if all(line.quantity == quantities.get(line.sku, ZERO) for line in here.lines):
        return _all_of_it(order, by, motive, note, now)
    changes, before = _changes(here.lines, quantities), dong(order.total)
    wished = policies.is_the_customers_wish(motive, by.kind)
    seen = _as_wished(here, changes, by, now) if wished else _by_the_shop(here, changes, by, now)
    if expected_total not in {None, seen.total}:
        raise TotalChanged(expected_total or dong(0), seen.total)
    _check_minimum(order, by)
    payments.lower_to(order_id=order.id, amount=order.ceiling, now=now)
    write_change.write_change(
        order, ChangeKind.PART_CANCELLED, changes, before=before, by=by, motive=motive, note=note, now=now
    )
    publish(_fact(order, changes, before, by, motive))
    counters.cancelled_in_part(cancel_order.reason_of(by))
    return seen


def _as_wished(here: Now, changes: Sequence[LineChange], by: Principal, now: datetime) -> Edited:
    """What the customer gives up: offers and the fee are those of what is left. Raises DearerWithout."""
    plan = planning.plan(here, {change.sku: change.after for change in changes}, slot_id=None, now=now)
    seen = explaining.explain(here, plan)
    if plan.total > seen.total_before:
        raise DearerWithout(seen.total_before, plan.total)
    editing.write(here, plan, now=now, by=by)
    return seen


def _by_the_shop(here: Now, changes: Sequence[LineChange], by: Principal, now: datetime) -> Edited:
    """What the shop cannot give: prices and fee stay, and offers stay with what is left. See docs/adr/0137."""
    order, before = here.order, explaining.Before.of(here)
    reckoning.take_off(order, here.lines, {change.sku: change.after for change in changes})
    withdraw(order, [change.sku for change in changes], by=by, now=now)
    keeping.keep(order, here.lines, now=now)
    return explaining.compared(before, order, here.lines)


def _all_of_it(order: models.Order, by: Principal, motive: CancelMotive, note: str, now: datetime) -> Edited:
    before = dong(order.total)
    cancel_order.call_off(order, cancel_order.reason_of(by), by=by, motive=motive, note=note, now=now)
    return Edited(EditOutcome.APPLIED, dong(0), dong(0), dong(0), total_before=before)


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
