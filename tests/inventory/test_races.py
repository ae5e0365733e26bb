"""Many at once: real connections, real locks. What the peers sold twice, we sell once."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection

from grocery.inventory import public as inventory
from grocery.inventory.models import Lot, Reservation, StockItem, promising
from grocery.inventory.policies import fefo
from grocery.kernel.errors import Conflict
from tests.inventory.conftest import NOON, Shop
from tests.inventory.crowds import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)
BUYERS = 12


@pytest.fixture
def shop() -> Shop:
    return Shop()


def buyers(shop: Shop, number: int, **wanted: int | str) -> list[Callable[[], object]]:
    return [partial(shop.reserve, f"order:{buyer}", wanted) for buyer in range(number)]


def test_twelve_buyers_of_five_units_get_exactly_five(shop: Shop):
    shop.receive("milk", 2, expires=1)
    shop.receive("milk", 3, expires=2)
    ended = all_at_once(*buyers(shop, BUYERS, milk=1))
    assert ended == {"done": 5, "OutOfStock": 7}
    assert [shop.level("milk").reserved, shop.available("milk")] == [5, 0]


def test_baskets_that_name_shared_goods_in_any_order_never_wait_in_a_circle(shop: Shop):
    skus = [f"sku{number}" for number in range(6)]
    for sku in skus:
        shop.receive(sku, 100)

    def buy(buyer: int) -> None:
        order = random.Random(buyer).sample(skus, 5)
        for _again in range(5):
            shop.reserve(f"cart:{buyer}", dict.fromkeys(order, 1))
            order.reverse()

    assert all_at_once(*[partial(buy, buyer) for buyer in range(8)]) == {"done": 8}
    assert sum(shop.level(sku).reserved for sku in skus) == 8 * 5


def test_with_cancels_sales_receipts_and_expiry_in_between_the_books_balance(shop: Shop):
    skus = [f"sku{number}" for number in range(4)]
    for sku in skus:
        shop.receive(sku, 10, expires=3)

    def trade(trader: int) -> None:
        chance = random.Random(trader)
        for turn in range(8):
            holder = f"order:{trader}-{turn}"
            with suppress(inventory.OutOfStock, inventory.NothingReserved):
                basket = {sku: chance.randint(1, 3) for sku in chance.sample(skus, 3)}
                shop.reserve(holder, basket, until=NOON + timedelta(minutes=chance.choice([0, 5])))
                moves: list[Callable[[], object]] = [
                    partial(inventory.release, holder=holder, now=NOON),
                    partial(inventory.issue, holder=holder, quantities=None, now=NOON, by=None),
                    partial(inventory.expire_reservations, now=NOON),
                    partial(shop.receive, chance.choice(skus), 2, expires=chance.randint(1, 4)),
                ]
                chance.choice(moves)()

    assert all_at_once(*[partial(trade, trader) for trader in range(8)]) == {"done": 8}
    assert inventory.check_stock() == []


def test_workers_that_expire_the_same_reservations_end_each_once(shop: Shop):
    shop.receive("milk", 100)
    for number in range(20):
        shop.reserve(f"cart:{number}", until=NOON, milk=1)
    ended: list[int] = []
    all_at_once(*[lambda: ended.append(inventory.expire_reservations(now=NOON))] * 4)
    assert [sum(ended), shop.level("milk").reserved] == [20, 0]


def test_a_holder_that_reserves_twice_at_once_holds_one_reservation(shop: Shop):
    shop.receive("milk", 100)
    ended = all_at_once(*[lambda: shop.reserve("cart:a", milk=3)] * 4)
    assert ended.keys() <= {"done", Conflict.__name__}
    assert [shop.level("milk").reserved, Reservation.objects.open().count()] == [3, 1]


def test_goods_that_leave_twice_at_once_leave_once(shop: Shop):
    shop.receive("milk", 9)
    shop.reserve("order:a", milk=3)
    issue = [lambda: inventory.issue(holder="order:a", quantities=None, now=NOON, by=None)] * 4
    assert all_at_once(*issue) == {"done": 1, "NothingReserved": 3}
    assert shop.on_hand("milk") == 6


def test_an_order_takes_over_a_carts_goods_while_another_waits_for_the_last_unit(shop: Shop):
    shop.receive("milk", 1)
    shop.reserve("cart:a", milk=1)
    ended = all_at_once(
        lambda: shop.reserve("order:a", milk=1, replaces="cart:a"),
        *[lambda: shop.reserve("order:b", milk=1)] * 3,
    )
    assert ended == {"done": 1, "OutOfStock": 3}
    assert Reservation.objects.open().get().holder == "order:a"


def test_first_deliveries_of_one_new_item_do_not_trip_over_each_other(shop: Shop):
    assert all_at_once(*[lambda: shop.receive("new", 1, expires=2)] * 6) == {"done": 6}
    assert [shop.on_hand("new"), StockItem.objects.count(), Lot.objects.count()] == [6, 1, 1]


# --- negative controls: the same without what protects it -------------------------------------------------------


@pytest.fixture
def nobody_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stock items are read without a lock, and all buyers have looked before the first one writes."""
    looked = threading.Barrier(BUYERS)
    allocate = fefo.allocate

    def allocate_when_all_have_looked(*args: Any, **kwargs: Any) -> fefo.Plan:
        plan = allocate(*args, **kwargs)
        looked.wait(10)
        return plan

    without = promising.LOCK.replace("FOR NO KEY UPDATE OF item", "")
    assert without != promising.LOCK
    monkeypatch.setattr(promising, "LOCK", without)
    monkeypatch.setattr(fefo, "allocate", allocate_when_all_have_looked)


@contextmanager
def constraint_dropped(name: str) -> Iterator[None]:
    [constraint] = [one for one in Lot._meta.constraints if one.name == name]
    with connection.schema_editor() as editor:
        editor.remove_constraint(Lot, constraint)
    try:
        yield
    finally:
        Lot.objects.update(reserved=0)
        with connection.schema_editor() as editor:
            editor.add_constraint(Lot, constraint)


@pytest.mark.usefixtures("nobody_locks")
def test_control_without_the_lock_only_the_database_stops_the_sixth_buyer(shop: Shop):
    shop.receive("milk", 5)
    ended = all_at_once(*buyers(shop, BUYERS, milk=1))
    assert ended == {"done": 5, IntegrityError.__name__: 7}


@pytest.mark.usefixtures("nobody_locks")
def test_control_without_lock_and_constraint_every_buyer_is_sold_the_same_five_units(shop: Shop):
    shop.receive("milk", 5)
    with constraint_dropped("lot_promises_only_what_it_has"):
        ended = all_at_once(*buyers(shop, BUYERS, milk=1))
        reserved = shop.level("milk").reserved
    assert [ended, reserved] == [{"done": BUYERS}, BUYERS]
