"""What a notice is about is looked at."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from grocery.payments.contracts import ProviderUnavailable
from grocery.payments.gateways import registry
from grocery.payments.gateways.bank_notices import BANK, told_in
from grocery.payments.gateways.provider import Disputed, OutcomeUnknown, Refused
from grocery.payments.models import Payment, ProviderNotice
from grocery.payments.policies.transfers import Source
from grocery.payments.services.disputes import look_at_dispute
from grocery.payments.services.observe import record
from grocery.payments.services.observe_refunds import look_at_refunds
from grocery.payments.services.take_transfer import take_transfer


def apply_notice(*, notice_id: UUID, now: datetime) -> None:
    """Do what a notice asks for; again is harmless.

    Of a provider's notice that is a look at the payment that it is about: it is not believed itself, as an older one
    may come later. A bank's is the only word that there is of a transfer, and books it. Raises ProviderUnavailable
    when the provider cannot be asked at the moment.
    """
    notice = ProviderNotice.objects.get(id=notice_id)
    if notice.applied_at:
        return
    try:
        outcome = _book(notice, now) if notice.provider == BANK else _look(notice, now)
    except OutcomeUnknown:
        raise ProviderUnavailable(notice.provider) from None
    except Refused:
        outcome = "unknown_payment"
    notice.decided(outcome, now)


def _book(notice: ProviderNotice, now: datetime) -> str:
    return take_transfer(told_in(notice.body), Source.NOTICE, now=now)


def _look(notice: ProviderNotice, now: datetime) -> str:
    gateway = registry.provider(notice.provider)
    if isinstance(gateway, Disputed) and notice.kind.startswith(gateway.dispute_kind):
        return look_at_dispute(provider=notice.provider, reference=notice.reference, now=now)
    seen = gateway.poll(reference=notice.reference)
    payment = Payment.objects.that_the_provider_means(
        provider=notice.provider, reference=notice.reference, payment_id=seen.payment_id
    ).first()
    if payment is None:
        return "unknown_payment"
    outcome = record(payment_id=payment.id, seen=seen, now=now)
    if notice.kind.startswith("refund."):
        look_at_refunds(payment=payment, now=now)
    return outcome
