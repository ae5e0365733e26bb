"""Promises that end by themselves: within five seconds, on the schedule that runs; and what is kept of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

import pytest

from grocery.config.celery import app
from grocery.inventory import public as inventory
from grocery.inventory.models import Allocation, Movement, Reservation
from tests.inventory.conftest import NOON, Shop

pytestmark = pytest.mark.django_db


def ticks(name: str, *, after: datetime, times: int) -> list[datetime]:
    """When the real schedule lets this task run, at the worst phase: it has run just before `after`."""
    schedule: timedelta = app.conf.beat_schedule[name]["schedule"]
    return [after - timedelta(milliseconds=1) + schedule * (turn + 1) for turn in range(times)]


def run_tick(name: str, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grocery.kernel.clock.now", lambda: at)
    import_module("grocery.inventory.tasks")
    task: Any = app.tasks[name]
    task()


@pytest.mark.parametrize("rule", list(inventory.HotRule))
def test_an_ended_reservation_is_free_within_five_seconds(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, rule: inventory.HotRule
):
    shop.receive("milk", 3)
    inventory.set_hot_rule(sku="milk", location=shop.location, rule=rule)
    ends = NOON + timedelta(minutes=15)
    shop.reserve("cart:a", until=ends, milk=3)
    (first,) = ticks("inventory.expire_reservations", after=ends, times=1)
    run_tick("inventory.expire_reservations", first, monkeypatch)
    assert [first - ends < timedelta(seconds=5), shop.available("milk")] == [True, 3]
    assert shop.reserve("cart:b", milk=3) == {"milk": 3}


def test_a_tick_that_was_missed_leaves_time_for_the_next(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    shop.receive("milk", 3)
    shop.reserve("cart:a", until=NOON, milk=3)
    _missed, second = ticks("inventory.expire_reservations", after=NOON, times=2)
    run_tick("inventory.expire_reservations", second, monkeypatch)
    assert [second - NOON < timedelta(seconds=5), shop.available("milk")] == [True, 3]


def test_a_tick_that_could_not_be_taken_in_time_is_dropped_not_heaped_up():
    tick = app.conf.beat_schedule["inventory.expire_reservations"]
    assert tick["options"]["expires"] <= tick["schedule"].total_seconds()


def test_long_ended_reservations_are_forgotten_with_their_parts(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    shop.receive("milk", 9)
    shop.reserve("cart:ended", milk=1)
    inventory.release(holder="cart:ended", now=NOON)
    shop.reserve("order:sold", milk=1)
    inventory.issue(holder="order:sold", quantities=None, now=NOON, by=None)
    run_tick("inventory.prune_reservations", NOON + timedelta(days=61), monkeypatch)
    assert [Reservation.objects.count(), Allocation.objects.count()] == [0, 0]


def test_what_the_books_need_is_kept(shop: Shop):
    """Open reservations however old, and the movement that says to whom goods were sold."""
    shop.receive("milk", 9)
    shop.reserve("order:open", milk=2)
    shop.reserve("order:sold", milk=1)
    inventory.issue(holder="order:sold", quantities=None, now=NOON, by=None)
    assert inventory.prune_reservations(now=NOON + timedelta(days=61)) == 1
    assert [shop.level("milk").reserved, inventory.check_stock()] == [2, []]
    assert Movement.objects.get(kind="sold").reference == "order:sold"


@pytest.mark.parametrize(("days", "kept"), [(59, 1), (61, 0)])
def test_an_ended_reservation_can_be_looked_at_for_two_months(shop: Shop, days: int, kept: int):
    shop.receive("milk", 9)
    shop.reserve("cart:ended", milk=1)
    inventory.release(holder="cart:ended", now=NOON)
    inventory.prune_reservations(now=NOON + timedelta(days=days))
    assert Reservation.objects.count() == kept


def test_more_than_a_batch_is_forgotten_in_one_go(shop: Shop):
    old = NOON - timedelta(days=99)
    Reservation.objects.bulk_create(
        Reservation(holder=f"cart:{number}", location=shop.location, state="ended", made_at=old, ended_at=old)
        for number in range(2_001)
    )
    assert inventory.prune_reservations(now=NOON) == 2_001
