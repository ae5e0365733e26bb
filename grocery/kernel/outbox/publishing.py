"""Telling a fact."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.db.models import Model
from pydantic import TypeAdapter

from grocery.kernel import statements
from grocery.kernel.events import Event
from grocery.kernel.outbox.subscribers import registry
from grocery.kernel.tracing import current_trace

#: The PostgreSQL channel on which relays listen.
CHANNEL: Final = "outbox"

#: A function in PostgreSQL (migration 0002), not Django's bulk_create, which took most of the time of telling 50,000
#: facts; and what makes a fact true can be written by the same statement.
_TELL: Final = "SELECT outbox_tell(%(facts)s::json, %(owed)s::json, %(trace)s)"

#: The rows of a list that is empty.
_NOBODY: Final = "[]"

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


def insert_and_publish(row: Model, *events: Event) -> bool:
    """Write a new row and the facts that it makes true, in one statement.

    False if a unique constraint has the row already, and then nothing is told. Outside of a transaction the statement
    is one: when this returns, all is there to stay. For what comes in by the hundred a second, where BEGIN and COMMIT
    are two trips more.
    """
    facts, entries = _told(events)
    told = [facts, entries, current_trace()]
    new = statements.insert_and(row, "outbox_tell(%s::json, %s::json, %s)", told)
    if new and entries != _NOBODY:
        wake_relays()
    return new


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
    facts, entries = _told(events)
    statements.rows(DEFAULT_DB_ALIAS, _TELL, facts=facts, owed=entries, trace=current_trace())
    if entries != _NOBODY:
        wake_relays()


def _told(events: Sequence[Event]) -> tuple[str, str]:
    """The facts and who is owed them, each as a JSON list of rows."""
    owed = [(event, s.name) for event in events for s in registry.by_event.get(event.name, [])]
    return statements.as_json(_facts(events)), statements.as_json(_entries(owed))


def wake_relays() -> None:
    """Tell the relays, once the transaction is committed and once per transaction, that something is owed.

    Not inside the transaction: PostgreSQL lets only one transaction that notifies commit at a time, which would line
    up all checkouts. Should the message get lost, the relays look for themselves every second.
    """
    if not any(_wake in waiting for waiting in connection.run_on_commit):
        transaction.on_commit(_wake, robust=True)


def wake_by(wake: Callable[[], None]) -> None:
    """Have this process's relays woken in another way than by a statement of whoever told something."""
    _waking[:] = [wake]


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


def _wake() -> None:
    _waking[0]()


def _notify() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {CHANNEL}")


#: How: one function.
_waking: list[Callable[[], None]] = [_notify]
