"""What we want of a provider is written down before it is asked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings

from grocery.kernel import statements
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
    before = [call for call in ProviderCall.objects.about(payment.id) if call.operation == operation]
    standing = (call for call in before if call.part_id == (part and part.id) and not call.is_refused())
    if there := next(standing, None):
        there.payment = payment
        return there
    revision = max((call.revision for call in before), default=-1) + 1
    payment.look_at = not_before or now + PATIENCE
    statements.update(payment, "look_at")
    call = ProviderCall(
        payment=payment,
        part=part,
        operation=operation,
        revision=revision,
        key=policies.key(operation, payment.id, epoch=settings.RESTORE_EPOCH, revision=revision),
        request=request,
        intended_at=now,
        not_before=not_before,
    )
    statements.insert([call])
    return call
