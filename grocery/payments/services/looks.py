"""When to ask a provider again without being told."""

from __future__ import annotations

from datetime import datetime

from grocery.payments.contracts import PaymentState, RefundState
from grocery.payments.models import Payment, ProviderCall, RefundPart
from grocery.payments.policies import look_again_after, look_again_after_refund


def next_look(payment: Payment, now: datetime) -> datetime | None:
    """The next look that the payment or one of its refunds is due for; while a call is open, the one that is set."""
    if ProviderCall.objects.has_one_open(payment.id):
        return payment.look_at
    parts = RefundPart.objects.to_look_at_of(payment.id) if payment.refunded or payment.refunding else ()
    waits = [
        look_again_after(PaymentState(payment.state), age=now - payment.opened_at),
        *(look_again_after_refund(RefundState(part.state), age=now - part.refund.requested_at) for part in parts),
    ]
    looks = [now + wait for wait in waits if wait]
    if payment.is_awaited() and payment.pay_until:
        looks.append(payment.pay_until)
    return min(looks, default=None)
