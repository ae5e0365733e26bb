"""Relays that are killed at random: `python -m tests.chaos.relays SECONDS RELAYS CONTROL`.

Loads Django once and forks relay after relay from it, before any connection is opened; kills one (SIGKILL) every few
milliseconds, at whatever it is doing, and starts another in its place. Ends when nothing is owed any more, or at the
time given. Then prints how many it killed.

CONTROL names what is broken on purpose, so that the test shows that it would notice:
`none`; `order` (the claim does not look for earlier entries); `mark` (handled is marked in a transaction of its own,
after the handler's).
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from datetime import timedelta

import django

django.setup()

from django.db import connection, transaction  # noqa: E402 - Django first

from grocery.kernel.models import InboxEntry  # noqa: E402
from grocery.kernel.outbox import claims, delivery  # noqa: E402
from grocery.kernel.outbox.claims import Claim  # noqa: E402
from grocery.kernel.outbox.pace import Pace  # noqa: E402
from grocery.kernel.outbox.relay import Relay  # noqa: E402
from grocery.kernel.outbox.subscribers import Subscriber, registry  # noqa: E402
from tests.kernel.facts import Counted, subscribe  # noqa: E402

#: In a hurry: leases end soon after a kill, failures are tried again at once, and nothing is ever given up.
HURRIED = Pace(
    lease=timedelta(milliseconds=500),
    first_pause=timedelta(milliseconds=10),
    growth=1,
    attempts=10_000,
    poll=timedelta(milliseconds=20),
    singles=20,
)
_FAILING = 0.15


def note(*facts: Counted, subscriber: str) -> None:
    """The effect: a row per fact. One call in seven fails after it."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO chaos_effect (subscriber, stream, number) VALUES (%s, %s, %s)",
            [(subscriber, fact.stream, fact.number) for fact in facts],
        )
    if random.random() < _FAILING:
        raise LookupError("on purpose")


def marked_apart(subscriber: Subscriber, claimed: list[Claim]) -> None:
    """The mistake that most outboxes make: the handler commits, and then, perhaps, it is noted."""
    with transaction.atomic():
        delivery._call(subscriber, claimed)
    with transaction.atomic():
        claims.mark_handled(claimed)


def break_on_purpose(control: str) -> None:
    if control == "order":
        whole = claims.CLAIM
        claims.CLAIM = whole.replace(claims.NOTHING_EARLIER_IS_OWED, "")
        assert whole != claims.CLAIM
    elif control == "mark":
        delivery.handle = marked_apart  # type: ignore[assignment]  # the control


def start_relay() -> int:
    """A relay in a process of its own; its id."""
    if child := os.fork():
        return child
    random.seed()
    Relay(pace=HURRIED).run()
    os._exit(0)


def torture(*, seconds: float, relays: int) -> int:
    """Kill and start until all is delivered; how many were killed."""
    running = [start_relay() for _ in range(relays)]
    killed, until = 0, time.monotonic() + seconds
    while time.monotonic() < until and _is_owed():
        time.sleep(random.uniform(0.01, 0.12))
        _kill(running.pop(random.randrange(len(running))))
        killed += 1
        running.append(start_relay())
    for child in running:
        _kill(child)
    return killed


def _is_owed() -> bool:
    try:
        return InboxEntry.objects.owed().exists()
    finally:
        connection.close()  # a connection is not to be shared with those who are forked next


def _kill(child: int) -> None:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


if __name__ == "__main__":
    for _names in (registry.by_name, registry.by_event):
        _names.clear()
    subscribe(lambda fact: note(fact, subscriber="one"), name="chaos.one")
    subscribe(lambda facts: note(*facts, subscriber="many"), name="chaos.many", batch=25)
    break_on_purpose(sys.argv[3])
    sys.stdout.write(str(torture(seconds=float(sys.argv[1]), relays=int(sys.argv[2]))))
