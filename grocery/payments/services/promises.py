"""A part of a refund is promised: by the provider that took the money, by our own hands, or as store credit."""

from __future__ import annotations

from datetime import datetime

from grocery.kernel.money import Money
from grocery.kernel.outbox import publish
from grocery.payments.contracts import RefundState
from grocery.payments.contracts.credit import CREDIT
from grocery.payments.events import RefundToMake
from grocery.payments.models import Payment, Refund, RefundPart
from grocery.payments.policies import Operation
from grocery.payments.services import credit
from grocery.payments.services.intents import intend
from grocery.payments.services.observe_refunds import move


def promise_of(payment: Payment, refund: Refund, share: Money, *, now: datetime) -> None:
    """So much of this payment goes back, under the bill's lock; what no provider took is owed by a person.

    What goes to store credit, or was paid with it, is there at once.
    """
    payment.promise_back(share)
    to_credit = refund.to_credit or payment.provider == CREDIT
    part = RefundPart.objects.create(
        refund=refund,
        payment=payment,
        amount=share.minor,
        state=RefundState.REQUESTED if payment.provider else RefundState.OWED,
        to_credit=to_credit,
    )
    if to_credit:
        credit.come_back(payment, part, now=now)
        move(payment, part, RefundState.SUCCEEDED, "", now)
    elif payment.provider:
        call = intend(payment, Operation.REFUND, request={"amount": share.minor}, now=now, part=part)
        publish(RefundToMake(order_id=payment.order_id, call_id=call.id))
