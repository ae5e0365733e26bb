"""Flash sales: many buy of one item at once, and everything else stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from grocery.inventory import public as inventory
from grocery.inventory.models import Bucket, Lot, StockItem
from grocery.inventory.policies.dealing import BUCKETS, deal
from grocery.kernel.errors import NotFound
from grocery.kernel.models import OutboxEvent
from grocery.kernel.quantity import quantity
from tests.inventory.conftest import NOON, Facts, Shop, days


def switch(shop: Shop, sku: str, rule: str = "on") -> None:
    inventory.set_hot_rule(sku=sku, location=shop.location, rule=inventory.HotRule(rule))


def undealt() -> dict[UUID, Decimal]:
    """Lots of hot items of which not exactly everything is reserved, taken, or in a bucket; best none."""
    wrong = {}
    for lot in Lot.objects.filter(stock_item__hot=True).prefetch_related("buckets"):
        dealt = sum((bucket.free + bucket.taken for bucket in lot.buckets.all()), start=Decimal(0))
        if lot.on_hand != lot.reserved + dealt:
            wrong[lot.id] = lot.on_hand - lot.reserved - dealt
    return wrong


@pytest.fixture
def sale(shop: Shop) -> Shop:
    """Milk in three lots, on sale."""
    shop.receive("milk", 100, expires=2)
    shop.receive("milk", 200, expires=6)
    shop.receive("milk", 300)
    switch(shop, "milk")
    return shop


def test_goods_that_expire_first_are_promised_first(sale: Shop):
    assert sale.reserve("cart:a", milk=1) == {"milk +2": 1}


def test_a_basket_that_takes_more_than_a_lot_has_gets_all_of_it_first(sale: Shop):
    assert sale.reserve("cart:a", milk=350) == {"milk +2": 100, "milk +6": 200, "milk": 50}
    assert [sale.available("milk"), undealt()] == [250, {}]


def test_the_last_units_of_a_lot_go_before_the_first_of_the_next(sale: Shop):
    sale.reserve("cart:a", milk=99)
    assert sale.reserve("cart:b", milk=2) == {"milk +2": 1, "milk +6": 1}


def test_the_day_of_delivery_and_freshness_decide_which_lots_count(sale: Shop):
    assert sale.reserve("cart:a", on=2, fresh=1, milk=1) == {"milk +6": 1}
    assert sale.reserve("cart:b", on=7, milk=1) == {"milk": 1}


def test_what_is_missing_is_named_to_the_unit(sale: Shop):
    with pytest.raises(inventory.OutOfStock) as refused:
        sale.reserve("cart:a", milk=601)
    assert [refused.value.shortages, sale.available("milk")] == [{"milk": 1}, 600]


def test_every_unit_can_be_sold_and_none_twice(sale: Shop):
    for number in range(60):
        sale.reserve(f"cart:{number}", milk=10)
    with pytest.raises(inventory.OutOfStock):
        sale.reserve("cart:late", milk=1)
    assert [sale.available("milk"), inventory.check_stock(), undealt()] == [0, [], {}]


def test_what_is_let_go_is_free_again_and_goes_first(sale: Shop):
    sale.reserve("cart:a", milk=150)
    inventory.release(holder="cart:a", now=NOON)
    assert sale.available("milk") == 600
    assert sale.reserve("cart:b", milk=120) == {"milk +2": 100, "milk +6": 20}


def test_what_has_run_out_is_free_again(sale: Shop):
    sale.reserve("cart:a", until=NOON, milk=600)
    assert inventory.expire_reservations(now=NOON) == 1
    assert [sale.available("milk"), inventory.check_stock(), undealt()] == [600, [], {}]


@pytest.mark.parametrize("amount", [1, 5, 99, 130])
def test_a_carts_goods_become_an_orders(sale: Shop, amount: int):
    sale.reserve("cart:a", milk=5)
    sale.reserve("order:a", milk=amount, replaces="cart:a")
    assert [sale.level("milk").reserved, inventory.check_stock(), undealt()] == [amount, [], {}]


def test_a_lot_that_became_free_again_is_taken_in_exchange_for_a_later_one(sale: Shop):
    sale.reserve("cart:first", milk=100)
    assert sale.reserve("cart:a", milk=5) == {"milk +6": 5}
    inventory.release(holder="cart:first", now=NOON)
    assert sale.reserve("order:a", milk=5, replaces="cart:a") == {"milk +2": 5}


def test_goods_leave_the_store(sale: Shop):
    sale.reserve("order:a", milk=120)
    inventory.issue(holder="order:a", quantities={"milk": quantity(110)}, now=NOON, by=None)
    level = sale.level("milk")
    assert [level.on_hand, level.reserved, level.available] == [490, 0, 490]
    assert [inventory.check_stock(), undealt()] == [[], {}]


def test_what_comes_in_can_be_sold_at_once(sale: Shop):
    sale.receive("milk", 50, expires=1)
    assert sale.reserve("cart:a", milk=60) == {"milk +1": 50, "milk +2": 10}
    assert undealt() == {}


def test_what_customers_were_promised_can_neither_be_wasted_nor_counted_away(sale: Shop):
    sale.reserve("cart:a", milk=90)
    for kind, amount in ((inventory.ChangeKind.WASTE, 11), (inventory.ChangeKind.COUNT, 89)):
        with pytest.raises(inventory.ChangesRefused):
            sale.change(kind, "milk", amount, expires=2)
    sale.change(inventory.ChangeKind.WASTE, "milk", 10, expires=2)
    assert [sale.on_hand("milk"), sale.available("milk"), undealt()] == [590, 500, {}]


def test_goods_by_weight_are_dealt_to_the_gram(shop: Shop):
    shop.receive("beef", "7.001")
    switch(shop, "beef")
    shop.reserve("cart:a", beef="6.999")
    assert [shop.available("beef"), undealt()] == [Decimal("0.002"), {}]


def test_availability_and_the_list_of_stock_count_what_was_taken(sale: Shop):
    sale.reserve("cart:a", milk=90)
    found = inventory.availability(skus=["milk"], location=sale.location, good_on=days(0), now=NOON)
    (level,) = inventory.stock(sku="milk", now=NOON)
    assert [found["milk"].available, [lot.reserved for lot in level.lots]] == [510, [90, 0, 0]]


def test_switching_it_off_loses_nothing(sale: Shop):
    sale.reserve("cart:a", milk=150)
    inventory.release(holder="cart:a", now=NOON)
    sale.reserve("cart:b", milk=30)
    switch(sale, "milk", "off")
    assert [Bucket.objects.count(), sale.level("milk").reserved, inventory.check_stock()] == [0, 30, []]
    assert sale.reserve("cart:c", milk=80) == {"milk +2": 70, "milk +6": 10}


def test_switching_it_on_twice_changes_nothing(sale: Shop):
    sale.reserve("cart:a", milk=30)
    switch(sale, "milk")
    assert [Bucket.objects.count(), sale.available("milk"), undealt()] == [3 * BUCKETS, 570, {}]


def test_only_what_a_store_has_can_be_switched(shop: Shop):
    with pytest.raises(NotFound):
        switch(shop, "milk")


def test_a_cancellation_overtaken_by_switching_off_is_folded_by_the_next_tick(sale: Shop):
    sale.reserve("cart:a", milk=30)
    switch(sale, "milk", "off")
    lot = Lot.objects.get(expires_on=days(2))
    Lot.objects.filter(id=lot.id).update(reserved=40)  # of which ten lie in a bucket, given back
    Bucket.objects.create(lot=lot, free=10, taken=-10)
    inventory.tend_hot_items(now=NOON)
    assert [Bucket.objects.count(), sale.level("milk").reserved] == [0, 30]


# --- what is told -----------------------------------------------------------------------------------------------


def test_many_baskets_of_a_hot_item_are_told_as_one_change(sale: Shop, facts: Facts, deliver: Callable[[], int]):
    deliver()
    facts.forget()
    for number in range(5):
        sale.reserve(f"cart:{number}", milk=2)
    deliver()
    assert [fact for fact in facts.told() if fact.startswith("StockChanged")] == ["StockChanged milk v4 600/10"]


def test_the_rest_of_the_basket_is_told_at_once(sale: Shop, facts: Facts):
    sale.receive("rice", 9)
    facts.forget()
    sale.reserve("cart:a", milk=2, rice=1)
    assert facts.told() == ["HotItemMoved milk", "StockChanged rice v2 9/1"]


def test_a_change_by_staff_is_told_at_once_with_what_was_sold_before(sale: Shop, facts: Facts):
    sale.reserve("cart:a", milk=2)
    facts.forget()
    sale.receive("milk", 10)
    assert facts.told() == ["StockChanged milk v4 610/2"]


# --- becoming hot by itself -------------------------------------------------------------------------------------


def crowd(shop: Shop, buyers: int) -> None:
    for number in range(buyers):
        shop.reserve(f"cart:{number}", milk=1)


@pytest.mark.parametrize(("buyers", "hot"), [(99, False), (100, True)])
def test_an_item_that_many_buy_becomes_hot_by_itself(shop: Shop, buyers: int, hot: bool):
    shop.receive("milk", 1000)
    crowd(shop, buyers)
    inventory.tend_hot_items(now=_last_reservation())
    assert [StockItem.objects.get().hot, shop.available("milk"), undealt()] == [hot, 1000 - buyers, {}]


def test_an_item_cools_down_when_few_buy(shop: Shop):
    shop.receive("milk", 1000)
    crowd(shop, 100)
    inventory.tend_hot_items(now=_last_reservation())
    inventory.tend_hot_items(now=_last_reservation() + timedelta(seconds=11))
    assert [StockItem.objects.get().hot, shop.level("milk").reserved, Bucket.objects.count()] == [False, 100, 0]


def test_an_item_that_is_never_to_be_hot_stays_cold(shop: Shop):
    shop.receive("milk", 1000)
    switch(shop, "milk", "off")
    crowd(shop, 100)
    inventory.tend_hot_items(now=_last_reservation())
    assert not StockItem.objects.get().hot


def test_an_item_that_staff_made_hot_stays_so_though_nobody_buys(sale: Shop):
    inventory.tend_hot_items(now=NOON)
    assert StockItem.objects.get().hot


def test_the_tick_folds_what_was_taken_into_the_lots(sale: Shop):
    for number in range(10):
        sale.reserve(f"cart:{number}", milk=3)
    for second in range(0, 8, 2):
        inventory.tend_hot_items(now=NOON + timedelta(seconds=second))
    assert [Lot.objects.get(expires_on=days(2)).reserved, sale.level("milk").reserved, undealt()] == [30, 30, {}]


def _last_reservation() -> datetime:
    """When the last fact was published: reservations are counted by the moment in their ids."""
    return OutboxEvent.objects.latest("published_at").published_at


# --- the last guard, and dealing --------------------------------------------------------------------------------


def test_the_database_lets_no_bucket_give_more_than_it_has(sale: Shop):
    with pytest.raises(IntegrityError, match="bucket_gives_only_what_it_has"), transaction.atomic():
        Bucket.objects.update(free=-1)


@given(st.decimals(0, 10_000, places=3), st.integers(1, 100))
def test_dealing_loses_nothing_and_is_even(free: Decimal, buckets: int):
    shares = deal(quantity(free), buckets)
    filled = [Decimal(share) for share in shares if share]
    assert [sum(shares), len(shares)] == [free, buckets]
    assert not filled or max(filled) - min(filled) <= 1


def test_little_is_dealt_into_few_buckets_so_that_a_basket_finds_enough_in_one():
    assert [deal(quantity(amount), 4) for amount in (0, 3, 9)] == [[0, 0, 0, 0], [3, 0, 0, 0], [5, 4, 0, 0]]


# --- what looking costs -----------------------------------------------------------------------------------------


def test_looking_at_stock_goes_into_the_buckets_once_for_each_lot(shop: Shop):
    shop.receive("milk", 10)
    with CaptureQueriesContext(connection) as asked:
        inventory.levels(skus=["milk"], location=shop.location, now=NOON)
        inventory.stock(sku="milk", now=NOON)
        shop.available("milk")
    looks = [query["sql"] for query in asked.captured_queries if "inventory_bucket" in query["sql"]]
    assert [_plan(statement).count("on inventory_bucket bucket") for statement in looks] == [1, 1, 1]


def _plan(statement: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (COSTS OFF) {statement}")
        return "\n".join(line for [line] in cursor.fetchall())
