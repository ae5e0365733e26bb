"""A provider or the bank has something to say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from prometheus_client import Counter

from grocery.kernel.outbox import insert_and_publish
from grocery.payments.contracts import BadWebhook
from grocery.payments.events import WebhookReceived
from grocery.payments.gateways import registry
from grocery.payments.gateways.provider import Notice, NotSigned
from grocery.payments.models import ProviderNotice
from grocery.payments.policies import UNREADABLE

WEBHOOKS = Counter(
    "payments_webhooks", "Webhooks of payment providers and the bank, by what became of them", ["provider", "outcome"]
)


def take_webhook(*, provider: str, body: bytes, headers: Mapping[str, str], now: datetime) -> None:
    """Verify a webhook and keep it, once. What it means is found out afterwards, by the relay.

    When this returns, outside of a transaction, it is there to stay. What is signed and cannot be read is kept, too,
    for a person. Raises BadWebhook: nothing was kept; NotFound.
    """
    reader = registry.reader(provider)
    try:
        notice = reader.read_webhook(body=body, headers=headers, now=now)
    except NotSigned as reason:
        WEBHOOKS.labels(provider, "refused").inc()
        raise BadWebhook(str(reason)) from None
    WEBHOOKS.labels(provider, _keep(provider, notice, now)).inc()


def _keep(provider: str, notice: Notice, now: datetime) -> str:
    """Store the notice and, if it is about money of ours, tell ourselves, in one statement; what became of it."""
    unreadable = notice.kind == UNREADABLE
    row = ProviderNotice(
        provider=provider,
        event_id=notice.event_id,
        kind=notice.kind,
        reference=notice.reference,
        body=notice.body,
        received_at=now,
        outcome=UNREADABLE if unreadable else "" if notice.reference else "ignored",
    )
    about = WebhookReceived(provider=provider, reference=notice.reference, notice_id=row.id)
    if not insert_and_publish(row, *([about] if notice.reference else ())):
        return "duplicate"
    return UNREADABLE if unreadable else "kept"
