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
from grocery.payments.policies.disputes import HELD
from grocery.payments.services import credit
from grocery.payments.services.intents import intend
from grocery.payments.services.observe_refunds import move


def promise_of(payment: Payment, refund: Refund, share: Money, *, now: datetime) -> None:
    """So much of this payment goes back, under the bill's lock; what no provider took is owed by a person.

    What goes to store credit, or was paid with it, is there at once. Beside a dispute it is held back.
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
    elif payment.provider and payment.disputes.blocking().exists():
        move(payment, part, RefundState.OWED, HELD, now)
    elif payment.provider:
        _have_given_back(payment, part, now)


def go_on(payment: Payment, part: RefundPart, *, now: datetime) -> None:
    """Have the provider asked once more for a part that was owed, under the bill's lock."""
    part.reference = ""
    move(payment, part, RefundState.REQUESTED, "", now)
    _have_given_back(payment, part, now)


def _have_given_back(payment: Payment, part: RefundPart, now: datetime) -> None:
    call = intend(payment, Operation.REFUND, request={"amount": part.amount}, now=now, part=part)
    publish(RefundToMake(order_id=payment.order_id, call_id=call.id))
