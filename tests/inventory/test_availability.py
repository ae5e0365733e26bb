"""What can still be promised, and how fresh it will be."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grocery.inventory import public as inventory
from grocery.kernel.quantity import quantity
from tests.inventory.conftest import NOON, Shop, days


def look(shop: Shop, *skus: str, on: int = 0, fresh: int = 0, holder: str = "") -> dict[str, inventory.Availability]:
    return inventory.availability(
        skus=skus,
        location=shop.location,
        good_on=days(on),
        now=NOON,
        min_freshness_days=dict.fromkeys(skus, fresh),
        holder=holder,
    )


def test_what_is_promised_is_not_available(shop: Shop):
    shop.receive("milk", 5)
    shop.reserve("cart:a", milk=2)
    assert look(shop, "milk")["milk"].available == 3


def test_the_day_of_delivery_decides_which_lots_count(shop: Shop):
    shop.receive("milk", 5, expires=2)
    shop.receive("milk", 4, expires=6)
    assert look(shop, "milk", on=3)["milk"] == inventory.Availability("milk", quantity(4), days(6), 3)


def test_minimum_freshness_leaves_lots_out(shop: Shop):
    shop.receive("milk", 5, expires=2)
    shop.receive("milk", 4, expires=6)
    assert look(shop, "milk", on=1, fresh=2)["milk"].available == 4


def test_a_lot_that_is_promised_away_does_not_say_when_goods_expire(shop: Shop):
    shop.receive("milk", 5, expires=2)
    shop.receive("milk", 4, expires=6)
    shop.reserve("cart:a", milk=5)
    assert look(shop, "milk")["milk"].earliest_expiry == days(6)


def test_undated_goods_have_no_freshness_to_tell(shop: Shop):
    shop.receive("salt", 5)
    assert look(shop, "salt")["salt"] == inventory.Availability("salt", quantity(5), None, None)


def test_what_a_holder_has_reserved_is_available_to_it(shop: Shop):
    shop.receive("milk", 5, expires=2)
    shop.reserve("cart:a", milk=5)
    assert look(shop, "milk", holder="cart:a")["milk"] == inventory.Availability("milk", quantity(5), days(2), 2)


def test_a_sku_without_any_good_lot_is_absent(shop: Shop):
    shop.receive("milk", 5, expires=2)
    Shop().receive("rice", 5)
    assert look(shop, "milk", "rice", "nothing", on=3) == {}


def test_a_whole_page_is_one_statement(shop: Shop):
    skus = [f"sku{number}" for number in range(50)]
    for sku in skus[:3]:
        shop.receive(sku, 1)
    with CaptureQueriesContext(connection) as ran:
        look(shop, *skus)
    assert len(ran) == 1


@pytest.mark.parametrize(
    ("moment", "available"),
    [
        (datetime(2026, 11, 20, 16, 59, tzinfo=UTC), 5),  # a minute before midnight in Hồ Chí Minh City
        (datetime(2026, 11, 20, 17, 0, tzinfo=UTC), 0),
    ],
)
def test_a_day_ends_at_midnight_where_the_store_is(shop: Shop, moment: datetime, available: int):
    shop.receive("milk", 5, expires=0)
    (level,) = inventory.stock(sku="milk", now=moment)
    assert level.available == available


def test_stock_shows_every_store_with_its_lots_first_expired_first(shop: Shop):
    shop.receive("milk", 1)
    shop.receive("milk", 2, expires=5)
    shop.receive("milk", 3, expires=2)
    Shop().receive("milk", 4)
    levels = {level.location: level for level in inventory.stock(sku="milk", now=NOON)}
    assert [lot.on_hand for lot in levels[shop.location].lots] == [3, 2, 1]
    assert len(levels) == 2


def test_stock_of_a_sku_everywhere_is_one_statement(shop: Shop):
    for _store in range(3):
        Shop().receive("milk", 1)
    with CaptureQueriesContext(connection) as ran:
        inventory.stock(sku="milk", now=NOON)
    assert len([query for query in ran if '"inventory_' in query["sql"]]) == 1
