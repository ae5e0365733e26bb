"""The customer gets money back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from grocery.kernel.errors import Conflict
from grocery.kernel.money import Money
from grocery.kernel.outbox import publish
from grocery.payments.contracts import RefundView
from grocery.payments.contracts.credit import RefundTo
from grocery.payments.events import RefundRequested
from grocery.payments.models import Bill, Refund
from grocery.payments.policies import check_refund
from grocery.payments.services.disputes import refuse_beside_dispute
from grocery.payments.services.waiting_refunds import give_back, most_to_give_back


def request_refund(
    *,
    order_id: UUID,
    amount: Money,
    key: str,
    reason: str,
    now: datetime,
    by: UUID | None = None,
    to: RefundTo = RefundTo.ORIGINAL,
) -> RefundView:
    """Promise `amount` back, once per `key` and order, in the caller's transaction; the relay asks the provider.

    Newest payment first, each by the way it came; cash is owed, until a person has handed it over. A promise stays
    one: what a provider cannot give back is owed, too. Asked for between the capture and its outcome it waits, and
    goes out by itself; what was never taken need not go back. `to` CREDIT: it becomes the payer's store credit, here
    or as soon as it is ours. The same again is harmless, another amount or way under that key a Conflict. `reason` is
    a code of the asker's, at most 64 characters. Facts: RefundRequested, then RefundSucceeded or RefundFailed.

    Raises MoreThanCaptured above what was captured or asked for, less what was promised back before (so for anything
    until `request_capture`); AmountTooSmall for nothing; PaymentDisputed while a bank wants it back, or has it.
    """
    bill = Bill.locked(order_id)
    if again := Refund.objects.with_key(order_id, key):
        return _the_same(again, amount, to).view()
    _check(bill, amount)
    refund = Refund.objects.create(
        order_id=order_id,
        key=key,
        amount=amount.minor,
        waiting=amount.minor,
        reason=reason,
        requested_at=now,
        requested_by=by,
        to_credit=to is RefundTo.CREDIT,
    )
    publish(RefundRequested(order_id=order_id, refund_id=refund.id, key=key, amount=amount))
    give_back(bill, now=now)
    refund.refresh_from_db(fields=["waiting", "lapsed"])
    return refund.view()


def _check(bill: Bill, amount: Money) -> None:
    left = most_to_give_back(bill)
    check_refund(amount, left=left)
    refuse_beside_dispute(bill, amount, left=left)


def _the_same(refund: Refund, amount: Money, to: RefundTo) -> Refund:
    if (refund.amount, refund.to_credit) != (amount.minor, to is RefundTo.CREDIT):
        raise Conflict
    return refund
