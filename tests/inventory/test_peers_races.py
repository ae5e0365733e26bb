"""The races that other shops published, each by name: what went wrong there, and that it does not here.

Each is run against an item that is locked by its row and against one that is sold from buckets. That the same without
locks does oversell is shown by the controls in `test_races.py`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import partial

import pytest
from django.db import connection, transaction

from grocery.inventory import public as inventory
from grocery.kernel.quantity import quantity
from tests.inventory.conftest import NOON, Shop, days
from tests.inventory.crowds import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["off", "on"], ids=["row", "buckets"])
def shop(request: pytest.FixtureRequest) -> Shop:
    """A store in which everything that comes in is sold that way."""

    class Sells(Shop):
        def receive(self, sku: str, amount: int | str, *, expires: int | None = None, lot: str = "") -> None:
            super().receive(sku, amount, expires=expires, lot=lot)
            inventory.set_hot_rule(sku=sku, location=self.location, rule=inventory.HotRule(request.param))

    return Sells()


def available(shop: Shop, sku: str) -> Decimal:
    found = inventory.availability(skus=[sku], location=shop.location, good_on=days(0), now=NOON)
    return found[sku].available if sku in found else Decimal(0)


def test_saleor_543_two_baskets_that_fit_alone_but_not_together(shop: Shop):
    """2016: both checkouts looked, both found enough, both allocated."""
    shop.receive("milk", 10)
    looked = threading.Barrier(2)

    def check_out(buyer: int) -> None:
        assert available(shop, "milk") == 10
        looked.wait(5)
        shop.reserve(f"order:{buyer}", milk=6)

    assert all_at_once(*[partial(check_out, buyer) for buyer in range(2)]) == {"done": 1, "OutOfStock": 1}
    assert [shop.available("milk"), shop.level("milk").reserved] == [4, 6]


def test_oscar_2102_the_last_one_is_bought_by_many_at_once(shop: Shop):
    """2016, the same report to another shop: the stock record's allocation went beyond what was in stock."""
    shop.receive("milk", 1)
    ended = all_at_once(*[partial(shop.reserve, f"order:{buyer}", milk=1) for buyer in range(8)])
    assert ended == {"done": 1, "OutOfStock": 7}


def test_saleor_6897_what_is_available_is_never_negative_at_any_moment(shop: Shop):
    """2021: the sum of allocations was read without a lock, so others' were missed and available fell below 0."""
    shop.receive("milk", 20)
    seen: list[Decimal] = []

    with watched(shop, "milk", seen):
        ended = all_at_once(*[partial(shop.reserve, f"order:{buyer}", milk=3) for buyer in range(10)])
    assert ended == {"done": 6, "OutOfStock": 4}
    assert [min(seen) >= 0, shop.available("milk")] == [True, 2]


@contextmanager
def watched(shop: Shop, sku: str, seen: list[Decimal]) -> Iterator[None]:
    """Somebody looks all the time."""
    enough = threading.Event()

    def look() -> None:
        while not enough.is_set():
            seen.append(available(shop, sku))
        connection.close()

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield
    finally:
        enough.set()
        watcher.join()


def test_vendure_1738_goods_in_a_cart_that_another_has_bought_meanwhile(shop: Shop):
    """2022: stock was checked when the cart was filled and allocated when it was paid; the order in between won."""
    shop.receive("milk", 20)
    assert available(shop, "milk") >= 5  # A puts five into a cart
    shop.reserve("order:b", milk=20)
    with pytest.raises(inventory.OutOfStock) as refused:
        shop.reserve("order:a", milk=5)
    assert refused.value.shortages == {"milk": 5}
    assert [shop.available("milk"), shop.on_hand("milk")] == [0, 20]


def test_vendure_1738_goods_that_a_checkout_holds_stay_its_own(shop: Shop):
    shop.receive("milk", 20)
    shop.reserve("cart:a", milk=5)
    with pytest.raises(inventory.OutOfStock):
        shop.reserve("order:b", milk=20)
    assert shop.reserve("order:a", milk=5, replaces="cart:a") == {"milk": 5}


def test_medusa_16502_two_lines_that_share_the_same_goods(shop: Shop):
    """2026: each line was checked against the same availability, and both passed."""
    shop.receive("milk", 5)
    lines = [inventory.Demand("milk", quantity(3)), inventory.Demand("milk", quantity(3))]
    with pytest.raises(inventory.OutOfStock) as refused, transaction.atomic():
        inventory.reserve(
            holder="order:a", location=shop.location, demands=lines, good_on=days(0), until=None, now=NOON
        )
    assert [refused.value.shortages, shop.available("milk")] == [{"milk": 1}, 5]


def test_medusa_11403_one_key_twice_in_a_request_does_not_wait_for_itself(shop: Shop):
    """2025: the lock was taken per line; a basket with two lines of one item waited for itself, or for another."""
    for sku in ("milk", "rice"):
        shop.receive(sku, 100)

    def buy(buyer: int) -> None:
        skus = ["milk", "rice", "milk", "rice"] if buyer % 2 else ["rice", "milk", "rice", "milk"]
        with transaction.atomic():
            inventory.reserve(
                holder=f"order:{buyer}",
                location=shop.location,
                demands=[inventory.Demand(sku, quantity(1)) for sku in skus],
                good_on=days(0),
                until=None,
                now=NOON,
            )

    assert all_at_once(*[partial(buy, buyer) for buyer in range(8)]) == {"done": 8}
    assert [shop.level("milk").reserved, shop.level("rice").reserved] == [16, 16]


def test_ofn_5300_stock_set_by_staff_while_customers_buy(shop: Shop):
    """2020: what was read before was written back after, and more was sold than there ever was."""
    shop.receive("milk", 10)

    def set_to_eight() -> None:
        shop.change(inventory.ChangeKind.COUNT, "milk", 8)

    ended = all_at_once(set_to_eight, *[partial(shop.reserve, f"order:{buyer}", milk=1) for buyer in range(12)])
    level = shop.level("milk")
    sold = ended["done"] - (1 if level.on_hand == 8 else 0)
    assert [level.reserved, level.on_hand in {8, 10}, level.reserved <= level.on_hand] == [sold, True, True]
    assert [inventory.check_stock(), sum(ended.values())] == [[], 13]
