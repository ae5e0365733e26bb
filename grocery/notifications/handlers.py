"""What notifications hear."""

from __future__ import annotations

from uuid import UUID

from grocery.kernel import clock
from grocery.kernel.outbox import on
from grocery.notifications.contracts import Kind
from grocery.notifications.events import MessageQueued
from grocery.notifications.services.queue_message import (
    queue_cancellation,
    queue_credit,
    queue_message,
    queue_odd_transfer,
    queue_question,
    queue_return,
    queue_weight_question,
)
from grocery.notifications.services.send_message import send_message
from grocery.ordering.events import (
    OrderCancelled,
    OrderChanged,
    OrderChangeNotMade,
    OrderConfirmed,
    OrderDelivered,
    OrderFact,
    OrderPartlyCancelled,
    OrderRescheduled,
    OrderReturned,
    OrderTenderChanged,
    OrderUndelivered,
    ReturnDecided,
    ReturnRequested,
    SubstituteProposed,
    WeightQuestioned,
)
from grocery.payments.events import (
    CreditEvent,
    CreditGranted,
    CreditPaidIn,
    PayAgainAsked,
    TransferCameLate,
    TransferPutAside,
    TransferSettled,
)


@on(OrderConfirmed)
def write_confirmation(fact: OrderConfirmed) -> None:
    queue_message(kind=Kind.ORDER_CONFIRMED, event_id=fact.event_id, order_id=fact.order_id, now=clock.now())


@on(OrderDelivered)
def write_delivery_note(fact: OrderDelivered) -> None:
    queue_message(kind=Kind.ORDER_DELIVERED, event_id=fact.event_id, order_id=fact.order_id, now=clock.now())


@on(OrderCancelled)
def write_cancellation(fact: OrderCancelled) -> None:
    queue_cancellation(event_id=fact.event_id, order_id=fact.order_id, reason=fact.reason.value, now=clock.now())


@on(OrderChanged)
def write_change(fact: OrderChanged) -> None:
    _changed(fact, fact.by)


@on(OrderTenderChanged)
def write_tender_changed(fact: OrderTenderChanged) -> None:
    if fact.is_confirmed:
        _changed(fact, f"tender_{fact.by}")


@on(OrderPartlyCancelled)
def write_part_cancelled(fact: OrderPartlyCancelled) -> None:
    _changed(fact, "part_cancelled")


@on(OrderChangeNotMade)
def write_change_not_made(fact: OrderChangeNotMade) -> None:
    _changed(fact, "not_made")


def _changed(fact: OrderFact, reason: str) -> None:
    queue_message(
        kind=Kind.ORDER_CHANGED, event_id=fact.event_id, order_id=fact.order_id, now=clock.now(), reason=reason
    )


@on(OrderUndelivered)
def write_undelivered(fact: OrderUndelivered) -> None:
    _not_handed_over(fact, "undelivered")


@on(OrderRescheduled)
def write_rescheduled(fact: OrderRescheduled) -> None:
    _not_handed_over(fact, "rescheduled")


def _not_handed_over(fact: OrderFact, reason: str) -> None:
    kind = Kind.ORDER_UNDELIVERED
    queue_message(kind=kind, event_id=fact.event_id, order_id=fact.order_id, now=clock.now(), reason=reason)


@on(ReturnRequested)
def write_return_requested(fact: ReturnRequested) -> None:
    _about_return(fact, fact.return_id, "requested")


@on(ReturnDecided)
def write_return_decided(fact: ReturnDecided) -> None:
    _about_return(fact, fact.return_id, "decided")


@on(OrderReturned)
def write_not_taken(fact: OrderReturned) -> None:
    if fact.kind in {"door", "refund"}:  # what is returned later is told by the decision
        _about_return(fact, fact.return_id, fact.kind)


def _about_return(fact: OrderFact, return_id: UUID, reason: str) -> None:
    queue_return(event_id=fact.event_id, order_id=fact.order_id, return_id=return_id, reason=reason, now=clock.now())


@on(SubstituteProposed)
def write_question(fact: SubstituteProposed) -> None:
    queue_question(event_id=fact.event_id, substitution_id=fact.substitution_id, now=clock.now())


@on(WeightQuestioned)
def write_weight_question(fact: WeightQuestioned) -> None:
    queue_weight_question(event_id=fact.event_id, question_id=fact.question_id, now=clock.now())


@on(TransferCameLate)
def write_transfer_late(fact: TransferCameLate) -> None:
    kind = Kind.TRANSFER_LATE
    queue_message(kind=kind, event_id=fact.event_id, order_id=fact.order_id, now=clock.now(), amount=str(fact.amount))


@on(PayAgainAsked)
def write_pay_again(fact: PayAgainAsked) -> None:
    kind, amount, until = Kind.PAY_AGAIN, str(fact.amount), fact.until
    now = clock.now()
    queue_message(kind=kind, event_id=fact.event_id, order_id=fact.order_id, now=now, amount=amount, until=until)


@on(CreditGranted)
def write_credit_granted(fact: CreditGranted) -> None:
    _credit_given(fact, fact.reason)


@on(CreditPaidIn)
def write_credit_paid_in(fact: CreditPaidIn) -> None:
    _credit_given(fact, "")


def _credit_given(fact: CreditEvent, reason: str) -> None:
    now, amount = clock.now(), fact.amount
    queue_credit(event_id=fact.event_id, customer_id=fact.customer_id, amount=amount, reason=reason, now=now)


@on(TransferPutAside)
def write_transfer_put_aside(fact: TransferPutAside) -> None:
    queue_odd_transfer(
        event_id=fact.event_id, order_id=fact.order_id, reason=fact.why, amount=fact.amount, now=clock.now()
    )


@on(TransferSettled)
def write_transfer_settled(fact: TransferSettled) -> None:
    queue_odd_transfer(
        event_id=fact.event_id, order_id=fact.order_id, reason=fact.how, amount=fact.amount, now=clock.now()
    )


@on(MessageQueued, outside=True)
def send(fact: MessageQueued) -> None:
    send_message(message_id=fact.message_id, now=clock.now())
