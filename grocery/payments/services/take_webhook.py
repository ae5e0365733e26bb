"""A provider has something to say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from prometheus_client import Counter

from grocery.kernel import statements
from grocery.kernel.outbox import publish
from grocery.payments.contracts import BadWebhook, ProviderUnavailable
from grocery.payments.events import WebhookReceived
from grocery.payments.gateways import registry
from grocery.payments.gateways.provider import Notice, NotSigned, OutcomeUnknown, Refused
from grocery.payments.models import Payment, ProviderNotice
from grocery.payments.services.observe import record
from grocery.payments.services.observe_refunds import look_at_refunds

WEBHOOKS = Counter(
    "payments_webhooks", "Webhooks of payment providers, by what became of them", ["provider", "outcome"]
)


def take_webhook(*, provider: str, body: bytes, headers: Mapping[str, str], now: datetime) -> None:
    """Verify a webhook and keep it, once. What it means is found out afterwards, by the relay."""
    gateway = registry.provider(provider)
    try:
        notice = gateway.read_webhook(body=body, headers=headers, now=now)
    except NotSigned as reason:
        WEBHOOKS.labels(provider, "refused").inc()
        raise BadWebhook(str(reason)) from None
    WEBHOOKS.labels(provider, "kept" if _keep(provider, notice, now) else "duplicate").inc()


def _keep(provider: str, notice: Notice, now: datetime) -> bool:
    """Store the notice and, if it is about a payment, tell ourselves; False if we have it already."""
    row = ProviderNotice(
        provider=provider,
        event_id=notice.event_id,
        kind=notice.kind,
        reference=notice.reference,
        body=notice.body,
        received_at=now,
        outcome="" if notice.reference else "ignored",
    )
    with transaction.atomic():
        if not statements.insert([row], on_conflict="DO NOTHING"):
            return False
        if notice.reference:
            publish(WebhookReceived(provider=provider, reference=notice.reference, notice_id=row.id))
    return True


def apply_notice(*, notice_id: UUID, now: datetime) -> None:
    """Look at the payment that a notice is about. The notice itself is not believed: an older one may come later.

    Raises ProviderUnavailable when the provider cannot be asked at the moment.
    """
    notice = ProviderNotice.objects.get(id=notice_id)
    if notice.applied_at:
        return
    try:
        outcome = _apply(notice, now)
    except OutcomeUnknown:
        raise ProviderUnavailable(notice.provider) from None
    except Refused:
        outcome = "unknown_payment"
    notice.decided(outcome, now)


def _apply(notice: ProviderNotice, now: datetime) -> str:
    seen = registry.provider(notice.provider).poll(reference=notice.reference)
    payment = Payment.objects.that_the_provider_means(
        provider=notice.provider, reference=notice.reference, payment_id=seen.payment_id
    ).first()
    if payment is None:
        return "unknown_payment"
    outcome = record(payment_id=payment.id, seen=seen, now=now)
    if notice.kind.startswith("refund."):
        look_at_refunds(payment=payment, now=now)
    return outcome
