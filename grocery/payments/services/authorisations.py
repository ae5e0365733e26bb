"""What a provider is asked in order to begin a payment."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from grocery.payments.models import Payment, ProviderCall
from grocery.payments.policies import Operation
from grocery.payments.services.intents import intend


def authorise(
    payment: Payment, *, now: datetime, return_url: str = "", holder: str = "", keep: bool = False
) -> ProviderCall:
    """Write down that the payment is to begin: for whom at the provider, and whether their card is kept."""
    metadata = {
        "order_id": str(payment.order_id),
        "order_number": payment.order_number,
        "payment_id": str(payment.id),
        "epoch": str(settings.RESTORE_EPOCH),
    }
    request = {"amount": payment.amount, "metadata": metadata, "return_url": return_url}
    if holder:
        request |= {"holder": holder, "keep": keep}
    return intend(payment, Operation.AUTHORISE, request=request, now=now)
