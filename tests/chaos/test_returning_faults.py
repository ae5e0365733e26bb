"""Whoever takes goods back may die between any two statements: once repeated, there is one return, one refund and one
movement of stock, each told once.

`FAULT_STEP=1` kills at every point, not only at every few of them from one drawn by chance.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grocery.kernel.outbox import relay
from tests.chaos import returns
from tests.chaos.faults import Death, restart, walk
from tests.chaos.returns import ReturningTown
from tests.chaos.test_faults import walked
from tests.sandbox.fixtures import sandbox, sandbox_process
from tests.sandbox.running import Sandbox

__all__ = ["sandbox", "sandbox_process"]

pytestmark = pytest.mark.django_db(transaction=True)

STEP = int(os.environ.get("FAULT_STEP", "48"))
MILK = 38_500

REFUSED = {"given back": MILK, "told rejected": 1, "told returned": 1}
RETURNED = {"given back": MILK, "told requested": 1, "told decided": 1, "told returned": 1, "movements": 1}


@pytest.fixture
def town(settings: Any, tmp_path: Path) -> ReturningTown:
    settings.FIRESTORE_PROJECT, settings.MAIL_OUTBOX = "", tmp_path
    return ReturningTown.founded()


@pytest.fixture
def card_town(town: ReturningTown, sandbox: Sandbox) -> ReturningTown:
    """Its cards are charged and refunded at a bank."""
    town.bank = sandbox
    return town


def repeated(town: ReturningTown, work: Callable[..., Any], **wanted: Any) -> Callable[..., list[str]]:
    """Do it again, deliver what is owed, let the time to undo pass, and look."""

    def again(*request: Any) -> list[str]:
        order = returns.order_of(request) if work is returns.press else request[-1]
        work(*request)
        relay.drain()
        returns.settle()
        return list(town.faults_of_return(order, **wanted))

    return again


def test_refused_at_the_door(town: ReturningTown):
    again = repeated(town, returns.press, state="out_for_delivery", is_="settled", **REFUSED)
    assert walked(town, returns.press, town.to_refuse, again, step=STEP) > 10


def test_what_was_refused_is_taken_in(town: ReturningTown):
    again = repeated(town, returns.press, state="out_for_delivery", is_="settled", **REFUSED, movements=1)
    assert walked(town, returns.press, town.to_take_in, again, step=STEP) > 10


def test_asked_for(town: ReturningTown):
    again = repeated(town, returns.ask_back, state="delivered", is_="requested", **{"told requested": 1})
    assert walked(town, returns.ask_back, town.to_ask, again, step=STEP) > 10


def test_decided(town: ReturningTown):
    again = repeated(town, returns.press, state="delivered", is_="settled", **RETURNED, refunds=1)
    assert walked(town, returns.press, town.to_decide, again, step=STEP) > 10


def test_settled_with_its_refund(card_town: ReturningTown):
    paid = {"refunds": 1, "refunded by the bank": MILK}
    again = repeated(card_town, returns.settle, state="delivered", is_="settled", **RETURNED, **paid)
    walk_of_cards = walked(card_town, returns.settle, card_town.to_settle, again, step=STEP, carry=["STRIPE_API_URL"])
    assert walk_of_cards > 40


def test_not_delivered_and_given_up(card_town: ReturningTown):
    paid = {"refunds": 1, "refunded by the bank": 2 * MILK, "given back": 2 * MILK}
    again = repeated(card_town, returns.press, state="cancelled", is_="settled", **paid, **{"told undelivered": 1})
    assert walked(card_town, returns.press, card_town.to_give_up, again, step=STEP, carry=["STRIPE_API_URL"]) > 10


def test_not_delivered(town: ReturningTown):
    def again(*request: Any) -> list[str]:
        returns.press(*request)
        relay.drain()
        order = returns.order_of(request)
        told = town.told_undelivered(order)
        return [*town.faults(order, state="undelivered"), *([] if told == 1 else [f"told {told} times"])]

    assert walked(town, returns.press, town.to_bring_back, again, step=STEP) > 10


def test_control_a_refusal_without_a_key_of_its_own_is_noted_twice(
    town: ReturningTown, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("grocery.ordering.services.requests.done_before", lambda *_, **__: False)

    def is_twice(death: Death) -> bool:
        restart()
        returns.press(*death.arguments)
        return town.returns(returns.order_of(death.arguments)) == 2

    assert any(map(is_twice, walk(returns.press, town.to_refuse, where="commits", first=1)))
