"""What has changed about a cart since its owner acknowledged it: told line by line, until it is acknowledged."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grocery.kernel.money import dong
from grocery.kernel.quantity import quantity
from grocery.ordering import models, policies
from grocery.ordering import public as ordering
from grocery.ordering.public import CartNews
from tests.ordering.conftest import NOON
from tests.ordering.offering import coupon, offer
from tests.shop import Customer, Shop

SEEN = st.builds(
    policies.Seen,
    price=st.integers(0, 3).map(dong),
    shortage=st.integers(0, 3).map(quantity),
    discount=st.integers(0, 3).map(dong),
    sold=st.just(True),
)


@given(SEEN)
def test_what_is_as_it_was_is_no_news(seen: policies.Seen):
    assert policies.news(seen, seen) == ()


@given(SEEN, SEEN)
def test_every_other_price_and_every_greater_shortage_is_told(before: policies.Seen, now: policies.Seen):
    told = policies.news(before, now)
    assert (CartNews.PRICE in told, CartNews.SHORT in told) == (
        before.price != now.price,
        now.shortage > before.shortage,
    )


@pytest.fixture
def cart(shop: Shop, lan: Customer) -> Customer:
    """Five cartons of milk in Lan's cart, ten on the shelf."""
    shop.stock(milk=10)
    shop.put(lan.owner, milk=5)
    return lan


def news(customer: Customer) -> tuple[CartNews, ...]:
    (line,) = ordering.cart(owner=customer.owner, now=NOON).lines
    return line.news


def acknowledge(customer: Customer) -> ordering.CartView:
    return ordering.acknowledge_changes(owner=customer.owner, now=NOON)


def test_a_shelf_that_empties_is_told_and_that_it_fills_again(shop: Shop, cart: Customer):
    told = []
    with shop.taken(milk=7):
        told.append(news(cart))
        acknowledge(cart)
        told.append(news(cart))
    told.append(news(cart))
    acknowledge(cart)
    assert [*told, news(cart)] == [(CartNews.SHORT,), (), (CartNews.BACK_IN_STOCK,), ()]


def test_a_product_that_goes_and_comes_back_is_told(shop: Shop, cart: Customer):
    shop.withdraw("milk")
    gone = news(cart)
    acknowledge(cart)
    known = news(cart)
    shop.sell("milk")
    assert (gone, known, CartNews.SOLD_AGAIN in news(cart)) == ((CartNews.WITHDRAWN,), (), True)


def test_an_offer_that_has_ended_is_told(shop: Shop, cart: Customer):
    models.CartLine.objects.update(discount_seen=5_000)
    told = news(cart)
    acknowledge(cart)
    assert (told, news(cart)) == ((CartNews.OFFER_ENDED,), ())


@pytest.mark.parametrize(
    "terms",
    [
        {"kind": "basket", "off": 20_000},
        {"kind": "basket", "percent": 10},
        {"kind": "basket", "percent": 5, "stackable": True},
        {"kind": "sku", "percent": 10, "skus": ("milk",)},
    ],
    ids=["amount", "percent", "stacked", "goods"],
)
def test_what_an_offer_from_an_amount_gives_comes_and_goes_with_the_rest_of_the_cart(
    shop: Shop, cart: Customer, terms: dict[str, Any]
):
    shop.stock(eggs=10)
    offer(shop, **terms, from_amount=300_000)
    told = []
    for eggs in (9, 1, 9, 0):
        told.append(shop.put(cart.owner, eggs=eggs).to_acknowledge)
        ordering.change_item(owner=cart.owner, sku="milk", quantity=quantity(4), now=NOON)
        told.append(ordering.cart(owner=cart.owner, now=NOON).to_acknowledge)
        told.append(shop.put(cart.owner, milk=5).to_acknowledge)
    assert not any(told)


def test_an_offer_on_the_whole_cart_that_has_ended_is_told_by_its_name_until_acknowledged(shop: Shop, cart: Customer):
    running = offer(shop, "basket", percent=10, name="Tet")
    shop.put(cart.owner, milk=6)
    models.Offer.objects.filter(id=running).update(withdrawn=True)
    told = ordering.cart(owner=cart.owner, now=NOON)
    changed = shop.put(cart.owner, milk=7)
    acknowledge(cart)
    after = ordering.cart(owner=cart.owner, now=NOON)
    assert ([one.name("vi") for one in told.ended_offers], told.changes) == (["Tet"], ())
    assert (changed.ended_offers, after.to_acknowledge) == (told.ended_offers, False)


def test_a_coupon_that_is_taken_out_is_no_offer_that_ended(shop: Shop, cart: Customer):
    coupon(shop, "MILK", "sku", skus=("milk",))
    ordering.use_coupon(owner=cart.owner, code="MILK", now=NOON)
    lowered = shop.put(cart.owner, milk=6).discount
    ordering.drop_coupon(owner=cart.owner, code="MILK", now=NOON)
    assert (bool(lowered), ordering.cart(owner=cart.owner, now=NOON).to_acknowledge) == (True, False)


def test_changing_the_quantity_is_looking(shop: Shop, cart: Customer):
    shop.sell("milk", price=40_000)
    shop.put(cart.owner, milk=6)
    assert news(cart) == ()


def test_changing_one_line_leaves_the_news_of_another(shop: Shop, cart: Customer):
    shop.sell("milk", price=40_000)
    shop.stock(eggs=10)
    view = shop.put(cart.owner, eggs=1)
    assert {line.sku: line.news for line in view.lines} == {"milk": (CartNews.PRICE,), "eggs": ()}


def test_a_shortage_that_the_customer_made_is_no_news_afterwards(shop: Shop, cart: Customer):
    view = shop.put(cart.owner, milk=12)
    assert (view.lines[0].shortage, view.lines[0].news, news(cart)) == (quantity(2), (), ())


def test_a_day_that_has_passed_is_acknowledged_once(shop: Shop, cart: Customer):
    ordering.want_day(owner=cart.owner, day=date(2026, 11, 20), now=NOON)
    tomorrow = NOON + timedelta(days=1)
    before = ordering.cart(owner=cart.owner, now=tomorrow)
    after = ordering.acknowledge_changes(owner=cart.owner, now=tomorrow)
    assert (before.day_passed, before.to_acknowledge, after.day_passed, after.wanted_day) == (True, True, False, None)


def test_acknowledging_twice_or_nothing_is_harmless(shop: Shop, cart: Customer):
    for _twice in range(2):
        assert acknowledge(cart).to_acknowledge is False
    assert ordering.acknowledge_changes(owner=ordering.CartOwner(), now=NOON).id is None
