"""The customer gets money back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from grocery.kernel.errors import Conflict
from grocery.kernel.money import Money, total
from grocery.kernel.outbox import publish
from grocery.payments.contracts import Method, RefundState, RefundView
from grocery.payments.events import RefundRequested, RefundToMake
from grocery.payments.models import Bill, Payment, Refund, RefundPart
from grocery.payments.policies import Operation, check_refund, spread_refund
from grocery.payments.services.intents import intend


def request_refund(
    *, order_id: UUID, amount: Money, key: str, reason: str, now: datetime, by: UUID | None = None
) -> RefundView:
    """Promise `amount` back, once per `key` and order, in the caller's transaction; the relay asks the provider.

    Newest payment first, each by the way it came: a card gets it from its provider; cash is owed, and stands in a
    queue until a person has handed it over. A promise stays one: what a provider cannot give back is owed, too. The
    same key and amount again is harmless, another amount a Conflict. `reason` is a code of the asker's, at most 64
    characters, without personal data. Facts: RefundRequested, then RefundSucceeded or RefundFailed.

    Raises MoreThanCaptured above what was captured less what was promised back before (so for anything until
    PaymentCaptured); AmountTooSmall for nothing.
    """
    bill = Bill.locked(order_id)
    if again := Refund.objects.with_key(order_id, key):
        if again.amount != amount.minor:
            raise Conflict
        return again.view()
    left = [payment.refundable() for payment in bill.payments]
    check_refund(amount, left=total(left))
    refund = Refund.objects.create(
        order_id=order_id, key=key, amount=amount.minor, reason=reason, requested_at=now, requested_by=by
    )
    publish(RefundRequested(order_id=order_id, refund_id=refund.id, key=key, amount=amount))
    for payment, share in zip(bill.payments, spread_refund(amount, left), strict=True):
        if share:
            _promise(refund, payment, share, now)
    return refund.view()


def _promise(refund: Refund, payment: Payment, share: Money, now: datetime) -> None:
    payment.promise_back(share)
    cash = payment.method == Method.CASH_ON_DELIVERY
    part = RefundPart.objects.create(
        refund=refund,
        payment=payment,
        amount=share.minor,
        state=RefundState.OWED if cash else RefundState.REQUESTED,
    )
    if not cash:
        call = intend(payment, Operation.REFUND, request={"amount": share.minor}, now=now, part=part)
        publish(RefundToMake(order_id=payment.order_id, call_id=call.id))
