"""Telling a fact."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
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
      FROM json_to_recordset(%(facts)s::json) AS fact(id uuid, name text, stream text, payload jsonb)
)
INSERT INTO "kernel_inboxentry" (event_id, subscriber, stream)
SELECT entry.event_id, entry.subscriber, entry.stream
  FROM ROWS FROM (json_to_recordset(%(owed)s::json) AS (event_id uuid, subscriber text, stream text))
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
    facts, entries = statements.as_json(_facts(events)), statements.as_json(_entries(owed))
    statements.rows(DEFAULT_DB_ALIAS, _TELL, facts=facts, owed=entries, trace=current_trace())
    if owed:
        wake_relays()


def wake_relays() -> None:
    """Tell the relays, once the transaction is committed and once per transaction, that something is owed.

    Not inside the transaction: PostgreSQL lets only one transaction that notifies commit at a time, which would line
    up all checkouts. Should the message get lost, the relays look for themselves every second.
    """
    if not any(_notify in waiting for waiting in connection.run_on_commit):
        transaction.on_commit(_notify, robust=True)


def _facts(events: Sequence[Event]) -> list[dict[str, Any]]:
    return [
        {
            "id": event.event_id,
            "name": event.name,
            "stream": event.stream,
            "payload": orjson.Fragment(adapter(type(event)).dump_json(event)),
        }
        for event in events
    ]


def _entries(owed: Sequence[tuple[Event, str]]) -> list[dict[str, Any]]:
    return [{"event_id": event.event_id, "subscriber": name, "stream": event.stream} for event, name in owed]


def _notify() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {CHANNEL}")
