"""What nobody told us, we ask."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from grocery.payments.gateways.breaker import all_away
from grocery.payments.gateways.registry import all_providers
from grocery.payments.models import Payment
from grocery.payments.services.settle import settle_payment

#: Whoever takes a payment to look at has it for this long; longer than the provider may take to answer.
LEASE: Final = timedelta(minutes=3)
AT_ONCE: Final = 100


def reconcile(*, now: datetime) -> int:
    """Look at each payment that is due and settle it; how many were brought up to date.

    Any number of these may run at the same time: each payment is looked at by one. Those whose provider does not
    answer wait until it does.
    """
    away = all_away(all_providers())
    with transaction.atomic():
        due = Payment.objects.claim_due(now=now, lease=LEASE, limit=AT_ONCE, without=away)
    return sum(settle_payment(payment_id=payment.id, now=now) for payment in due)
