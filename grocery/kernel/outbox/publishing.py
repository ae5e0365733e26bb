"""Telling a fact."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from pydantic import TypeAdapter

from grocery.kernel.events import Event
from grocery.kernel.models import InboxEntry, OutboxEvent
from grocery.kernel.outbox.subscribers import registry

_adapters: dict[type[Event], TypeAdapter[Any]] = {}


def adapter(event: type[Event]) -> TypeAdapter[Any]:
    """Reads and writes this kind of fact as JSON."""
    if event not in _adapters:
        _adapters[event] = TypeAdapter(event)
    return _adapters[event]


def publish(*events: Event) -> None:
    """Write down what has just become true, and to whom it is owed. Refuses to run outside a transaction."""
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("a fact is published in the transaction that makes it true")
    OutboxEvent.objects.bulk_create(
        OutboxEvent(
            id=event.event_id,
            name=event.name,
            stream=event.stream,
            payload=adapter(type(event)).dump_python(event, mode="json"),
        )
        for event in events
    )
    InboxEntry.objects.bulk_create(
        InboxEntry(event_id=event.event_id, subscriber=subscriber.name, stream=event.stream)
        for event in events
        for subscriber in registry.by_event.get(event.name, [])
    )
