"""Relays are woken, and nobody who told a fact waits for that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from grocery.kernel.outbox import publish, publishing
from grocery.kernel.outbox.publishing import CHANNEL
from grocery.kernel.outbox.waker import Waker
from tests.kernel.facts import Counted, only_these_subscribers, subscribe

pytestmark = pytest.mark.django_db(transaction=True, available_apps=["grocery.kernel"])


@contextmanager
def listening() -> Iterator[psycopg.Connection]:
    with psycopg.connect(connection.connection.info.dsn, autocommit=True) as ear:
        ear.execute(f"LISTEN {CHANNEL}")
        yield ear


def heard(ear: psycopg.Connection, seconds: float) -> int:
    return len(list(ear.notifies(timeout=seconds)))


@pytest.fixture
def waker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Waker]:
    """The one of this process, for this test."""
    waker = Waker()
    monkeypatch.setattr(publishing, "_waking", [waker.wake])
    yield waker
    waker.end()


def test_who_tells_a_fact_sends_no_message_and_the_relays_hear_it(waker: Waker):
    statements = []

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        statements.append(sql)
        return execute(sql, params, many, context)

    connection.ensure_connection()
    with only_these_subscribers(), listening() as ear:
        subscribe(print)
        with connection.execute_wrapper(look), transaction.atomic():
            publish(Counted(number=1))
        assert next(ear.notifies(timeout=5, stop_after=1)).channel == CHANNEL
    assert not [sql for sql in statements if sql.startswith("NOTIFY")]


def test_many_at_once_are_few_messages(waker: Waker):
    connection.ensure_connection()
    with listening() as ear:
        for _ in range(2_000):
            waker.wake()
        assert 1 <= heard(ear, 0.1) < 50


def test_what_was_asked_for_before_the_end_is_sent(waker: Waker):
    connection.ensure_connection()
    with listening() as ear:
        waker.wake()
        waker.end()
        assert heard(ear, 0.05) == 1
