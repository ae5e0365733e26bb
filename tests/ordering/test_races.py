"""Many at once, on real connections: nobody gets what another has, nothing is left behind."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction

from grocery.inventory import public as inventory
from grocery.kernel.errors import DomainError
from grocery.kernel.money import dong
from grocery.kernel.outbox import publish
from grocery.kernel.quantity import quantity
from grocery.ordering import models
from grocery.ordering import public as ordering
from grocery.ordering.services import confirm_order
from grocery.payments import public as payments
from grocery.payments.events import PaymentAuthorised
from tests.ordering.conftest import NOON
from tests.shop import Customer, Shop

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], object]) -> list[object]:
    """What each of these came to when all start in the same moment: what it returned, or the code of its error."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        start.wait(10)
        try:
            return act()
        except DomainError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def ordered(results: list[object]) -> list[ordering.PlacedOrder]:
    return [result for result in results if isinstance(result, ordering.PlacedOrder)]


def test_two_buyers_and_one_last_unit_make_one_order(shop: Shop):
    shop.stock(milk=1)
    lan, minh = shop.customer("lan"), shop.customer("minh")
    for buyer in (lan, minh):
        shop.put(buyer.owner, milk=1)
    results = at_once(lambda: shop.check_out(lan), lambda: shop.check_out(minh))
    assert (len(ordered(results)), results.count("out_of_stock")) == (1, 1)


def test_the_one_who_came_too_late_leaves_nothing_behind(shop: Shop):
    shop.stock(milk=1)
    lan, minh = shop.customer("lan"), shop.customer("minh")
    for buyer in (lan, minh):
        shop.put(buyer.owner, milk=1)
    (placed,) = ordered(at_once(lambda: shop.check_out(lan), lambda: shop.check_out(minh)))
    loser = minh if ordering.order(order_id=placed.id).customer_id == lan.id else lan
    assert (models.Order.objects.count(), shop.places_taken(), ordering.cart_size(owner=loser.owner)) == (1, 1, 1)


def test_eight_buyers_get_no_more_than_there_is(shop: Shop):
    shop.stock(milk=5, eggs=50)
    buyers = [shop.customer(f"buyer{number}") for number in range(8)]
    for number, buyer in enumerate(buyers):  # in both orders, so that locks in any but key order would cross
        basket = {"milk": 1, "eggs": 1} if number % 2 else {"eggs": 1, "milk": 1}
        shop.put(buyer.owner, **basket)
    results = at_once(*(lambda buyer=buyer: shop.check_out(buyer) for buyer in buyers))
    assert (len(ordered(results)), results.count("out_of_stock"), shop.available("milk")) == (5, 3, quantity(0))


def test_the_same_cart_ordered_twice_at_once_makes_one_order(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    shop.put(lan.owner, milk=2)
    results = at_once(*[lambda: shop.check_out(lan)] * 2)
    assert (len(ordered(results)), results.count("cart_empty")) == (1, 1)


def test_the_same_request_twice_at_once_is_told_of_one_order_both_times(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    shop.put(lan.owner, milk=2)
    first, second = at_once(*[lambda: shop.check_out(lan, key="one")] * 2)
    assert (first, models.Order.objects.count()) == (second, 1)


def test_what_is_put_in_while_ordering_is_ordered_or_stays(shop: Shop, lan: Customer):
    shop.stock(milk=10, eggs=10)
    shop.put(lan.owner, milk=1)
    results = at_once(lambda: shop.check_out(lan), lambda: shop.put(lan.owner, eggs=1))
    (placed,) = ordered(results)
    bought = [line.sku for line in ordering.order(order_id=placed.id).lines]
    kept = [line.sku for line in ordering.cart(owner=lan.owner, now=NOON).lines]
    assert sorted(bought + kept) == ["eggs", "milk"]


def test_two_first_items_at_once_share_one_cart(shop: Shop, lan: Customer):
    shop.stock(milk=10, eggs=10)
    at_once(lambda: shop.put(lan.owner, milk=1), lambda: shop.put(lan.owner, eggs=1))
    assert (models.Cart.objects.count(), ordering.cart_size(owner=lan.owner)) == (1, 2)


def test_signing_in_twice_at_once_adds_once(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    shop.put(lan.owner, milk=1)
    token = shop.put(ordering.CartOwner(), milk=2).owner.token
    assert token is not None
    at_once(*[lambda: ordering.merge(token=token, customer_id=lan.id, now=NOON)] * 2)
    (line,) = ordering.cart(owner=lan.owner, now=NOON).lines
    assert line.quantity == 3


def test_cancelled_or_confirmed_but_never_both(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    placed = shop.order(lan, method="card", milk=2)
    at_once(
        lambda: ordering.cancel(order_id=placed.id, by=lan.principal, now=NOON),
        lambda: confirm_order.confirm_order(order_id=placed.id, now=NOON),
    )
    # Whoever was first, the customer's word stands: a confirmed order may still be cancelled.
    assert (shop.state(placed.id), shop.available("milk"), payments.payment(order_id=placed.id).state.value) == (
        "cancelled",
        quantity(10),
        "cancelled",
    )


def test_the_clock_and_the_money_at_once_leave_one_truth(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    placed = shop.order(lan, method="card", milk=2)
    with transaction.atomic():
        publish(PaymentAuthorised(order_id=placed.id, amount=dong(92_000)))
    at_once(lambda: ordering.cancel_unpaid(now=NOON + timedelta(minutes=16)), shop.tell)
    available = {"confirmed": quantity(8), "cancelled": quantity(10)}
    assert shop.available("milk") == available[shop.state(placed.id)]


def test_without_taking_the_lines_out_under_lock_a_cart_would_be_ordered_twice(
    shop: Shop, lan: Customer, monkeypatch
):
    """The negative control: who only reads the lines makes two orders of one cart."""
    shop.stock(milk=10)
    shop.put(lan.owner, milk=2)
    both_have_read = threading.Barrier(2)

    def read_only(carts: models.CartQuerySet, customer_id: UUID, _store: UUID | None, now: datetime):
        cart = carts.looked_at(ordering.CartOwner(customer_id=customer_id), None, now)
        assert cart
        lines = list(cart.lines.all())
        both_have_read.wait(10)
        return cart, lines

    monkeypatch.setattr(models.CartQuerySet, "taken_out", read_only)
    assert len(ordered(at_once(*[lambda: shop.check_out(lan)] * 2))) == 2


def test_the_same_line_called_off_twice_at_once_never_goes_below_nothing(shop: Shop, lan: Customer):
    """Two of three, twice at once: one of them takes two, the other hears that only one is left."""
    shop.stock(milk=10, eggs=10)
    placed = shop.confirmed_order(lan, milk=3, eggs=2)
    results = at_once(*[lambda: call_off(placed.id, lan, milk=2)] * 2)
    seen = ordering.order(order_id=placed.id)
    assert (results.count("more_than_ordered"), results.count(None)) == (1, 1)
    assert ([line.quantity for line in seen.lines], seen.total, shop.available("milk")) == (
        [quantity(1), quantity(2)],
        dong(125_500),
        quantity(9),
    )


def test_a_part_called_off_while_picking_starts_is_either_gone_or_picked(shop: Shop, lan: Customer):
    shop.stock(milk=10, eggs=10)
    placed = shop.confirmed_order(lan, milk=3, eggs=2)
    results = at_once(
        lambda: call_off(placed.id, lan, milk=1),
        lambda: ordering.start_picking(order_id=placed.id, by=shop.picker, now=NOON),
    )
    left = ordering.order(order_id=placed.id).lines[0].quantity
    assert (results[1], shop.state(placed.id)) == (None, "picking")
    assert (left, shop.available("milk")) == tuple(map(quantity, (2, 8) if results[0] is None else (3, 7)))


def call_off(order_id: UUID, customer: Customer, **amounts: int) -> None:
    less = {sku: quantity(amount) for sku, amount in amounts.items()}
    ordering.cancel_lines(order_id=order_id, quantities=less, by=customer.principal, now=NOON)


def test_expiring_and_extending_at_once_loses_no_goods(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    placed = shop.order(lan, method="card", milk=2)
    late = NOON + timedelta(minutes=16)
    at_once(
        lambda: inventory.expire_reservations(now=late),
        lambda: confirm_order.confirm_order(order_id=placed.id, now=late),
    )
    assert (shop.state(placed.id), shop.available("milk")) == ("confirmed", quantity(8))
