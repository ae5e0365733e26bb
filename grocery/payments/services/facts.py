"""What others are to hear of a payment's news: each fact once for the order, or once for a change of it."""

from __future__ import annotations

from grocery.payments.contracts import PaymentState
from grocery.payments.events import (
    PaymentAuthorised,
    PaymentCancelled,
    PaymentCaptured,
    PaymentEvent,
    PaymentFailed,
    TopUpEnded,
)
from grocery.payments.models import Bill, Payment
from grocery.payments.policies import LetGo


def facts_of_authorised(payment: Payment) -> list[PaymentEvent]:
    """An order that no longer wants the money does not hear that it has it: the hold is about to be let go; nor one
    that has it already, of a hold that takes another's place."""
    if not payment.is_live() or payment.renews_id:
        return []
    return [
        PaymentAuthorised(order_id=payment.order_id, amount=payment.total, reference=payment.top_up_for),
    ]


def facts_of_failed(payment: Payment) -> list[PaymentEvent]:
    """An attempt failed, or the provider would not even begin."""
    if not payment.is_live():
        return []
    return [PaymentFailed(order_id=payment.order_id, code=payment.failure_code, reference=payment.top_up_for)]


def facts_of_captures(bill: Bill) -> list[PaymentEvent]:
    """One of the captures of the bill has come to its end: what is ours in all, once none is on its way."""
    if any(payment.is_being_captured() for payment in bill.payments) or not bill.captured():
        return []
    return [PaymentCaptured(order_id=bill.order_id, amount=bill.captured())]


def facts_of_cancelled(bill: Bill, payment: Payment) -> list[PaymentEvent]:
    """What others are to hear now that this payment of the bill is cancelled.

    An order that is off hears of it when the last of its payments is. What we let go for another reason was told when
    that was decided, if it was news at all. What is left are holds that were lost.
    """
    if payment.let_go == LetGo.ORDER_OFF:
        lost_before = bill.base.state == PaymentState.CANCELLED and not bill.base.let_go
        still_going = any(p.let_go == LetGo.ORDER_OFF and not p.is_final() for p in bill.payments)
        return [] if lost_before or still_going else [PaymentCancelled(order_id=bill.order_id)]
    if payment.let_go or payment.standby:
        return []
    if payment.top_up_for:
        return [TopUpEnded(order_id=bill.order_id, reference=payment.top_up_for)]
    return [PaymentCancelled(order_id=bill.order_id)]
