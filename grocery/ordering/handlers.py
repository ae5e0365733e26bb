"""What ordering hears, and the one service that each fact calls."""

from __future__ import annotations

from grocery.delivery.events import DeliveryCompleted, DeliveryDispatched, DeliveryFailed
from grocery.kernel import clock
from grocery.kernel.outbox import on
from grocery.ordering.services import (
    cancel_order,
    change_tender,
    confirm_order,
    fulfil_order,
    renewing_holds,
    revising,
    undelivered,
)
from grocery.payments.events import HoldNotRenewed, PaymentAuthorised, PaymentCancelled, TenderChanged, TopUpEnded


@on(PaymentAuthorised)
def confirm(fact: PaymentAuthorised) -> None:
    if fact.reference:
        revising.paid(order_id=fact.order_id, revision_id=fact.reference, now=clock.now())
    else:
        confirm_order.confirm_order(order_id=fact.order_id, now=clock.now())


@on(TenderChanged)
def note_tender(fact: TenderChanged) -> None:
    change_tender.follow(order_id=fact.order_id, method=fact.method, now=clock.now())


@on(TopUpEnded)
def drop_change(fact: TopUpEnded) -> None:
    revising.not_paid(order_id=fact.order_id, revision_id=fact.reference, now=clock.now())


@on(PaymentCancelled)
def cancel(fact: PaymentCancelled) -> None:
    cancel_order.payment_cancelled(order_id=fact.order_id, now=clock.now())


@on(HoldNotRenewed)
def end_unpaid(fact: HoldNotRenewed) -> None:
    renewing_holds.not_renewed(order_id=fact.order_id, now=clock.now())


@on(DeliveryDispatched)
def note_dispatch(fact: DeliveryDispatched) -> None:
    fulfil_order.follow_dispatch(order_id=fact.order_id, now=clock.now())


@on(DeliveryCompleted)
def note_delivery(fact: DeliveryCompleted) -> None:
    fulfil_order.follow_delivery(order_id=fact.order_id, now=clock.now())


@on(DeliveryFailed)
def note_failure(fact: DeliveryFailed) -> None:
    undelivered.follow_failure(order_id=fact.order_id, reason=fact.reason, now=clock.now())
