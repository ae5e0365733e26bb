"""An order ends early: goods and slot are free again, the money is let go."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from grocery.delivery import public as delivery
from grocery.inventory import public as inventory
from grocery.kernel.errors import Invalid
from grocery.kernel.outbox import publish
from grocery.kernel.principal import Principal
from grocery.ordering import models, policies
from grocery.ordering.contracts import CancelMotive, CancelReason, OrderNotCancellable, OrderState
from grocery.ordering.events import OrderCancelled, OrderedLine
from grocery.ordering.services import counters, coupons, revising, transitions
from grocery.ordering.services.withdrawing import withdraw
from grocery.payments import public as payments

log = structlog.get_logger(__name__)

_BATCH = 200


@transaction.atomic
def cancel_order(*, order_id: UUID, by: Principal, motive: CancelMotive, note: str, now: datetime) -> None:
    """Cancel for a customer or for staff; an order that is cancelled already stays so."""
    order = transitions.lock(order_id, by=by)
    check_motive(motive, by)
    if order.state != OrderState.CANCELLED:
        call_off(order, reason_of(by), by=by, motive=motive, note=note, now=now)


def reason_of(by: Principal) -> CancelReason:
    return CancelReason.STAFF if by.kind == "staff" else CancelReason.CUSTOMER


def motives_of(by: Principal) -> tuple[CancelMotive, ...]:
    """What they are asked to choose from."""
    return policies.MOTIVES_OF.get(by.kind, ())


def check_motive(motive: CancelMotive, by: Principal) -> None:
    """Raise Invalid for a reason that is not theirs to give."""
    if not policies.may_be_given(motive, by.kind):
        raise Invalid("motive", "Not a reason that you can give.", "Bạn không thể chọn lý do này.")


@transaction.atomic
def payment_cancelled(*, order_id: UUID, now: datetime) -> None:
    """The money was let go: nothing is to be picked for it. What is packed is a person's to settle."""
    order = transitions.lock(order_id)
    if policies.may_be_cancelled(OrderState(order.state), CancelReason.PAYMENT_CANCELLED):
        call_off(order, CancelReason.PAYMENT_CANCELLED, by=None, note="", now=now)
    elif order.state != OrderState.CANCELLED:
        log.error("packed_order_without_payment", order_id=str(order_id), state=order.state)


def cancel_unpaid(*, now: datetime) -> int:
    """Cancel what waited for its payment too long, each in a transaction of its own; how many."""
    cancelled = 0
    while found := models.Order.objects.unpaid(now).ids(_BATCH):
        cancelled += sum(_cancel_if_unpaid(order_id, now) for order_id in found)
    return cancelled


@transaction.atomic
def _cancel_if_unpaid(order_id: UUID, now: datetime) -> bool:
    order = transitions.lock(order_id)
    still_unpaid = order.state == OrderState.PLACED  # it may have been paid while we waited for the lock
    if still_unpaid:
        call_off(order, CancelReason.NOT_PAID, by=None, note="", now=now)
    return still_unpaid


def call_off(
    order: models.Order,
    reason: CancelReason,
    *,
    by: Principal | None,
    motive: CancelMotive = CancelMotive.UNSAID,
    note: str,
    now: datetime,
) -> None:
    """Cancel a locked order in the caller's transaction. Raises OrderNotCancellable."""
    state = OrderState(order.state)
    if not policies.may_be_cancelled(state, reason):
        raise OrderNotCancellable(order.number, state)
    transitions.move(order, OrderState.CANCELLED, by=by, motive=motive, reason=note or reason.value, now=now)
    withdraw(order, None, by=by, now=now)
    waited = revising.stop_waiting(order, tell=False, now=now)
    delivery.cancel(order_id=order.id, now=now, by=by.id if by and by.kind == "staff" else None)
    for holder in filter(None, (order.holder, waited)):
        inventory.release(holder=holder, now=now)
    coupons.give_back(order, now)
    payments.request_cancellation(order_id=order.id, now=now)
    publish(
        OrderCancelled(
            order_id=order.id,
            number=order.number,
            customer_id=order.customer_id,
            reason=reason,
            motive=motive,
            lines=tuple(
                OrderedLine(line.sku, line.quantity) for line in models.OrderLine.objects.still_wanted(order.id)
            ),
        )
    )
    counters.cancelled(reason)
