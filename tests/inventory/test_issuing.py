"""Goods leave the store."""

from __future__ import annotations

from decimal import Decimal

import pytest

from grocery.inventory import public as inventory
from grocery.inventory.models import Movement, Reservation
from grocery.kernel.quantity import quantity
from tests.inventory.conftest import NOON, Facts, Shop, by_lot


def issue(shop: Shop, holder: str, **quantities: int | str) -> dict[str, Decimal]:
    left = {sku: quantity(amount) for sku, amount in quantities.items()}
    return by_lot(inventory.issue(holder=holder, quantities=left or None, now=NOON, by=shop.by))


def test_what_is_reserved_leaves(shop: Shop):
    shop.receive("milk", 3, expires=2)
    shop.receive("milk", 3, expires=5)
    shop.reserve("order:a", milk=4)
    assert issue(shop, "order:a") == {"milk +2": 3, "milk +5": 1}
    assert [shop.level("milk").on_hand, shop.level("milk").reserved] == [2, 0]


def test_it_is_written_down_as_sold_to_the_holder(shop: Shop):
    shop.receive("milk", 3)
    shop.reserve("order:a", milk=2)
    issue(shop, "order:a")
    sold = Movement.objects.get(kind="sold")
    assert [sold.quantity, sold.reference, sold.by] == [-2, "order:a", shop.by]


def test_what_was_not_found_is_free_again(shop: Shop):
    shop.receive("milk", 5)
    shop.receive("rice", 5)
    shop.reserve("order:a", milk=4, rice=1)
    assert issue(shop, "order:a", milk=3) == {"milk": 3}
    assert [shop.available("milk"), shop.available("rice")] == [2, 5]


def test_what_leaves_beyond_comes_from_what_is_available(shop: Shop):
    shop.receive("milk", 2, expires=4)
    shop.reserve("order:a", milk=2)
    shop.receive("milk", 2, expires=1)
    assert issue(shop, "order:a", milk=3) == {"milk +4": 2, "milk +1": 1}


def test_another_holders_goods_do_not_leave(shop: Shop):
    shop.receive("milk", 3)
    shop.reserve("order:a", milk=1)
    shop.reserve("order:b", milk=2)
    with pytest.raises(inventory.OutOfStock) as refused:
        issue(shop, "order:a", milk=2)
    assert refused.value.shortages == {"milk": 1}
    assert shop.level("milk").reserved == 3


def test_a_substitute_that_nobody_reserved_may_leave(shop: Shop):
    shop.receive("milk", 3)
    shop.receive("soy", 3)
    shop.reserve("order:a", milk=1)
    assert issue(shop, "order:a", soy=1) == {"soy": 1}
    assert shop.available("milk") == 3


def test_goods_leave_only_once(shop: Shop):
    shop.receive("milk", 3)
    shop.reserve("order:a", milk=1)
    issue(shop, "order:a")
    with pytest.raises(inventory.NothingReserved):
        issue(shop, "order:a")
    assert Reservation.objects.get().state == "issued"


def test_every_item_is_told_once(shop: Shop, facts: Facts):
    shop.receive("milk", 3)
    shop.receive("rice", 3)
    shop.reserve("order:a", milk=1, rice=2)
    facts.forget()
    issue(shop, "order:a")
    assert facts.told() == ["StockChanged milk v3 2/0", "StockChanged rice v3 1/0"]
