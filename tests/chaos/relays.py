"""Relays to be killed: what runs in the child processes of the torture.

Python's fork server loads Django once, by importing this module, and every relay is forked from it in a moment.
"""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Literal

import django

django.setup()

from django.db import connection, transaction  # noqa: E402 - Django first

from grocery.kernel.outbox import claims, delivery  # noqa: E402
from grocery.kernel.outbox.claims import Claim  # noqa: E402
from grocery.kernel.outbox.pace import Pace  # noqa: E402
from grocery.kernel.outbox.relay import Relay  # noqa: E402
from grocery.kernel.outbox.subscribers import Subscriber, registry  # noqa: E402
from tests.kernel.facts import Counted, subscribe  # noqa: E402

#: What is broken on purpose, so that the torture shows that it would notice: nothing; the claim does not look for
#: earlier entries; handled is marked in a transaction of its own, after the handler's.
type Control = Literal["nothing", "order", "mark"]

#: In a hurry: leases end soon after a kill, failures are tried again at once, and nothing is ever given up.
HURRIED = Pace(
    lease=timedelta(milliseconds=500),
    first_pause=timedelta(milliseconds=10),
    growth=1,
    attempts=10_000,
    poll=timedelta(milliseconds=20),
    singles=20,
)
FAILING = 0.15


def run(database: str, control: Control) -> None:
    """A relay on that database, until it is killed."""
    connection.settings_dict["NAME"] = database
    random.seed()
    registry.by_name.clear()
    registry.by_event.clear()
    subscribe_both()
    break_on_purpose(control)
    Relay(pace=HURRIED).run()


def subscribe_both() -> None:
    """One that takes facts singly, and one that takes many at a time."""
    subscribe(lambda fact: note(fact, subscriber="one"), name="chaos.one")
    subscribe(lambda facts: note(*facts, subscriber="many"), name="chaos.many", batch=25)


def note(*facts: Counted, subscriber: str) -> None:
    """The effect: a row per fact. One call in seven fails after it."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO chaos_effect (subscriber, stream, number) VALUES (%s, %s, %s)",
            [(subscriber, fact.stream, fact.number) for fact in facts],
        )
    if random.random() < FAILING:
        raise LookupError("on purpose")


def break_on_purpose(control: Control) -> None:
    if control == "order":
        whole = claims.CLAIM
        claims.CLAIM = whole.replace(claims.IN_ORDER, "PARTITION BY owed.id")
        assert whole != claims.CLAIM
    elif control == "mark":
        delivery.handle = marked_apart  # type: ignore[assignment]  # the control


def marked_apart(subscriber: Subscriber, claimed: list[Claim]) -> None:
    """The mistake that most outboxes make: the handler commits, and then, perhaps, it is noted."""
    with transaction.atomic():
        delivery._call(subscriber, claimed)
    with transaction.atomic():
        claims.mark_handled(claimed)
