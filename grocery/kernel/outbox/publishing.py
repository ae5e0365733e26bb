"""Telling a fact."""

from __future__ import annotations

from typing import Any, Final

from django.db import connection, transaction
from pydantic import TypeAdapter

from grocery.kernel.events import Event
from grocery.kernel.models import InboxEntry, OutboxEvent
from grocery.kernel.outbox.subscribers import registry
from grocery.kernel.tracing import current_trace

#: The PostgreSQL channel on which relays listen.
CHANNEL: Final = "outbox"

_adapters: dict[type[Event], TypeAdapter[Any]] = {}


def adapter(event: type[Event]) -> TypeAdapter[Any]:
    """Reads and writes this kind of fact as JSON."""
    if event not in _adapters:
        _adapters[event] = TypeAdapter(event)
    return _adapters[event]


def publish(*events: Event) -> None:
    """Write down what has just become true, and to whom it is owed. Refuses to run outside a transaction.

    Two statements, however many facts. Facts of one stream reach a subscriber in the order in which they were
    published, given that whoever publishes holds the lock on what the stream is about (the order, the stock item).
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a fact is published in the transaction that makes it true")
    trace = current_trace()
    OutboxEvent.objects.bulk_create(_row(event, trace) for event in events)
    entries = [
        InboxEntry(event_id=event.event_id, subscriber=subscriber.name, stream=event.stream)
        for event in events
        for subscriber in registry.by_event.get(event.name, [])
    ]
    if entries:
        InboxEntry.objects.bulk_create(entries)
        wake_relays()


def wake_relays() -> None:
    """Tell the relays, once the transaction is committed and once per transaction, that something is owed.

    Not inside the transaction: PostgreSQL lets only one transaction that notifies commit at a time, which would line
    up all checkouts. Should the message get lost, the relays look for themselves every second.
    """
    if not any(_notify in waiting for waiting in connection.run_on_commit):
        transaction.on_commit(_notify, robust=True)


def _row(event: Event, trace: str) -> OutboxEvent:
    payload = adapter(type(event)).dump_python(event, mode="json")
    return OutboxEvent(id=event.event_id, name=event.name, stream=event.stream, payload=payload, trace=trace)


def _notify() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {CHANNEL}")
