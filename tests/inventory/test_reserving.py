"""Promises: first expired first out, fresh enough, all or nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from grocery.inventory import public as inventory
from grocery.kernel.quantity import quantity
from tests.inventory.conftest import NOON, Facts, Shop, by_lot, days


def reserve(shop: Shop, holder: str, demands: list[inventory.Demand]) -> inventory.Reservation:
    return inventory.reserve(
        holder=holder, location=shop.location, demands=demands, good_on=days(0), until=None, now=NOON
    )


def stock_line(sku: str, amount: int) -> inventory.StockLine:
    return inventory.StockLine(sku, quantity(amount))


def test_goods_that_expire_first_are_promised_first(shop: Shop):
    shop.receive("milk", 3, expires=9)
    shop.receive("milk", 2, expires=4)
    shop.receive("milk", 5)
    assert shop.reserve("cart:a", milk=6) == {"milk +4": 2, "milk +9": 3, "milk": 1}


def test_a_lot_is_good_on_the_day_it_expires_but_not_after(shop: Shop):
    shop.receive("milk", 2, expires=4)
    shop.receive("milk", 2, expires=3)
    assert shop.reserve("cart:a", on=4, milk=2) == {"milk +4": 2}


def test_minimum_freshness_counts_from_the_day_of_delivery(shop: Shop):
    shop.receive("milk", 2, expires=4)
    shop.receive("milk", 2, expires=6)
    assert shop.reserve("cart:a", on=2, fresh=3, milk=1) == {"milk +6": 1}


def test_a_shortage_names_every_sku_and_how_much_is_missing(shop: Shop):
    shop.receive("milk", 2)
    shop.receive("rice", 9)
    with pytest.raises(inventory.OutOfStock) as refused:
        shop.reserve("cart:a", milk=5, rice=1, eggs="0.5")
    assert refused.value.extra() == {"shortages": {"milk": "3", "eggs": "0.5"}}


def test_a_refused_reservation_changes_nothing(shop: Shop):
    shop.receive("milk", 2)
    shop.receive("rice", 9)
    with pytest.raises(inventory.OutOfStock):
        shop.reserve("cart:a", milk=5, rice=1)
    assert shop.available("rice") == 9


def test_demands_of_one_sku_add_up(shop: Shop):
    shop.receive("milk", 3)
    twice = [inventory.Demand("milk", quantity(2)), inventory.Demand("milk", quantity(2))]
    with pytest.raises(inventory.OutOfStock) as refused, transaction.atomic():
        reserve(shop, "cart:a", twice)
    assert refused.value.shortages == {"milk": 1}


def test_the_strictest_freshness_of_a_sku_holds_for_all_of_it(shop: Shop):
    shop.receive("milk", 9, expires=1)
    shop.receive("milk", 9, expires=7)
    demands = [inventory.Demand("milk", quantity(2)), inventory.Demand("milk", quantity(2), 5)]
    assert by_lot(reserve(shop, "cart:a", demands).allocations) == {"milk +7": 4}


def test_reserving_again_replaces_what_was_reserved(shop: Shop):
    shop.receive("milk", 3)
    shop.receive("rice", 3)
    shop.reserve("cart:a", milk=3, rice=1)
    shop.reserve("cart:a", milk=2)
    assert [shop.available("milk"), shop.available("rice")] == [1, 3]


def test_a_failed_replacement_keeps_what_was_reserved(shop: Shop):
    shop.receive("milk", 3)
    shop.reserve("cart:a", milk=3)
    with pytest.raises(inventory.OutOfStock):
        shop.reserve("cart:a", milk=4)
    assert shop.level("milk").reserved == 3


def test_a_carts_goods_become_an_orders(shop: Shop):
    shop.receive("milk", 3)
    shop.reserve("cart:a", milk=3)
    shop.reserve("order:a", milk=3, replaces="cart:a")
    inventory.release(holder="cart:a", now=NOON)
    assert shop.level("milk").reserved == 3


def test_nothing_is_taken_from_another_store(shop: Shop):
    Shop().receive("milk", 9)
    with pytest.raises(inventory.OutOfStock):
        shop.reserve("cart:a", milk=1)


def test_a_cart_that_moves_to_another_store_leaves_nothing_behind(shop: Shop):
    other = Shop()
    shop.receive("milk", 3)
    other.receive("milk", 3)
    shop.reserve("cart:a", milk=2)
    other.reserve("cart:a", milk=2)
    assert [shop.available("milk"), other.available("milk")] == [3, 1]


def test_an_expired_lot_is_not_promised_though_the_caller_names_a_day_in_the_past(shop: Shop):
    shop.receive("milk", 3, expires=0)
    tomorrow = NOON + timedelta(days=1)
    with pytest.raises(inventory.OutOfStock), transaction.atomic():
        inventory.reserve(
            holder="cart:a",
            location=shop.location,
            demands=[inventory.Demand("milk", quantity(1))],
            good_on=days(0),
            until=None,
            now=tomorrow,
        )


@pytest.mark.django_db(transaction=True)
def test_reserving_needs_a_transaction():
    with pytest.raises(TransactionManagementError):
        reserve(Shop(), "cart:a", [inventory.Demand("milk", quantity(1))])


def test_asking_for_nothing_is_a_mistake_of_the_caller(shop: Shop):
    with pytest.raises(ValueError, match="nothing is asked for"):
        reserve(shop, "cart:a", [])


def test_a_released_reservation_is_free_again_and_releasing_twice_does_no_more(shop: Shop):
    shop.receive("milk", 3)
    shop.reserve("cart:a", milk=2)
    inventory.release(holder="cart:a", now=NOON)
    inventory.release(holder="cart:a", now=NOON)
    assert shop.available("milk") == 3


def test_time_runs_out(shop: Shop):
    shop.receive("milk", 3)
    shop.reserve("cart:a", until=NOON + timedelta(minutes=15), milk=2)
    shop.reserve("order:b", milk=1)
    assert inventory.expire_reservations(now=NOON + timedelta(minutes=15)) == 1
    assert shop.available("milk") == 2


def test_a_reservation_that_was_extended_does_not_end_yet(shop: Shop):
    shop.receive("milk", 3)
    shop.reserve("cart:a", until=NOON + timedelta(minutes=15), milk=2)
    inventory.extend(holder="cart:a", until=NOON + timedelta(minutes=30), now=NOON)
    assert inventory.expire_reservations(now=NOON + timedelta(minutes=15)) == 0


def test_what_has_ended_cannot_be_extended(shop: Shop):
    with pytest.raises(inventory.NothingReserved):
        inventory.extend(holder="cart:a", until=None, now=NOON)


def test_a_promise_is_not_extended_into_the_past(shop: Shop):
    with pytest.raises(ValueError, match="into the past"):
        inventory.extend(holder="cart:a", until=NOON, now=NOON)


def test_when_time_runs_out_the_holder_and_the_stock_are_told(shop: Shop, facts: Facts):
    shop.receive("milk", 3)
    shop.reserve("cart:a", until=NOON, milk=2)
    facts.forget()
    inventory.expire_reservations(now=NOON)
    assert facts.told() == ["ReservationEnded cart:a", "StockChanged milk v3 3/0"]


def test_each_changed_item_is_told_once_with_its_next_version(shop: Shop, facts: Facts):
    shop.receive("milk", 3, expires=1)
    shop.receive("milk", 3, expires=2)
    shop.receive("rice", 3)
    facts.forget()
    shop.reserve("cart:a", milk=5, rice=1)
    assert facts.told() == ["StockChanged milk v3 6/5", "StockChanged rice v2 3/1"]


def test_an_item_whose_reservation_stays_the_same_is_not_told(shop: Shop, facts: Facts):
    shop.receive("milk", 3)
    shop.receive("rice", 3)
    shop.reserve("cart:a", milk=1, rice=1)
    facts.forget()
    shop.reserve("cart:a", milk=1, rice=2)
    assert facts.told() == ["StockChanged rice v3 3/2"]


def test_after_a_restore_versions_are_above_all_of_before(shop: Shop, settings: Settings):
    shop.receive("milk", 3)
    settings.RESTORE_EPOCH = 1
    shop.receive("milk", 3)
    assert shop.level("milk").version == 2**40 + 1


@pytest.mark.parametrize("lines", [1, 60])
@pytest.mark.parametrize("replacing", [False, True], ids=["new", "replacing another"])
def test_a_basket_is_reserved_in_four_statements_and_told_in_one_of_them(shop: Shop, lines: int, replacing: bool):
    skus = [f"sku{number}" for number in range(lines)]
    inventory.stock_up(location=shop.location, lines=[stock_line(sku, 9) for sku in skus], now=NOON)
    if replacing:
        reserve(shop, "cart:a", [inventory.Demand(sku, quantity(2)) for sku in skus])
    demands = [inventory.Demand(sku, quantity(3)) for sku in skus]
    with CaptureQueriesContext(connection) as ran:
        reserve(shop, "cart:a", demands)
    about = ["inventory_" if '"inventory_' in query["sql"] else "outbox" for query in ran]
    assert about == ["inventory_", "inventory_", "inventory_", "outbox"]


def test_a_basket_with_a_hot_item_takes_no_statement_more(shop: Shop):
    shop.receive("milk", 900)
    shop.receive("rice", 900)
    inventory.set_hot_rule(sku="milk", location=shop.location, rule=inventory.HotRule.ON)
    with CaptureQueriesContext(connection) as ran:
        reserve(shop, "cart:a", [inventory.Demand("milk", quantity(3)), inventory.Demand("rice", quantity(3))])
    assert len(ran) == 4
