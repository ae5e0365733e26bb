"""Relays are killed and handlers fail; every fact takes effect once, and in order.

And the two ways to get it wrong are seen to be wrong: a torture that nothing can fail proves nothing.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.db import connection, transaction

from grocery.kernel.models import InboxEntry
from grocery.kernel.outbox import publish
from tests.kernel.facts import Counted, only_these_subscribers, subscribe

STREAMS, RELAYS = 60, 3

pytestmark = pytest.mark.django_db(transaction=True)


type Torture = Callable[[int, str], Outcome]


@dataclass(frozen=True)
class Outcome:
    killed: int
    effects: int
    doubled: int
    lost: int
    streams_out_of_order: int


@pytest.fixture
def effects() -> Iterator[None]:
    """A table that shows what each handler did, in the order in which it did it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE chaos_effect (id bigserial PRIMARY KEY, subscriber text, stream text, number int)"
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE chaos_effect")


def tell_much(facts: int) -> None:
    """Facts 0, 1, 2 … of each stream, each to two subscribers."""
    with only_these_subscribers():
        subscribe(lambda _: None, name="chaos.one")
        subscribe(lambda _: None, name="chaos.many", batch=25)
        for first in range(0, facts, STREAMS * 5):
            with transaction.atomic():
                publish(
                    *(
                        Counted(number=number // STREAMS, thing=str(number % STREAMS))
                        for number in range(first, first + STREAMS * 5)
                    )
                )


def run(*arguments: str, level: str = "ERROR") -> subprocess.Popen[str]:
    """Another process of ours, on this test's database."""
    settings = connection.settings_dict
    ours = {
        "DATABASE_URL": f"postgresql://{settings['USER']}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}",
        "DJANGO_SETTINGS_MODULE": "grocery.config.settings",
        "LOG_FORMAT": "console",
    }
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", *arguments],
        env=os.environ | ours | {"LOG_LEVEL": level},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def outcome(facts: int, killed: int) -> Outcome:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*), count(*) - count(DISTINCT (subscriber, stream, number)),
                   %s - count(DISTINCT (subscriber, stream, number)),
                   count(DISTINCT (subscriber, stream)) FILTER (WHERE number < previous)
              FROM (SELECT *, lag(number) OVER (PARTITION BY subscriber, stream ORDER BY id) AS previous
                      FROM chaos_effect) AS effect
            """,
            [2 * facts],
        )
        return Outcome(killed, *cursor.fetchone())


@pytest.fixture
def torture(effects: None) -> Torture:
    def torment(facts: int, control: str) -> Outcome:
        tell_much(facts)
        relays = run("-m", "tests.chaos.relays", "20", str(RELAYS), control)
        told, _ = relays.communicate(timeout=60)
        assert relays.returncode == 0, told
        return outcome(facts, int(told))

    return torment


def test_every_fact_takes_effect_once_and_in_order(torture: Torture):
    got = torture(1_200, "none")
    assert got == Outcome(got.killed, effects=2_400, doubled=0, lost=0, streams_out_of_order=0)
    assert (got.killed >= 10, InboxEntry.objects.owed().count()) == (True, 0)


def test_without_looking_for_earlier_entries_streams_get_out_of_order(torture: Torture):
    assert torture(600, "order").streams_out_of_order > 0


def test_marking_outside_of_the_handlers_transaction_doubles_effects(torture: Torture):
    assert torture(600, "mark").doubled > 0


def test_a_relay_that_is_asked_to_end_ends_soon_and_cleanly():
    relay = run("manage.py", "relay", "--threads=2", level="INFO")
    assert relay.stdout
    for line in relay.stdout:
        if "relay started" in line:
            break
    asked = time.monotonic()
    relay.send_signal(signal.SIGTERM)
    rest, _ = relay.communicate(timeout=10)
    assert (relay.returncode, "relay stopped" in rest, time.monotonic() - asked < 3) == (0, True, True)
