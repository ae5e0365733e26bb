"""Ask the provider how a payment stands, and believe it."""

from __future__ import annotations

from datetime import datetime

from grocery.payments.gateways.registry import provider
from grocery.payments.models import Payment
from grocery.payments.policies import Observation
from grocery.payments.services.observe import record


def look(*, payment: Payment, now: datetime) -> Observation:
    """What the provider says of a payment that it knows, recorded. Raises OutcomeUnknown, Refused."""
    seen = provider(payment.provider).poll(reference=payment.reference)
    record(payment_id=payment.id, seen=seen, now=now)
    return seen
