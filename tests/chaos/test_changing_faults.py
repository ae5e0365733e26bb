"""Whoever changes an order, or replaces what ran out of it, may die between any two statements: once repeated, the
change is there once, told once, its goods are held once and its money is asked for once.

`FAULT_STEP=1` kills at every point, not only at every few of them from one drawn by chance.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from grocery.kernel.outbox import relay
from tests.chaos import changes, orders
from tests.chaos.changes import ChangingTown
from tests.chaos.faults import Death, restart, walk
from tests.chaos.test_faults import walked

pytestmark = pytest.mark.django_db(transaction=True)

STEP = int(os.environ.get("FAULT_STEP", "48"))

ONCE = {"reservations": 1, "told changed": 1, "changes": 1, "letters of change": 1, "waiting": 0, "money to come": 0}
WAITING = {"told changed": 0, "told not made": 0, "changes": 0, "letters of change": 0, "waiting": 1}
ASKED = {"reservations": 1, "asked": 1, "questions": 1, "substitutions": 1, "told substituted": 0, "changes": 0}
REPLACED = {"reservations": 1, "substitutions": 1, "told substituted": 1, "changes": 1}


@pytest.fixture
def town(settings: Any, tmp_path: Path) -> ChangingTown:
    settings.FIRESTORE_PROJECT, settings.MAIL_OUTBOX = "", tmp_path
    return ChangingTown.founded()


def repeated(town: ChangingTown, work: Any, **wanted: int) -> Any:
    """Do it again, deliver what is owed, and look."""

    def again(*request: str) -> list[str]:
        work(*request)
        relay.drain()
        return list(town.faults(request[-1], state="confirmed", **wanted))

    return again


def test_an_edit(town: ChangingTown):
    assert walked(town, changes.edit, town.to_edit, repeated(town, changes.edit, **ONCE), step=STEP) > 10


def test_an_edit_that_waits_for_money(town: ChangingTown):
    again = repeated(town, changes.edit, **WAITING, payments=2, **{"money to come": 1})
    assert walked(town, changes.edit, lambda: town.to_edit("card"), again, step=STEP) > 10


def test_the_money_of_an_edit(town: ChangingTown):
    again = repeated(town, orders.deliver, **ONCE, payments=2)
    assert walked(town, orders.deliver, town.topped_up, again, step=STEP) > 10


def test_a_part_called_off(town: ChangingTown):
    again = repeated(town, changes.call_one_off, **ONCE)
    assert walked(town, changes.call_one_off, town.to_lessen, again, step=STEP) > 10


def test_a_substitute_that_is_proposed(town: ChangingTown):
    assert walked(town, changes.propose, town.to_propose, repeated(town, changes.propose, **ASKED), step=STEP) > 10


def test_a_substitute_that_is_put_in_at_once(town: ChangingTown):
    again = repeated(town, changes.propose, **REPLACED)
    assert walked(town, changes.propose, lambda: town.to_propose("similar"), again, step=STEP) > 10


@pytest.mark.parametrize("way", [changes.accept, changes.let_time_pass])
def test_an_answer_and_the_time_limit(town: ChangingTown, way: Any):
    again = repeated(town, way, **REPLACED, asked=1, questions=1)
    assert walked(town, way, town.asked, again, step=STEP) > 10


def test_control_without_a_key_of_its_own_a_part_is_called_off_twice(
    town: ChangingTown, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("grocery.ordering.services.requests.done_before", lambda *_, **__: False)

    def is_off_altogether(death: Death) -> bool:
        restart()
        return "it is cancelled, not confirmed" in repeated(town, changes.call_one_off)(*death.arguments)

    assert any(map(is_off_altogether, walk(changes.call_one_off, town.to_lessen, where="commits", first=1)))
