"""Goods by weight: an estimate with a most; charged as weighed, and never above what was promised."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from grocery.kernel.money import dong
from grocery.kernel.quantity import Quantity, quantity
from grocery.ordering import models
from grocery.ordering import public as ordering
from grocery.ordering.contracts import headroom
from grocery.ordering.policies import packed_amount, tolerance
from grocery.payments import public as payments
from tests.ordering.conftest import NOON
from tests.shop import Customer, Shop


@given(st.integers(0, 100_000_000), st.integers(1, 999_000), st.data())
def test_what_may_be_packed_never_costs_more_than_the_most(net: int, thousandths: int, data: st.DataObject):
    ordered = Quantity(Decimal(thousandths) / 1000)
    least, most = tolerance(ordered, unit="kg")
    packed = Quantity(Decimal(data.draw(st.integers(int(least * 1000), int(most * 1000)))) / 1000)
    amount = packed_amount(dong(net), ordered, packed, unit="kg")
    assert dong(0) <= amount <= dong(net) + headroom(dong(net), unit="kg") <= dong(net + net // 10)


def test_the_most_of_450_g_of_shrimp():
    """219.000 ₫ a kilogram: about 98.550 ₫, never above 108.405 ₫."""
    assert dong(98_550) + headroom(dong(98_550), unit="kg") == dong(108_405)


def test_pieces_have_no_headroom():
    assert headroom(dong(98_550), unit="piece") == dong(0)


def packed(shop: Shop, lan: Customer, weight: str) -> ordering.OrderView:
    """450 g of shrimp and a milk, of which so much shrimp went into the box."""
    placed = shop.confirmed_order(lan, shrimp="0.45", milk=1)
    ordering.start_picking(order_id=placed.id, by=shop.picker, now=NOON)
    ordering.mark_packed(order_id=placed.id, weights={"shrimp": quantity(weight)}, by=shop.picker, now=NOON)
    return ordering.order(order_id=placed.id)


@pytest.fixture
def stocked(shop: Shop) -> Shop:
    shop.stock(shrimp=5, milk=5)
    return shop


def test_the_cart_says_the_most(stocked: Shop, lan: Customer):
    cart = stocked.put(lan.owner, shrimp="0.45", milk=1)
    assert (cart.total, cart.ceiling) == (dong(137_050), dong(146_905))


def test_the_card_is_asked_to_hold_the_most(stocked: Shop, lan: Customer):
    placed = stocked.order(lan, method="card", shrimp="0.45", milk=1)
    seen = ordering.order(order_id=placed.id)
    assert (placed.total, seen.ceiling) == (dong(152_050), dong(161_905))
    assert payments.payment(order_id=placed.id).amount == seen.ceiling


@pytest.mark.parametrize(
    ("weight", "amount"), [("0.405", 88_695), ("0.438", 95_922), ("0.45", 98_550), ("0.495", 108_405)]
)
def test_what_the_scale_shows_is_charged(stocked: Shop, lan: Customer, weight: str, amount: int):
    seen = packed(stocked, lan, weight)
    assert (seen.lines[0].packed_amount, seen.charged) == (dong(amount), dong(amount + 38_500 + 15_000))


def test_both_weights_stay_on_the_line(stocked: Shop, lan: Customer):
    line = packed(stocked, lan, "0.47").lines[0]
    assert (line.quantity, line.packed) == (quantity("0.45"), quantity("0.47"))


@pytest.mark.parametrize("weight", ["0.404", "0.496", "0"])
def test_beyond_the_tolerance_nothing_is_sealed(stocked: Shop, lan: Customer, weight: str):
    with pytest.raises(ordering.WeightOutOfTolerance) as refused:
        packed(stocked, lan, weight)
    assert (refused.value.least, refused.value.most) == ("0.405", "0.495")


def test_more_than_was_ordered_leaves_the_shelf_too(stocked: Shop, lan: Customer):
    packed(stocked, lan, "0.49")
    assert stocked.available("shrimp") == quantity("4.51")


def test_cash_is_collected_as_weighed(stocked: Shop, lan: Customer):
    seen = packed(stocked, lan, "0.49")
    ordering.dispatch(order_id=seen.id, by=stocked.picker, now=NOON)
    ordering.deliver(order_id=seen.id, by=stocked.picker, now=NOON)
    assert payments.payment(order_id=seen.id).captured == seen.charged == dong(107_310 + 38_500 + 15_000)


def test_cancelling_a_weighed_line_takes_its_headroom_along(stocked: Shop, lan: Customer):
    placed = stocked.confirmed_order(lan, shrimp="0.45", milk=1)
    ordering.cancel_lines(order_id=placed.id, quantities={"shrimp": quantity("0.45")}, by=lan.principal, now=NOON)
    seen = ordering.order(order_id=placed.id)
    assert seen.ceiling == seen.total == payments.payment(order_id=placed.id).amount == dong(53_500)


def test_the_database_refuses_a_charge_above_the_most(stocked: Shop, lan: Customer):
    seen = packed(stocked, lan, "0.495")
    with pytest.raises(IntegrityError), transaction.atomic():
        models.Order.objects.with_id(seen.id).update(charged=seen.ceiling.minor + 1)
