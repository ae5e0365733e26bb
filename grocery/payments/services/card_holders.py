"""A provider keeps cards under a name of its own for their owner."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings

from grocery.payments.contracts import PaymentRefused
from grocery.payments.gateways.provider import CardKeeper, Refused
from grocery.payments.models import CardHolder


def holder_at(keeper: CardKeeper, payer_id: UUID, *, now: datetime) -> str:
    """The provider's name for that payer, asked for at most once; outside of any transaction.

    Written down first: whoever comes after a crash asks again under the same key. Raises OutcomeUnknown,
    PaymentRefused.
    """
    row, _ = CardHolder.objects.get_or_create(payer_id=payer_id, provider=keeper.name, defaults={"opened_at": now})
    if not row.reference:
        try:
            named = keeper.open_holder(holder_id=str(row.id), key=f"holder:{row.id}:e{settings.RESTORE_EPOCH}:r0")
        except Refused as error:
            raise PaymentRefused(error.code) from None
        CardHolder.objects.of_payer(payer_id, keeper.name).filter(reference="").update(reference=named)
    return CardHolder.objects.known_as(payer_id, keeper.name)
