"""Have a provider take what is held."""

from __future__ import annotations

from datetime import datetime

from grocery.kernel.outbox import publish
from grocery.payments.events import CaptureRequested
from grocery.payments.gateways.registry import provider
from grocery.payments.models import Payment
from grocery.payments.policies import Operation
from grocery.payments.services.intents import intend


def capture(payment: Payment, *, now: datetime) -> None:
    """Write down that what we keep of it is to be taken, or all of it where its provider takes all or nothing."""
    whole = provider(payment.provider).captures_whole
    call = intend(
        payment, Operation.CAPTURE, request={"amount": payment.amount if whole else payment.to_capture}, now=now
    )
    publish(CaptureRequested(order_id=payment.order_id, call_id=call.id))
