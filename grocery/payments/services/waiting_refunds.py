"""Money that is to go back and is not ours yet: it waits until what was asked for has been taken, or was refused."""

from __future__ import annotations

from datetime import datetime

from grocery.kernel.money import Money, dong, total
from grocery.kernel.outbox import publish
from grocery.payments.events import RefundSucceeded
from grocery.payments.models import Bill, Refund, Shortfall
from grocery.payments.policies import spread_refund
from grocery.payments.services.promises import promise_of
from grocery.payments.services.shortfalls import waive


def most_to_give_back(bill: Bill) -> Money:
    """What was taken, is being taken or should have been, less what was promised back already."""
    refunds = Refund.objects.of_order(bill.order_id).waiting()
    ours = total(payment.refundable() for payment in bill.payments)
    coming = dong(sum(payment.to_capture or 0 for payment in bill.payments if payment.is_being_captured()))
    missing = Shortfall.objects.of_order(bill.order_id).never_taken().missing()
    return ours + coming + missing - dong(sum(refund.waiting for refund in refunds))


def give_back(bill: Bill, *, now: datetime) -> None:
    """Promise what can be promised by now of the refunds that wait, oldest first, under the bill's lock.

    While a capture is on its way, one that is more than what is ours waits on, and those after it. Once none is, what
    was never taken need not go back: that much less is missing.
    """
    on_its_way = any(payment.is_being_captured() for payment in bill.payments)
    for refund in Refund.objects.of_order(bill.order_id).waiting():
        left = [payment.refundable() for payment in bill.payments]
        if on_its_way and refund.waiting > total(left).minor:
            break
        _promise(bill, refund, left, now)


def _promise(bill: Bill, refund: Refund, left: list[Money], now: datetime) -> None:
    wanted = dong(refund.waiting)
    given = min(wanted, total(left))
    refund.waiting, refund.lapsed = 0, (wanted - given).minor
    refund.save(update_fields=["waiting", "lapsed"])
    for payment, share in zip(bill.payments, spread_refund(given, left), strict=True):
        if share:
            promise_of(payment, refund, share, now=now)
    if refund.lapsed:
        waive(bill.order_id, dong(refund.lapsed), now=now)
    if not given:
        publish(RefundSucceeded(order_id=refund.order_id, refund_id=refund.id, key=refund.key, amount=given))
