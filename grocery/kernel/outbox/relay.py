"""The relay: delivers what is owed."""

from __future__ import annotations

from django.db import transaction
from django.db.models.functions import Now

from grocery.kernel.models import InboxEntry
from grocery.kernel.outbox.publishing import adapter
from grocery.kernel.outbox.subscribers import Subscriber, registry


def drain() -> int:
    """Deliver until nothing is owed, in this thread; how many deliveries there were. Handlers' errors are raised."""
    delivered = 0
    while entries := list(InboxEntry.objects.filter(handled_at=None).select_related("event").order_by("id")[:500]):
        for entry in entries:
            _deliver(entry, registry.by_name[entry.subscriber])
            delivered += 1
    return delivered


def _deliver(entry: InboxEntry, subscriber: Subscriber) -> None:
    event = adapter(subscriber.event).validate_python(entry.event.payload)
    argument = (event,) if subscriber.batch > 1 else event
    if subscriber.outside:
        subscriber.handler(argument)
    with transaction.atomic():
        InboxEntry.objects.filter(id=entry.id).update(handled_at=Now())
        if not subscriber.outside:
            subscriber.handler(argument)
