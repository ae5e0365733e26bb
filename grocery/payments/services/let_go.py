"""A payment is no longer wanted: the provider is told, if it ever heard of it."""

from __future__ import annotations

from datetime import datetime

from grocery.kernel.outbox import publish
from grocery.payments.contracts import PaymentState
from grocery.payments.events import CancellationRequested, TopUpEnded
from grocery.payments.models import Bill, Payment
from grocery.payments.policies import LetGo, Operation
from grocery.payments.services.excess import return_excess
from grocery.payments.services.intents import intend


def let_go(payment: Payment, why: LetGo, *, now: datetime) -> None:
    """Write down that nothing is to be taken, in the caller's transaction and under the bill's lock.

    The relay tells the provider; what no provider has heard of is cancelled at once, and what is ours goes back. From
    here on nobody is told that it was authorised, should its customer pay in the meantime: that is let go, too.
    """
    payment.cancel_requested_at, payment.let_go = now, why
    if payment.is_prepaid():
        return_excess(payment, now=now)
    elif payment.provider and payment.was_asked_for():
        call = intend(payment, Operation.CANCEL, request={}, now=now)
        publish(CancellationRequested(order_id=payment.order_id, call_id=call.id))
    else:
        payment.state, payment.cancelled_at, payment.look_at = PaymentState.CANCELLED, now, None
    payment.save(update_fields=["cancel_requested_at", "let_go", "state", "cancelled_at", "look_at"])


def end_top_up(bill: Bill, payment: Payment, why: LetGo, *, now: datetime) -> None:
    """Let a top-up go for which its customer has not paid, with the store credit beside it, and say so."""
    let_go(payment, why, now=now)
    if payment.top_up_for:
        for credit in bill.credits:
            if credit.top_up_for == payment.top_up_for and credit.is_live():
                let_go(credit, why, now=now)
        publish(TopUpEnded(order_id=payment.order_id, reference=payment.top_up_for))
