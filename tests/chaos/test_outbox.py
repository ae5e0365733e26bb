"""Relays are killed and handlers fail; every fact takes effect once, and in order.

And the two ways to get it wrong are seen to be wrong: a torture that nothing can fail proves nothing.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from threading import Event

import pytest
from django.db import connection, transaction

from grocery.kernel.models import InboxEntry
from grocery.kernel.outbox import publish
from tests.chaos import relays
from tests.forking import forks
from tests.kernel.facts import Counted, only_these_subscribers

STREAMS, RELAYS, SECONDS = 60, 3, 60

pytestmark = pytest.mark.django_db(transaction=True)

_forks = forks(relays.__name__)


@dataclass(frozen=True)
class Outcome:
    killed: int
    effects: int
    doubled: int
    lost: int
    streams_out_of_order: int


type Torture = Callable[[int, relays.Control], Outcome]


def tell_much(facts: int) -> None:
    """Facts 0, 1, 2 … of each stream, each to two subscribers."""
    with only_these_subscribers():
        relays.subscribe_both()
        for first in range(0, facts, STREAMS * 5):
            numbers = range(first, first + STREAMS * 5)
            with transaction.atomic():
                publish(*(Counted(number=number // STREAMS, thing=str(number % STREAMS)) for number in numbers))


def kill_at_random(control: relays.Control) -> int:
    """Kill a relay (SIGKILL) at whatever it is doing and start another, until all is delivered; how many."""

    def start() -> BaseProcess:
        relay = _forks.Process(target=relays.run, args=[connection.settings_dict["NAME"], control], daemon=True)
        relay.start()
        return relay

    def kill(relay: BaseProcess) -> None:
        relay.kill()
        relay.join()
        relay.close()

    running, killed, until = [start() for _ in range(RELAYS)], 0, time.monotonic() + SECONDS
    while InboxEntry.objects.owed().exists() and time.monotonic() < until:
        Event().wait(random.uniform(0.02, 0.12))
        kill(running.pop(random.randrange(RELAYS)))
        killed += 1
        running.append(start())
    for relay in running:
        kill(relay)
    return killed


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
def torture() -> Iterator[Torture]:
    """Tell so many facts, torment the relays, and see. A table shows what each handler did, and in which order."""

    def torment(facts: int, control: relays.Control) -> Outcome:
        tell_much(facts)
        return outcome(facts, kill_at_random(control))

    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE chaos_effect (id bigserial PRIMARY KEY, subscriber text, stream text, number int)"
        )
    yield torment
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE chaos_effect")


def test_every_fact_takes_effect_once_and_in_order(torture: Torture):
    got = torture(900, "nothing")
    assert got == Outcome(got.killed, effects=1_800, doubled=0, lost=0, streams_out_of_order=0)
    assert (got.killed >= 10, InboxEntry.objects.owed().count()) == (True, 0)


def test_without_looking_for_earlier_entries_streams_get_out_of_order(torture: Torture):
    assert torture(450, "order").streams_out_of_order > 0


def test_marking_outside_of_the_handlers_transaction_doubles_effects(torture: Torture):
    """A relay has to die just between the two: by chance, so it is tried up to three times."""
    assert any(torture(450, "mark").doubled for _attempt in range(3))


def test_a_relay_that_is_asked_to_end_ends_soon_and_cleanly():
    settings = connection.settings_dict
    relay = subprocess.Popen(
        [sys.executable, "-W", "ignore", "manage.py", "relay", "--threads=2"],
        env={
            **os.environ,
            "DATABASE_URL": f"postgresql://{settings['USER']}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}",
            "DATABASE_POOL": "4",
            "LOG_LEVEL": "INFO",
            "LOG_FORMAT": "console",
        },
        stderr=subprocess.PIPE,
        text=True,
    )
    assert relay.stderr
    for line in relay.stderr:
        if "relay started" in line:
            break
    asked = time.monotonic()
    relay.send_signal(signal.SIGTERM)
    _, rest = relay.communicate(timeout=30)
    assert (relay.returncode, "relay stopped" in rest, time.monotonic() - asked < 5) == (0, True, True)
