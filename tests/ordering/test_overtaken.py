"""One change of an order after the other: what came first leaves nothing behind that the second trips over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from grocery.kernel.money import dong
from grocery.kernel.quantity import quantity
from grocery.ordering import models, policies
from grocery.ordering import public as ordering
from grocery.ordering.public import SubstitutionState
from tests.ordering.conftest import NOON
from tests.ordering.offering import coupon
from tests.ordering.test_near_expiry import reserved_near, shelve, take
from tests.shop import Customer, Shop

type Act = Callable[[UUID, Customer], object]


def edited(**amounts: int) -> Act:
    wanted = {sku: quantity(amount) for sku, amount in amounts.items()}
    return lambda order, lan: ordering.edit(order_id=order, quantities=wanted, by=lan.principal, now=NOON)


def less(**amounts: int) -> Act:
    off = {sku: quantity(amount) for sku, amount in amounts.items()}
    return lambda order, lan: ordering.cancel_lines(order_id=order, quantities=off, by=lan.principal, now=NOON)


# --- an open question ---------------------------------------------------------------------------------------------
@pytest.fixture
def asked(shop: Shop, lan: Customer) -> ordering.Substitution:
    """Of two milks and a rice one milk is missing; would oat drink do?"""
    shop.allergens = ()
    shop.stock(milk=10, oat=10, rice=10)
    order = shop.confirmed_order(lan, milk=2, rice=1)
    models.OrderLine.objects.filter(order_id=order.id).update(substitution="ask")
    return ordering.substitute(
        order_id=order.id, sku="milk", with_sku="oat", quantity=quantity(1), by=shop.picker, now=NOON
    )


@pytest.mark.parametrize(
    ("act", "milk", "oat"),
    [
        (less(milk=2), 0, 0),
        (less(milk=1), 1, 0),
        (edited(milk=0), 0, 0),
        (edited(milk=3), 3, 0),
        (edited(oat=2), 2, 2),
    ],
    ids=["all called off", "some called off", "none wanted", "more wanted", "the substitute is ordered"],
)
def test_another_change_of_its_goods_overtakes_a_question(
    shop: Shop, lan: Customer, asked: ordering.Substitution, act: Act, milk: int, oat: int
):
    act(asked.order_id, lan)
    settled = ordering.answer_by_default(now=NOON + timedelta(hours=1))
    (question,) = ordering.substitutions(order_id=asked.order_id)
    assert (settled, question.state) == (0, SubstitutionState.WITHDRAWN)
    assert (shop.available("milk"), shop.available("oat")) == (quantity(10 - milk), quantity(10 - oat))


def test_a_change_of_other_goods_leaves_the_question_open(shop: Shop, lan: Customer, asked: ordering.Substitution):
    edited(rice=2)(asked.order_id, lan)
    ordering.answer(substitution_id=asked.id, accept=True, now=NOON)
    order = ordering.order(order_id=asked.order_id)
    assert {line.sku: int(line.quantity) for line in order.lines} == {"milk": 1, "oat": 1, "rice": 2}


# --- goods near their date ----------------------------------------------------------------------------------------
def test_units_near_their_date_that_were_called_off_do_not_come_back_at_the_full_price(shop: Shop, lan: Customer):
    shelve(shop, old=2, fresh=10)
    take(shop, lan, 3)
    order = shop.check_out(lan).id
    less(milk=2)(order, lan)
    edited(milk=3)(order, lan)
    (line,) = ordering.order(order_id=order).lines
    near = [effect.quantity for effect in line.adjustments if effect.kind.value == "near_expiry"]
    assert (reserved_near(shop), near) == (1, [quantity(1)])


def test_units_at_two_percentages_are_told_as_they_are_kept(shop: Shop, lan: Customer):
    shelve(shop, old=2, fresh=0, percent=50)
    shelve(shop, old=2, fresh=0, percent=30, until=NOON.date() + timedelta(days=1))
    take(shop, lan, 4)
    order = shop.check_out(lan).id
    less(milk=1)(order, lan)
    (line,) = ordering.order(order_id=order).lines
    assert [effect.quantity for effect in line.adjustments] == [quantity(2), quantity(1)]


# --- coupons ------------------------------------------------------------------------------------------------------
def test_a_coupon_is_given_back_also_when_what_it_lowered_was_called_off(shop: Shop, lan: Customer):
    shop.stock(milk=10, rice=10)
    coupon(shop, "MILK10", "sku", skus=("milk",), percent=10, most_uses=1)
    shop.put(lan.owner, milk=1, rice=1)
    ordering.use_coupon(owner=lan.owner, code="MILK10", now=NOON)
    order = shop.check_out(lan)
    assert order.total == dong(34_650 + 189_000 + 15_000)
    less(milk=1)(order.id, lan)
    ordering.cancel(order_id=order.id, by=lan.principal, now=NOON)
    shop.put(lan.owner, milk=1)
    view = ordering.use_coupon(owner=lan.owner, code="MILK10", now=NOON)
    assert view.discount == dong(3_850)


# --- weights that are no whole steps any more ---------------------------------------------------------------------
def test_what_the_scale_left_of_a_step_is_missing_with_the_step(shop: Shop, lan: Customer):
    """Of 500 g 484 g are short: no 16 g are sold, so all of it is replaced."""
    assert policies.up_to_steps(quantity("0.484"), quantity("0.05")) == quantity("0.5")
    shop.allergens = ()
    shop.stock(shrimp="0.016", avocado=2)
    shop.put(lan.owner, shrimp="0.5")
    order = ordering.order(order_id=shop.check_out(lan).id)
    assert {line.sku: line.quantity for line in order.lines} == {"avocado": quantity("0.5")}
