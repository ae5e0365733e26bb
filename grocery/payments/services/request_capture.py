"""The goods are packed: take what they come to."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from grocery.kernel.errors import Conflict
from grocery.kernel.money import Money
from grocery.kernel.outbox import publish
from grocery.payments.contracts import Method, PaymentIs, PaymentState
from grocery.payments.events import CaptureRequested
from grocery.payments.models import Payment
from grocery.payments.policies import Operation, check_taking
from grocery.payments.services.intents import intend


def request_capture(*, order_id: UUID, amount: Money, now: datetime) -> None:
    """Write down what is to be taken, in the caller's transaction; the relay asks the provider afterwards.

    For cash it is what the driver is to collect. Asking again for the same is harmless.
    """
    payment = Payment.objects.locked().of_order(order_id)
    check_taking(amount, authorised=payment.total)
    if payment.to_capture == amount.minor:
        return
    if payment.state != PaymentState.AUTHORISED or payment.cancel_requested_at:
        raise PaymentIs(payment.current_state())
    if payment.to_capture is not None and payment.method == Method.CARD:
        raise Conflict
    payment.to_capture = amount.minor
    payment.save(update_fields=["to_capture"])
    if payment.method == Method.CARD:
        call = intend(payment, Operation.CAPTURE, request={"amount": amount.minor}, now=now)
        publish(CaptureRequested(order_id=order_id, call_id=call.id))
