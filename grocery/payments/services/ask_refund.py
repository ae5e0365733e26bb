"""A provider is asked to give a part of a refund back."""

from __future__ import annotations

from datetime import datetime

from grocery.kernel.outbox import publish
from grocery.payments.contracts import RefundState
from grocery.payments.events import RefundToMake
from grocery.payments.models import Payment, RefundPart
from grocery.payments.policies import Operation
from grocery.payments.services.intents import intend
from grocery.payments.services.observe_refunds import move


def ask_refund(payment: Payment, part: RefundPart, *, now: datetime) -> None:
    """Write down that the provider is to be asked, under the bill's lock; the relay asks."""
    call = intend(payment, Operation.REFUND, request={"amount": part.amount}, now=now, part=part)
    publish(RefundToMake(order_id=payment.order_id, call_id=call.id))


def ask_again(payment: Payment, part: RefundPart, *, now: datetime) -> None:
    """The same, once more, for a part that was owed."""
    part.reference = ""
    move(payment, part, RefundState.REQUESTED, "", now)
    ask_refund(payment, part, now=now)
