"""What we want of a provider is written down before it is asked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings

from grocery.payments import policies
from grocery.payments.models import Payment, ProviderCall, RefundPart
from grocery.payments.policies import Operation

#: A call that has not come to a decision by then is looked into by `reconcile`.
PATIENCE: Final = timedelta(minutes=1)


def intend(
    payment: Payment,
    operation: Operation,
    *,
    request: dict[str, Any],
    now: datetime,
    part: RefundPart | None = None,
    not_before: datetime | None = None,
) -> ProviderCall:
    """The call that is to be made, with its key: the one that is there already, or a new one."""
    latest = payment.calls.to(operation).for_part(part).first()
    if latest and not latest.is_refused():
        return latest
    latest = payment.calls.to(operation).first()
    revision = latest.revision + 1 if latest else 0
    payment.look_at = not_before or now + PATIENCE
    payment.save(update_fields=["look_at"])
    return ProviderCall.objects.create(
        payment=payment,
        part=part,
        operation=operation,
        revision=revision,
        key=policies.key(operation, payment.id, epoch=settings.RESTORE_EPOCH, revision=revision),
        request=request,
        intended_at=now,
        not_before=not_before,
    )
