"""The order is off: let the money go."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from grocery.kernel.outbox import publish
from grocery.payments.contracts import Method, PaymentIs, PaymentState
from grocery.payments.models import Bill, Payment
from grocery.payments.policies import LetGo
from grocery.payments.services.facts import facts_of_cancelled
from grocery.payments.services.let_go import let_go
from grocery.payments.services.waiting_refunds import give_back


def request_cancellation(*, order_id: UUID, now: datetime) -> None:
    """Write down that nothing is to be taken, in the caller's transaction; the relay tells the provider afterwards.

    All of the order's payments, top-ups included. What no provider has heard of is cancelled at once; what was sent
    to us, or paid with store credit, goes back. Asking again is harmless; once a capture was asked for it is a
    refund: raises PaymentIs. Cash for packed goods is not collected then; what store credit has paid of them stays
    until it is refunded.
    """
    bill = Bill.locked(order_id)
    going = [payment for payment in bill.wanted() if not (bill.is_cash and bill.is_packed() and payment.is_credit())]
    if any(_is_kept(payment) for payment in going):
        raise PaymentIs(PaymentState.CAPTURED)
    for payment in going:
        let_go(payment, LetGo.ORDER_OFF, now=now)
    give_back(bill, now=now)
    if going and going[-1].is_final():
        publish(*facts_of_cancelled(bill, going[-1]))


def _is_kept(payment: Payment) -> bool:
    """Taken in cash, or asked to be taken otherwise."""
    if payment.method == Method.CASH_ON_DELIVERY:
        return payment.state == PaymentState.CAPTURED
    return payment.to_capture is not None
