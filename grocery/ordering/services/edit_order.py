"""A customer changes an order before it is picked: all of the change, or none of it. See docs/adr/0138."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction

from grocery.delivery import public as delivery
from grocery.kernel.errors import Invalid
from grocery.kernel.ids import new_id
from grocery.kernel.money import Money, dong
from grocery.kernel.principal import Principal
from grocery.kernel.quantity import Quantity
from grocery.ordering import models, policies
from grocery.ordering.contracts import (
    BelowMinimum,
    Edited,
    EditOutcome,
    OrderNotEditable,
    OrderState,
    RevisionState,
    TotalChanged,
)
from grocery.ordering.services import editing, keeping, revising, transitions
from grocery.ordering.services.editing import Draft
from grocery.ordering.services.withdrawing import withdraw
from grocery.payments import public as payments

#: How long the goods of a change wait for its payment.
PAY_WITHIN: Final = timedelta(minutes=15)


class _MoreMoney(Exception):
    """The change needs more than is held: what was written of it is taken back."""


def preview(*, order_id: UUID, quantities: Mapping[str, Quantity], by: Principal, now: datetime) -> Edited:
    """What the same edit would come to, goods and money included: it is done, and undone."""
    with transaction.atomic():
        seen = edit(order_id=order_id, quantities=quantities, by=by, expected_total=None, now=now)
        transaction.set_rollback(True)
    return seen


@transaction.atomic
def edit(
    *,
    order_id: UUID,
    quantities: Mapping[str, Quantity],
    by: Principal,
    expected_total: Money | None,
    now: datetime,
) -> Edited:
    """Have exactly so much of these SKUs; the others stay. See `public.edit`."""
    order = transitions.lock(order_id, by=by)
    cutoff = _check_open(order, now)
    wanted = editing.draft(order, quantities)
    if not wanted.changes:
        return Edited(EditOutcome.UNCHANGED, dong(order.total), order.ceiling, dong(0))
    asked = revising.asked_before(wanted)
    if asked is None:
        revising.end_waiting(order, now=now)
    revision_id, before = asked.id if asked else new_id(), dong(order.total)
    try:
        with transaction.atomic():
            return _at_once(wanted, revision_id, expected_total, asked=asked, by=by, now=now)
    except _MoreMoney:
        pass
    until = min(now + PAY_WITHIN, cutoff)
    seen = Edited(EditOutcome.WAITS, dong(order.total), order.ceiling, dong(0), until, revision_id)
    if asked is not None:
        return revising.wait_on(order, seen, now=now)
    again = editing.draft(_as_before(order, before), quantities, prices=wanted.prices)
    return revising.wait(again, seen, by=by, now=now)


def editable_until(*, order_id: UUID, customer_id: UUID | None, now: datetime) -> datetime | None:
    """Until when it may be changed; None when it may not be any more."""
    order = models.Order.objects.of_customer(customer_id).with_id(order_id).first()
    if order is None:
        return None
    cutoff = delivery.cutoff(slot_id=order.slot_id)
    return cutoff if policies.may_be_edited(OrderState(order.state), cutoff=cutoff, now=now) else None


def _as_before(order: models.Order, total: Money) -> models.Order:
    """The row as the database has it: what was written of the change has been taken back."""
    order.refresh_from_db()
    assert order.total == total.minor
    return order


def _check_open(order: models.Order, now: datetime) -> datetime:
    """The cut-off, given that it has not come yet. Raises OrderNotEditable."""
    state, cutoff = OrderState(order.state), delivery.cutoff(slot_id=order.slot_id)
    unpaid_for_good = order.pay_by is not None and state is OrderState.PLACED and now >= order.pay_by
    if unpaid_for_good or not policies.may_be_edited(state, cutoff=cutoff, now=now):
        raise OrderNotEditable(order.number, state)
    return cutoff


def _at_once(
    wanted: Draft,
    revision_id: UUID,
    expected_total: Money | None,
    *,
    asked: models.Revision | None,
    by: Principal,
    now: datetime,
) -> Edited:
    """New goods before old ones are let go, and the money once. Raises _MoreMoney where the customer has to pay.

    `asked`: the same change, that waits already; its goods are the order's.
    """
    order, before = wanted.order, dong(wanted.order.total)
    lines = editing.write(wanted)
    _check_sums(order, wanted, expected_total, by)
    withdraw(order, wanted.touched, by=by, now=now)
    keeping.keep(order, lines, now=now, replaces=asked.holder if asked else None)
    if payments.raise_to(order_id=order.id, amount=order.ceiling, reference=revision_id, now=now):
        raise _MoreMoney
    payments.lower_to(order_id=order.id, amount=order.ceiling, now=now)
    if asked is not None:
        asked.end(RevisionState.APPLIED, now)
    revising.tell(wanted, before, by=by.kind, by_id=by.id, now=now)
    return Edited(EditOutcome.APPLIED, dong(order.total), order.ceiling, dong(0))


def _check_sums(order: models.Order, wanted: Draft, expected_total: Money | None, by: Principal) -> None:
    if expected_total not in {None, dong(order.total)}:
        raise TotalChanged(expected_total or dong(0), dong(order.total))
    if not any(line.quantity for line in wanted.lines) and not wanted.more:
        raise Invalid("lines", "Nothing would be left: cancel the order instead.", "Đơn sẽ trống: hãy hủy đơn.")
    minimum, goods = dong(settings.MINIMUM_ORDER), dong(order.subtotal - order.discount)
    if by.kind != "staff" and wanted.less and goods < minimum:
        raise BelowMinimum(minimum, goods)
