"""Cards that customers want kept: with the provider, and with us no more than how to tell one from another."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction

from grocery.kernel import statements
from grocery.kernel.errors import NotFound
from grocery.kernel.outbox import publish
from grocery.payments.contracts import PaymentIs, PaymentRefused, PaymentState, ProviderUnavailable
from grocery.payments.contracts.cards import SavedCard
from grocery.payments.events import CardToForget
from grocery.payments.gateways.provider import OutcomeUnknown, Refused
from grocery.payments.gateways.registry import keeper
from grocery.payments.models import Bill, KeptCard, Payment
from grocery.payments.policies import KeptCard as Seen
from grocery.payments.services.card_holders import holder_at

log = structlog.get_logger()


def saved_cards(*, payer_id: UUID, now: datetime) -> tuple[SavedCard, ...]:
    """The cards that this customer had kept, the latest first."""
    return tuple(card.view(now=now) for card in KeptCard.objects.of_payer(payer_id))


def keep_card(*, order_id: UUID, payer_id: UUID, keep: bool, now: datetime) -> None:
    """Note that the customer wants the card kept with which they pay next, or not, and tell its provider.

    Nothing is kept unless they pay. Asking again is harmless. Refuses to run inside a transaction. Raises NotFound
    for an order that is not theirs; PaymentIs where nothing is to be paid by card; ProviderUnavailable,
    PaymentRefused.
    """
    payment = _consented(order_id, payer_id, keep=keep)
    gateway = keeper(payment.provider)
    needed = payment.calls.to_begin().not_refused().filter(request__keep=True).exists()
    if gateway is None or needed:  # the provider keeps it anyway, because no hold lasts so long
        return
    try:
        holder = holder_at(gateway, payer_id, now=now)
        gateway.keep(reference=payment.reference, holder=holder, keep=keep)
    except OutcomeUnknown:
        raise ProviderUnavailable(payment.provider) from None
    except Refused as error:
        raise PaymentRefused(error.code) from None


def remove_card(*, card_id: UUID, payer_id: UUID, now: datetime) -> None:
    """Take a kept card away, at once for its owner; the provider is told afterwards, and then we know it no more.

    Raises NotFound for one that is not theirs, or gone.
    """
    with transaction.atomic():
        card = KeptCard.objects.mine(card_id, payer_id)
        if card is None:
            raise NotFound("card", card_id)
        card.removal_asked_at = now
        card.save(update_fields=["removal_asked_at"])
        publish(CardToForget(card_id=card.id))


def forget(*, card_id: UUID) -> None:
    """Have the provider keep it no longer, and forget it. Raises ProviderUnavailable: to be tried again."""
    card = KeptCard.objects.to_forget(card_id)
    if card is None:
        return
    gateway = keeper(card.provider)
    if gateway is not None:
        try:
            gateway.forget_card(card=card.reference, key=f"forget:{card.id}:e{settings.RESTORE_EPOCH}:r0")
        except OutcomeUnknown:
            raise ProviderUnavailable(card.provider) from None
    card.delete()


def remember(payment: Payment, card: Seen | None, *, now: datetime) -> None:
    """The payment is made with this card, under the bill's lock: it is listed if its owner wanted that, once."""
    if card is None or not payment.keep_card or not payment.is_held():
        return
    row = KeptCard(
        payer_id=payment.payer_id,
        provider=payment.provider,
        reference=card.reference,
        brand=card.brand,
        last4=card.last4,
        exp_month=card.exp_month,
        exp_year=card.exp_year,
        saved_at=now,
    )
    statements.insert([row], on_conflict="DO NOTHING")


@transaction.atomic
def _consented(order_id: UUID, payer_id: UUID, *, keep: bool) -> Payment:
    """What is to be paid next, with what its customer wants written down."""
    bill = Bill.locked(order_id)
    if bill.base.payer_id != payer_id:
        raise NotFound("payment", order_id)
    payment = next((one for one in bill.waiting() if one.reference), None)
    if payment is None or keeper(payment.provider) is None:
        raise PaymentIs(PaymentState(bill.base.state))
    payment.keep_card = keep
    payment.save(update_fields=["keep_card"])
    return payment
