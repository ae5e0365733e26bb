"""The same request again, because no answer came: what it did to an order is not done a second time."""

from __future__ import annotations

from uuid import UUID

import pytest

from grocery.kernel.models import OutboxEvent
from grocery.kernel.quantity import Quantity, quantity
from grocery.ordering import models
from grocery.ordering import public as ordering
from grocery.payments import models as payment_models
from tests.ordering.conftest import NOON
from tests.ordering.test_editing import pay
from tests.shop import Customer, Shop

ONE = quantity(1)


@pytest.fixture
def order(shop: Shop, lan: Customer) -> UUID:
    """Four milks, paid at the door; there is oat drink, too."""
    shop.allergens = ()
    shop.stock(milk=10, oat=10)
    return shop.confirmed_order(lan, milk=4).id


def milks(order_id: UUID) -> Quantity:
    return next(line.quantity for line in ordering.order(order_id=order_id).lines if line.sku == "milk")


def test_a_part_is_called_off_once_for_each_key(lan: Customer, order: UUID):
    for key in ("a", "a", "b"):
        ordering.cancel_lines(order_id=order, quantities={"milk": ONE}, by=lan.principal, key=key, now=NOON)
    assert milks(order) == quantity(2)


def test_a_part_that_was_refused_may_be_called_off_under_the_same_key(lan: Customer, order: UUID):
    with pytest.raises(ordering.MoreThanOrdered):
        ordering.cancel_lines(order_id=order, quantities={"milk": quantity(5)}, by=lan.principal, key="a", now=NOON)
    ordering.cancel_lines(order_id=order, quantities={"milk": ONE}, by=lan.principal, key="a", now=NOON)
    assert milks(order) == quantity(3)


def test_the_last_part_called_off_again_is_no_error(lan: Customer, order: UUID):
    for _again in range(2):
        ordering.cancel_lines(order_id=order, quantities={"milk": quantity(4)}, by=lan.principal, key="a", now=NOON)
    assert ordering.order(order_id=order).state is ordering.OrderState.CANCELLED


def test_a_substitute_is_put_in_once_for_each_key(shop: Shop, order: UUID):
    first, second = (
        ordering.substitute(
            order_id=order, sku="milk", with_sku="oat", quantity=ONE, by=shop.picker, key="a", now=NOON
        )
        for _again in range(2)
    )
    assert (first.id, milks(order), shop.available("oat")) == (second.id, quantity(3), quantity(9))


def test_something_is_left_out_once_for_each_key_of_each_person(shop: Shop, lan: Customer, order: UUID):
    for by in (shop.picker, shop.picker, lan.principal):
        ordering.leave_out(order_id=order, sku="milk", quantity=ONE, by=by, key="a", now=NOON)
    assert milks(order) == quantity(2)


def test_a_change_that_waits_for_money_waits_on_when_it_is_asked_for_again(shop: Shop, lan: Customer):
    shop.stock(milk=4)
    placed = shop.order(lan, method="card", milk=2)
    pay(shop, placed.id)
    first, second = (
        ordering.edit(order_id=placed.id, quantities={"milk": quantity(4)}, by=lan.principal, now=NOON)
        for _again in range(2)
    )
    assert first == second
    assert models.Revision.objects.count() == 1
    assert payment_models.Payment.objects.filter(order_id=placed.id).count() == 2
    assert not OutboxEvent.objects.filter(name="ordering.OrderChangeNotMade").exists()


def test_asked_for_again_when_its_money_has_come_it_is_made_once(shop: Shop, lan: Customer):
    """The top-up is held, and nobody has told the order yet."""
    shop.stock(milk=4)
    placed = shop.order(lan, method="card", milk=2)
    pay(shop, placed.id)
    wanted = {"milk": quantity(4)}
    done = ordering.edit(order_id=placed.id, quantities=wanted, by=lan.principal, now=NOON)
    top_up = payment_models.Payment.objects.filter(top_up_for=done.revision_id)
    top_up.update(state="authorised", authorised_at=NOON)
    again = ordering.edit(order_id=placed.id, quantities=wanted, by=lan.principal, now=NOON)
    top_up.update(state="intended")
    pay(shop, placed.id, done.revision_id)
    assert (again.outcome, milks(placed.id)) == (ordering.EditOutcome.APPLIED, quantity(4))
    assert OutboxEvent.objects.filter(name="ordering.OrderChanged").count() == 1
    assert models.Revision.objects.get().state == "applied"
