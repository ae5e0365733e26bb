"""A discount goes with its goods: pro rata, to the đồng, in as many turns as you like."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grocery.kernel.ids import new_id
from grocery.kernel.money import Money, dong, total
from grocery.kernel.principal import Principal
from grocery.kernel.quantity import Quantity, quantity
from grocery.ordering import models
from grocery.ordering import public as ordering
from grocery.ordering.policies import share, shares
from tests.ordering.conftest import NOON
from tests.shop import Customer, Shop

QUANTITIES = st.integers(1, 999_000).map(lambda thousandths: Quantity(Decimal(thousandths) / 1000))
STAFF = Principal(kind="staff", id=new_id(), roles=frozenset({"manager"}))


@given(st.data(), QUANTITIES, st.integers(0, 10_000_000))
def test_what_is_kept_and_what_goes_add_up(data: st.DataObject, of: Quantity, price: int):
    discount = dong(data.draw(st.integers(0, (dong(price) * of).minor)))
    kept = Quantity(Decimal(data.draw(st.integers(0, int(of * 1000)))) / 1000)
    part = share(discount, of=of, kept=kept, most=discount)
    exact = Decimal(discount.minor) * kept / of
    assert dong(0) <= part <= discount
    assert abs(part.minor - exact) < 1


@given(st.data(), QUANTITIES, st.integers(0, 10_000_000))
def test_a_line_never_costs_less_than_nothing(data: st.DataObject, of: Quantity, price: int):
    """In one turn after the other, from any discount up to the whole price."""
    amount = dong(price) * of
    discount = dong(data.draw(st.integers(0, amount.minor)))
    for kept in sorted(data.draw(st.lists(st.integers(0, int(of * 1000)), max_size=4)), reverse=True):
        left = Quantity(Decimal(kept) / 1000)
        amount = dong(price) * left
        discount, of = share(discount, of=of, kept=left, most=amount) if of else discount, left
        assert dong(0) <= discount <= amount


@given(st.lists(st.integers(1, 1_000_000).map(dong), min_size=1, max_size=5), st.data())
def test_the_rules_parts_add_up_to_the_lines_discount(parts: list[Money], data: st.DataObject):
    whole = dong(data.draw(st.integers(0, total(parts).minor)))
    assert total(shares(parts, whole=whole)) == whole


def test_the_half_that_is_left_keeps_half_of_the_offer():
    assert share(dong(10_001), of=quantity(2), kept=quantity(1), most=dong(50_000)) == dong(5_001)


@pytest.fixture
def lowered(shop: Shop, lan: Customer) -> UUID:
    """Three milks at 38.500 ₫, two offers took 10.000 ₫ off them; two eggs at their price."""
    shop.stock(milk=10, eggs=10)
    order_id = shop.confirmed_order(lan, milk=3, eggs=2).id
    models.OrderLine.objects.of_order(order_id).filter(sku="milk").update(discount=10_000)
    models.Order.objects.with_id(order_id).update(discount=10_000, total=192_500)
    for amount in (-9_999, -1):
        models.OrderAdjustment.objects.create(
            order_id=order_id,
            sku="milk",
            kind="sku",
            name_en="Milk week",
            name_vi="Tuần lễ sữa",
            quantity=quantity(3),
            amount=amount,
        )
    return order_id


def take_off(order_id: UUID, **less: int) -> ordering.OrderView:
    quantities = {sku: quantity(amount) for sku, amount in less.items()}
    ordering.cancel_lines(order_id=order_id, quantities=quantities, by=STAFF, now=NOON)
    return ordering.order(order_id=order_id)


def test_the_offer_of_what_is_called_off_goes_with_it(lowered: UUID):
    seen = take_off(lowered, milk=1)
    assert (seen.lines[0].amount, seen.discount, seen.total) == (dong(70_333), dong(6_667), dong(157_333))


def test_the_line_still_explains_what_lowered_it(lowered: UUID):
    (line, _eggs) = take_off(lowered, milk=1).lines
    assert total(effect.amount for effect in line.adjustments) == line.amount - line.list_amount == dong(-6_667)
    assert {str(effect.quantity) for effect in line.adjustments} == {"2.000"}


def test_lines_that_are_left_alone_keep_their_offer(lowered: UUID):
    seen = take_off(lowered, eggs=1)
    assert (seen.discount, seen.total) == (dong(10_000), dong(156_500))


def test_nothing_explains_a_line_of_which_nothing_is_left(lowered: UUID):
    take_off(lowered, milk=3)
    assert models.OrderAdjustment.objects.count() == 0
