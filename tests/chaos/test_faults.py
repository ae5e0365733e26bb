"""Whoever places or cancels an order, or delivers its facts, may die between any two statements: once repeated, there
is exactly one order, one confirmation, one stock decrement, one payment, and nothing is owed.

`FAULT_STEP=1` kills at every point, not only at every few of them from one drawn by chance.
"""

from __future__ import annotations

import logging
import os
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from grocery.inventory import public as inventory
from grocery.kernel.outbox import relay
from tests.chaos import orders
from tests.chaos.faults import Death, restart, walk
from tests.chaos.orders import Town

pytestmark = pytest.mark.django_db(transaction=True)
log = logging.getLogger(__name__)

STEP = int(os.environ.get("FAULT_STEP", "24"))

PLACED = {"reservations": 1, "confirmed": 1, "told confirmed": 1, "confirmations": 1, "cancellations": 0}
WAITING = {"reservations": 1, "confirmed": 0, "told confirmed": 0, "confirmations": 0}
CANCELLED = {"reservations": 0, "told cancelled": 1, "confirmations": 1, "cancellations": 1}


@pytest.fixture
def town(settings: Any, tmp_path: Path) -> Town:
    settings.FIRESTORE_PROJECT, settings.MAIL_OUTBOX = "", tmp_path
    return Town.founded()


def walked(
    town: Town,
    work: Callable[..., Any],
    prepare: Callable[[], Any],
    then: Callable[..., list[str]],
    *,
    step: int = STEP,
    carry: Sequence[str] = (),
) -> int:
    """Kill the work at its points, let `then` repeat it and look; how many points there were."""
    first, deaths, began = random.randrange(step), 0, monotonic()
    for death in walk(work, prepare, first=first, step=step, carry=carry):
        restart()
        deaths += 1
        assert then(*death.arguments) == [], death
    assert inventory.check_stock() == []
    log.info("%s: died %s times in %.0f s", work.__name__, deaths, monotonic() - began)
    return first + deaths * step


@pytest.mark.parametrize(
    ("method", "state", "wanted"), [("cash_on_delivery", "confirmed", PLACED), ("card", "placed", WAITING)]
)
def test_placing(town: Town, method: str, state: str, wanted: dict[str, int]):
    def again(*request: Any) -> list[str]:
        order = orders.place(*request)["id"]
        relay.drain()
        return list(town.faults(order, state=state, **wanted))

    assert walked(town, orders.place, lambda: town.wish(method), again) > 15


def test_cancelling(town: Town):
    def again(*request: Any) -> list[str]:
        order = orders.cancel(*request)["id"]
        relay.drain()
        return list(town.faults(order, state="cancelled", **CANCELLED))

    assert walked(town, orders.cancel, town.regret, again) > 15


def test_delivering_what_an_order_tells(town: Town):
    def again(order: str) -> list[str]:
        relay.drain()
        return list(town.faults(order, state="confirmed", **PLACED))

    assert walked(town, orders.deliver, lambda: (town.ordered(),), again) > 40


def test_delivering_what_a_cancellation_tells(town: Town):
    def cancelled() -> tuple[str]:
        return (str(orders.cancel(*town.regret())["id"]),)

    def again(order: str) -> list[str]:
        relay.drain()
        return list(town.faults(order, state="cancelled", **CANCELLED))

    assert walked(town, orders.deliver, cancelled, again) > 20


# --- what it is worth: mistakes are planted, and found ------------------------------------------------------------
def is_wrong(town: Town, order: str) -> bool:
    """Whether that is seen of an order whose process died, once everybody has repeated what they did."""
    restart()
    relay.drain()
    return bool(list(town.faults(order, state="confirmed", **PLACED)))


def test_control_a_fact_told_after_the_commit_is_lost(town: Town):
    def placed_again(death: Death) -> str:
        restart()
        return str(orders.place(*death.arguments)["id"])

    deaths = walk(orders.place, town.wish, where="commits", first=1, spoil=orders.tell_after_the_commit)
    assert any(is_wrong(town, placed_again(death)) for death in deaths)


def test_control_what_is_marked_before_it_is_handled_is_lost(town: Town):
    deaths = walk(
        orders.deliver, lambda: (town.ordered(),), where="commits", first=1, spoil=orders.mark_before_handling
    )
    assert any(is_wrong(town, death.arguments[0]) for death in deaths)


def test_control_without_a_key_of_the_order_who_repeats_is_told_nothing(town: Town, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("grocery.ordering.services.place_order.placed_with", lambda **_: None)
    death = next(walk(orders.place, town.wish, where="commits", first=1))
    restart()
    with pytest.raises(AssertionError, match="cart_empty"):
        orders.place(*death.arguments)
