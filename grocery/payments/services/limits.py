"""How little and how much may be paid at once."""

from __future__ import annotations

from grocery.payments.gateways.registry import provider
from grocery.payments.models import Payment
from grocery.payments.policies import TRANSFERS, Limits


def limits_of(payment: Payment) -> Limits:
    """In the way of that payment."""
    return provider(payment.provider).limits if payment.provider else TRANSFERS
