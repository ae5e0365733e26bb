"""A customer changes an order before it is picked: all of the change, or none of it. See docs/adr/0138 and 0160."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

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
    BeyondAuthorisation,
    Edited,
    EditOutcome,
    OrderNotEditable,
    OrderState,
    PaymentMethod,
    RevisionState,
    TotalChanged,
)
from grocery.ordering.contracts.plans import Plan
from grocery.ordering.services import editing, explaining, planning, revising, transitions
from grocery.ordering.services.planning import Now
from grocery.payments import public as payments

#: How long the goods of a change wait for its payment.
PAY_WITHIN: Final = timedelta(minutes=15)


class _MoreMoney(Exception):
    """The change needs more than is held: what was written of it is taken back."""


def preview(
    *, order_id: UUID, quantities: Mapping[str, Quantity], by: Principal, slot_id: UUID | None, now: datetime
) -> Edited:
    """What the same edit would come to, goods and money included: it is done, and undone."""
    with transaction.atomic():
        seen = _edit(
            order_id=order_id, quantities=quantities, by=by, slot_id=slot_id, note="", expected_total=None, now=now
        )
        transaction.set_rollback(True)
    return seen


@transaction.atomic
def edit(
    *,
    order_id: UUID,
    quantities: Mapping[str, Quantity],
    by: Principal,
    slot_id: UUID | None,
    note: str,
    expected_total: Money | None,
    now: datetime,
) -> Edited:
    """Have exactly so much of these SKUs, in that slot; the rest stays. See `public.edit`."""
    if by.kind == "staff" and not note.strip():
        raise Invalid("note", "Say why you change the order.", "Hãy ghi lý do sửa đơn.")
    return _edit(
        order_id=order_id,
        quantities=quantities,
        by=by,
        slot_id=slot_id,
        note=note,
        expected_total=expected_total,
        now=now,
    )


def _edit(
    *,
    order_id: UUID,
    quantities: Mapping[str, Quantity],
    by: Principal,
    slot_id: UUID | None,
    note: str,
    expected_total: Money | None,
    now: datetime,
) -> Edited:
    order = transitions.lock(order_id, by=by)
    cutoff = _check_open(order, now)
    here = planning.look(order)
    plan = planning.plan(here, quantities, slot_id=slot_id, now=now)
    seen = explaining.explain(here, plan)
    if not plan.changes and plan.window is None:
        revising.withdraw_waiting(order, now=now)
        return explaining.unchanged(order)
    _check_sums(plan, seen, expected_total, by)
    _check_hold(order, plan)
    asked = revising.asked_before(order, plan)
    before = asked.holder if asked else revising.stop_waiting(order, now=now)
    revision_id = asked.id if asked else new_id()
    try:
        with transaction.atomic():
            return _at_once(here, plan, seen, revision_id, asked=asked, by=by, note=note, replaces=before, now=now)
    except _MoreMoney:
        order.refresh_from_db()
    until = min(now + PAY_WITHIN, cutoff, *([plan.cutoff] if plan.cutoff else []))
    waiting = replace(seen, outcome=EditOutcome.WAITS, pay_by=until, revision_id=revision_id)
    if asked is not None:
        return revising.wait_on(order, waiting, now=now)
    return revising.wait(planning.look(order), plan, waiting, by=by, note=note, replaces=before, now=now)


def editable_until(*, order_id: UUID, customer_id: UUID | None, now: datetime) -> datetime | None:
    """Until when it may be changed; None when it may not be any more."""
    order = models.Order.objects.of_customer(customer_id).with_id(order_id).first()
    if order is None:
        return None
    cutoff = delivery.cutoff(slot_id=order.slot_id)
    return cutoff if policies.may_be_edited(OrderState(order.state), cutoff=cutoff, now=now) else None


def slots(*, order_id: UUID, by: Principal, days: int, now: datetime) -> list[delivery.SlotOffer]:
    """See `public.edit_slots`."""
    order = models.Order.objects.with_id(order_id).first()
    if order is None or not transitions.may_touch(order, by):
        return []
    goods = dong(order.subtotal - order.discount)
    return delivery.slots_for(order_id=order_id, basket=goods, days=days, now=now)


def _check_open(order: models.Order, now: datetime) -> datetime:
    """The cut-off, given that it has not come yet. Raises OrderNotEditable."""
    state, cutoff = OrderState(order.state), delivery.cutoff(slot_id=order.slot_id)
    unpaid_for_good = order.pay_by is not None and state is OrderState.PLACED and now >= order.pay_by
    if unpaid_for_good or not policies.may_be_edited(state, cutoff=cutoff, now=now):
        raise OrderNotEditable(order.number, state)
    return cutoff


def _at_once(
    here: Now,
    plan: Plan,
    seen: Edited,
    revision_id: UUID,
    *,
    asked: models.Revision | None,
    by: Principal,
    note: str,
    replaces: str | None,
    now: datetime,
) -> Edited:
    """New goods before old ones are let go, and the money once. Raises _MoreMoney where the customer has to pay.

    `asked`: the same change, that waits already; its place and goods are the order's. `replaces`: who keeps goods.
    """
    order = here.order
    moved = editing.write(here, plan, now=now, by=by, keeper=asked.holder if asked else None, replaces=replaces)
    if payments.raise_to(order_id=order.id, amount=order.ceiling, reference=revision_id, now=now):
        raise _MoreMoney
    payments.lower_to(order_id=order.id, amount=order.ceiling, now=now)
    if asked is not None:
        asked.end(RevisionState.APPLIED, now)
    revising.tell(order, plan, seen.total_before, moved, by=by.kind, by_id=by.id, note=note, now=now)
    return seen


def _check_sums(plan: Plan, seen: Edited, expected_total: Money | None, by: Principal) -> None:
    if expected_total not in {None, plan.total}:
        raise TotalChanged(expected_total or dong(0), plan.total)
    if not any(line.quantity for line in plan.lines):
        raise Invalid("lines", "Nothing would be left: cancel the order instead.", "Đơn sẽ trống: hãy hủy đơn.")
    less = any(change.after < change.before for change in plan.changes)
    if by.kind != "staff" and less and plan.goods < seen.minimum:
        raise BelowMinimum(seen.minimum, plan.goods)


def _check_hold(order: models.Order, plan: Plan) -> None:
    """What is held must last until the goods are packed. Raises BeyondAuthorisation."""
    if plan.window is None or order.method == PaymentMethod.CASH_ON_DELIVERY:
        return
    ends = payments.payment(order_id=order.id).capture_before
    if ends is not None and plan.window.ends_at > ends:
        raise BeyondAuthorisation(plan.window.slot_id, ends)
