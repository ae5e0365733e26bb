"""A part of a refund is promised: by the provider that took the money, by our own hands, or as store credit."""

from __future__ import annotations

from datetime import datetime

from grocery.kernel.money import Money
from grocery.payments.contracts import RefundState
from grocery.payments.contracts.credit import CREDIT
from grocery.payments.models import Payment, Refund, RefundPart
from grocery.payments.policies.disputes import HELD
from grocery.payments.services import credit
from grocery.payments.services.ask_refund import ask_refund
from grocery.payments.services.held_refunds import release
from grocery.payments.services.observe_refunds import move


def promise_of(payment: Payment, refund: Refund, share: Money, *, now: datetime) -> None:
    """So much of this payment goes back, under the bill's lock; what no provider took is owed by a person.

    What goes to store credit, or was paid with it, is there at once. Beside a dispute it is held back, or falls away
    where the customer's bank has given it to them.
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
    elif payment.provider and payment.disputes.in_the_way().exists():
        move(payment, part, RefundState.OWED, HELD, now)
        release(payment, now=now)
    elif payment.provider:
        ask_refund(payment, part, now=now)
