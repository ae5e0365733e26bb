"""Telling a fact."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS, connection, transaction
from pydantic import TypeAdapter

from grocery.kernel import statements
from grocery.kernel.events import Event
from grocery.kernel.outbox.subscribers import registry
from grocery.kernel.tracing import current_trace

#: The PostgreSQL channel on which relays listen.
CHANNEL: Final = "outbox"

#: Plain SQL, because Django's bulk_create takes most of the time in which 50,000 facts are told. Entries get their
#: ids in the order of the facts; the foreign key between the two is checked at commit.
_TELL: Final = """
WITH told AS (
    INSERT INTO "kernel_outboxevent" (id, name, stream, payload, trace)
    SELECT fact.*, %(trace)s
      FROM unnest(%(ids)s::uuid[], %(names)s::text[], %(streams)s::text[], %(payloads)s::text[]::jsonb[]) AS fact
)
INSERT INTO "kernel_inboxentry" (event_id, subscriber, stream)
SELECT entry.event_id, entry.subscriber, entry.stream
  FROM unnest(%(owed)s::uuid[], %(subscribers)s::text[], %(their_streams)s::text[])
       WITH ORDINALITY AS entry(event_id, subscriber, stream, place)
 ORDER BY entry.place
"""

_adapters: dict[type[Event], TypeAdapter[Any]] = {}


def adapter(event: type[Event]) -> TypeAdapter[Any]:
    """Reads and writes this kind of fact as JSON."""
    if event not in _adapters:
        _adapters[event] = TypeAdapter(event)
    return _adapters[event]


def publish(*events: Event) -> None:
    """Write down what has just become true, and to whom it is owed. Refuses to run outside a transaction.

    One statement, however many facts. Facts of one stream reach a subscriber in the order in which they were
    published, given that whoever publishes holds the lock on what the stream is about (the order, the stock item).
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a fact is published in the transaction that makes it true")
    block = _together.get()
    if block and len(connection.savepoint_ids) == block.depth:
        block.facts.extend(events)
    elif events:
        _write(events)


@contextmanager
def together() -> Iterator[None]:
    """Write what is published inside at the end, in one statement, in the order in which it was published.

        @transaction.atomic
        @together()
        def place_order(...): ...

    Nothing of it is written if the block fails. What is published inside a savepoint that was begun in the block
    stands and falls with the savepoint, and so is written there and then.
    """
    waiting = _Together(depth=len(connection.savepoint_ids))
    token = _together.set(waiting)
    try:
        yield
    finally:
        _together.reset(token)
    publish(*waiting.facts)


@dataclass(frozen=True, slots=True)
class _Together:
    """Facts that wait for the end of a block, and how many savepoints deep the block is."""

    depth: int
    facts: list[Event] = field(default_factory=list)


_together: ContextVar[_Together | None] = ContextVar("facts told together", default=None)


def _write(events: Sequence[Event]) -> None:
    owed = [(event, s.name) for event in events for s in registry.by_event.get(event.name, [])]
    statements.rows(DEFAULT_DB_ALIAS, _TELL, {**_facts(events), **_entries(owed), "trace": current_trace()})
    if owed:
        wake_relays()


def wake_relays() -> None:
    """Tell the relays, once the transaction is committed and once per transaction, that something is owed.

    Not inside the transaction: PostgreSQL lets only one transaction that notifies commit at a time, which would line
    up all checkouts. Should the message get lost, the relays look for themselves every second.
    """
    if not any(_notify in waiting for waiting in connection.run_on_commit):
        transaction.on_commit(_notify, robust=True)


def _facts(events: Sequence[Event]) -> dict[str, list[Any]]:
    return {
        "ids": [event.event_id for event in events],
        "names": [event.name for event in events],
        "streams": [event.stream for event in events],
        "payloads": [adapter(type(event)).dump_json(event).decode() for event in events],
    }


def _entries(owed: Sequence[tuple[Event, str]]) -> dict[str, list[Any]]:
    return {
        "owed": [event.event_id for event, _ in owed],
        "subscribers": [subscriber for _, subscriber in owed],
        "their_streams": [event.stream for event, _ in owed],
    }


def _notify() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {CHANNEL}")
