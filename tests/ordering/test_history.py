"""Finding old orders again: by state, by when, by number or what was in them; one's own only."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from grocery.kernel.errors import NotFound
from grocery.ordering import public as ordering
from grocery.ordering.contracts import OrderFilter, OrderState
from tests.ordering.conftest import NOON
from tests.ordering.counting import statements
from tests.shop import Customer, Shop


@pytest.fixture
def two(shop: Shop, lan: Customer) -> list[ordering.PlacedOrder]:
    """Milk, cancelled; tomatoes and milk, still placed."""
    shop.stock(milk=10, tomatoes=10)
    milk = shop.order(lan, milk=1)
    ordering.cancel(order_id=milk.id, by=lan.principal, now=NOON)
    return [milk, shop.order(lan, tomatoes=1, milk=1)]


def found(lan: Customer, **wanted: object) -> list[str]:
    page = ordering.orders(customer_id=lan.id, wanted=OrderFilter(**wanted))  # type: ignore[arg-type]  # by name
    assert page.total == len(page.orders)
    return [order.number for order in page.orders]


def test_without_a_filter_all_are_there_newest_first(lan: Customer, two: list[ordering.PlacedOrder]):
    assert found(lan) == [two[1].number, two[0].number]


def test_by_state(lan: Customer, two: list[ordering.PlacedOrder]):
    assert found(lan, states=(OrderState.CANCELLED, OrderState.DELIVERED)) == [two[0].number]


@pytest.mark.parametrize("words", ["cà chua", "ca chua", "CA CHUA", "tomato", "Cà"])
def test_by_what_was_in_them_with_and_without_marks(lan: Customer, two: list[ordering.PlacedOrder], words: str):
    assert found(lan, words=words) == [two[1].number]


@pytest.mark.parametrize("words", ["%", "_", "ca_chua", "\\"])
def test_signs_mean_themselves(lan: Customer, two: list[ordering.PlacedOrder], words: str):
    assert found(lan, words=words) == []


def test_by_number(lan: Customer, two: list[ordering.PlacedOrder]):
    assert found(lan, words=two[0].number.lower()) == [two[0].number]


def test_by_when_it_was_placed(lan: Customer, two: list[ordering.PlacedOrder]):
    minute = timedelta(minutes=1)
    assert len(found(lan, placed_from=NOON, placed_before=NOON + minute)) == 2
    assert found(lan, placed_before=NOON) == found(lan, placed_from=NOON + minute) == []


def test_anothers_goods_are_not_found(shop: Shop, two: list[ordering.PlacedOrder]):
    assert found(shop.customer("minh"), words="milk") == []


def test_two_statements_however_it_is_narrowed(lan: Customer, two: list[ordering.PlacedOrder]):
    with statements() as sent:
        found(lan, words="milk", states=(OrderState.PLACED,), placed_from=NOON)
    assert len(sent) == 2


# --- the same again ---------------------------------------------------------------------------------
def again(shop: Shop, lan: Customer, **amounts: Any) -> ordering.Reordered:
    """Order these, then the same again; what the shop has become in between is the test's."""
    placed = shop.order(lan, **amounts)
    return ordering.reorder(order_id=placed.id, customer_id=lan.id, now=NOON)


def told(done: ordering.Reordered) -> dict[str, tuple[str, str]]:
    """By SKU: what the cart has, and what is said about it."""
    return {line.sku: (f"{line.in_cart.normalize():f}", line.outcome.value) for line in done.lines}


def test_the_same_goods_lie_in_the_cart_again(shop: Shop, lan: Customer):
    shop.stock(milk=10, shrimp=5)
    done = again(shop, lan, milk=2, shrimp="0.45")
    assert told(done) == {"milk": ("2", "same"), "shrimp": ("0.45", "same")}
    assert done.changes == ()


def test_asking_twice_puts_nothing_in_twice(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    placed = shop.order(lan, milk=2)
    for _ in range(2):
        done = ordering.reorder(order_id=placed.id, customer_id=lan.id, now=NOON)
    assert told(done) == {"milk": ("2", "same")}


def test_what_was_written_on_a_line_comes_along_unless_the_cart_says_otherwise(shop: Shop, lan: Customer):
    shop.stock(milk=10, eggs=10)
    shop.put(lan.owner, milk=1, eggs=1)
    ordering.write_line_note(owner=lan.owner, sku="milk", note="The cold one", now=NOON)
    ordering.write_line_note(owner=lan.owner, sku="eggs", note="Brown", now=NOON)
    placed = shop.check_out(lan)
    shop.put(lan.owner, eggs=1)
    ordering.write_line_note(owner=lan.owner, sku="eggs", note="White", now=NOON)
    done = ordering.reorder(order_id=placed.id, customer_id=lan.id, now=NOON)
    assert {line.sku: line.note for line in done.cart.lines} == {"eggs": "White", "milk": "The cold one"}


def test_a_cart_that_has_more_keeps_it(shop: Shop, lan: Customer):
    shop.stock(milk=20, eggs=5)
    placed = shop.order(lan, milk=2)
    shop.put(lan.owner, milk=5, eggs=1)
    done = ordering.reorder(order_id=placed.id, customer_id=lan.id, now=NOON)
    assert {line.sku: int(line.quantity) for line in done.cart.lines} == {"milk": 5, "eggs": 1}


@pytest.mark.parametrize(("price", "outcome"), [(40_000, "dearer"), (30_000, "cheaper")])
def test_another_price_is_said(shop: Shop, lan: Customer, price: int, outcome: str):
    shop.stock(milk=10)
    placed = shop.order(lan, milk=2)
    shop.sell("milk", price=price)
    (line,) = ordering.reorder(order_id=placed.id, customer_id=lan.id, now=NOON).changes
    assert (line.outcome.value, line.price_before.minor, line.price and line.price.minor) == (outcome, 38_500, price)


def test_what_is_no_longer_sold_is_said_and_left_out(shop: Shop, lan: Customer):
    shop.stock(milk=10, eggs=10)
    placed = shop.order(lan, milk=2, eggs=1)
    shop.withdraw("milk")
    done = ordering.reorder(order_id=placed.id, customer_id=lan.id, now=NOON)
    assert told(done) == {"milk": ("0", "not_sold"), "eggs": ("1", "same")}


def test_what_is_short_lies_in_the_cart_and_is_said(shop: Shop, lan: Customer):
    shop.stock(milk=3)
    assert told(again(shop, lan, milk=2)) == {"milk": ("2", "short")}


def test_the_cart_holds_no_more_lines_than_it_may(shop: Shop, lan: Customer, monkeypatch):
    shop.stock(milk=10, eggs=10)
    placed = shop.order(lan, milk=1, eggs=1)
    monkeypatch.setattr("grocery.ordering.policies.LINES_MOST", 1)
    done = ordering.reorder(order_id=placed.id, customer_id=lan.id, now=NOON)
    assert told(done) == {"milk": ("1", "same"), "eggs": ("0", "cart_full")}


def test_another_customers_order_cannot_be_had_again(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    placed = shop.order(lan, milk=2)
    minh = shop.customer("minh")
    with pytest.raises(NotFound):
        ordering.reorder(order_id=placed.id, customer_id=minh.id, now=NOON)


def test_a_cancelled_order_can_be_had_again(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    placed = shop.order(lan, milk=2)
    ordering.cancel(order_id=placed.id, by=lan.principal, now=NOON)
    assert told(ordering.reorder(order_id=placed.id, customer_id=lan.id, now=NOON)) == {"milk": ("2", "same")}


@pytest.mark.parametrize("number", [1, 12])
def test_the_statements_do_not_grow_with_the_lines(shop: Shop, lan: Customer, number: int):
    basket: dict[str, Any] = {f"sku{n}": 1 for n in range(number)}
    shop.stock(**basket)
    placed = shop.order(lan, **basket)
    with statements() as sent:
        ordering.reorder(order_id=placed.id, customer_id=lan.id, now=NOON)
    assert len(sent) == 11
