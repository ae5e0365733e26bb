"""The order is off: let the money go."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from grocery.kernel.outbox import publish
from grocery.payments.contracts import Method, PaymentIs, PaymentState
from grocery.payments.events import CancellationRequested, PaymentCancelled
from grocery.payments.models import Payment
from grocery.payments.policies import Operation
from grocery.payments.services.intents import intend


def request_cancellation(*, order_id: UUID, now: datetime) -> None:
    """Write down that nothing is to be taken, in the caller's transaction; the relay tells the provider afterwards.

    What no provider has heard of is cancelled at once. Asking again is harmless; after a capture it is a refund.
    """
    payment = Payment.objects.locked().of_order(order_id)
    if payment.cancel_requested_at or payment.state == PaymentState.CANCELLED:
        return
    if payment.state == PaymentState.CAPTURED or (payment.to_capture and payment.method == Method.CARD):
        raise PaymentIs(PaymentState.CAPTURED)
    payment.cancel_requested_at = now
    if payment.method == Method.CARD and payment.calls.to(Operation.AUTHORISE).not_refused().exists():
        call = intend(payment, Operation.CANCEL, request={}, now=now)
        publish(CancellationRequested(order_id=order_id, call_id=call.id))
    else:
        payment.state, payment.cancelled_at, payment.look_at = PaymentState.CANCELLED, now, None
        publish(PaymentCancelled(order_id=order_id))
    payment.save(update_fields=["cancel_requested_at", "state", "cancelled_at", "look_at"])
