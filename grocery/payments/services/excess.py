"""What was taken and is not kept goes back by itself, to where it came from."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from grocery.kernel.outbox import publish
from grocery.payments.events import RefundRequested
from grocery.payments.models import Payment, Refund
from grocery.payments.services.promises import promise_of

#: Why such a refund is made.
REASON: Final = "not_kept"


def return_excess(payment: Payment, *, now: datetime) -> None:
    """Promise back what this payment has taken beyond what we keep of it, once, under the bill's lock.

    A provider that captures whole takes more than the goods came to; what was sent before they were packed may be
    more, too; and what arrives for an order that is off is not kept at all.
    """
    key = f"excess:{payment.id}"
    excess = min(payment.excess(), payment.refundable())
    if not excess or Refund.objects.with_key(payment.order_id, key):
        return
    refund = Refund.objects.create(
        order_id=payment.order_id, key=key, amount=excess.minor, reason=REASON, requested_at=now
    )
    publish(RefundRequested(order_id=payment.order_id, refund_id=refund.id, key=key, amount=excess))
    promise_of(payment, refund, excess, now=now)
