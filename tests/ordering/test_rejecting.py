"""At the door: what is not taken is not paid for."""

from __future__ import annotations

from uuid import UUID

import pytest

from grocery.inventory import public as inventory
from grocery.kernel.errors import Invalid, NotFound
from grocery.kernel.money import dong
from grocery.kernel.quantity import quantity
from grocery.ordering import public as ordering
from grocery.ordering.models import Order, OrderLine
from grocery.ordering.public import ReturnReason, UnwantedLine
from grocery.payments import public as payments
from tests.ordering.conftest import NOON
from tests.ordering.returning import LATER, SUPPORT, facts, on_the_road, receive, reject, states
from tests.ordering.staff import worker
from tests.shop import Customer, Shop


@pytest.fixture
def order(shop: Shop, lan: Customer) -> UUID:
    """Three milks and two eggs before the door, to be paid in cash: 187.500 ₫ of goods, 15.000 ₫ to bring them."""
    shop.stock(milk=10, eggs=10)
    return on_the_road(shop, lan, milk=3, eggs=2)


def collected(shop: Shop, order_id: UUID) -> int:
    ordering.deliver(order_id=order_id, by=shop.picker, now=NOON)
    return payments.payment(order_id=order_id).captured.minor


def test_less_cash_is_collected(shop: Shop, order: UUID):
    reject(order, milk=1)
    assert (states(order), collected(shop, order)) == ([("decided", 38_500)], 202_500 - 38_500)


def test_it_stands_when_the_time_to_undo_is_over_and_nothing_is_refunded_of_what_was_not_collected(
    shop: Shop, order: UUID
):
    reject(order, milk=1)
    shop.tell()
    assert [ordering.settle_returns(now=now) for now in (NOON, LATER, LATER)] == [0, 1, 0]
    collected(shop, order)
    assert (states(order)[0][0], payments.payment(order_id=order).refunds) == ("settled", ())
    assert facts(order, "LineRejected", "ReturnDecided", "OrderReturned") == ["LineRejected", "OrderReturned"]


def test_a_slip_is_undone_at_the_door_and_not_after_it(shop: Shop, order: UUID):
    first = reject(order, milk=1)
    assert first
    ordering.undo_decision(return_id=first, by=SUPPORT, now=NOON)
    second = reject(order, eggs=1)
    assert second
    assert collected(shop, order) == 202_500 - 36_000
    with pytest.raises(ordering.ReturnIs):
        ordering.undo_decision(return_id=second, by=SUPPORT, now=NOON)
    assert ordering.order(order_id=order).given_back == dong(36_000)


def test_twice_under_one_key_is_once(order: UUID):
    assert [reject(order, key="k", milk=1) is None for _ in range(2)] == [False, True]
    assert states(order) == [("decided", 38_500)]


def test_more_than_is_there_cannot_be_refused(order: UUID):
    reject(order, milk=2)
    with pytest.raises(ordering.MoreThanDelivered) as refusal:
        reject(order, milk=2)
    assert refusal.value.left == {"milk": quantity(1)}


@pytest.mark.parametrize("amount", [0, "0.5"])
def test_a_piece_is_refused_whole(order: UUID, amount: str | int):
    with pytest.raises(Invalid):
        reject(order, milk=amount)


def test_another_reason_needs_words(order: UUID):
    line = UnwantedLine("milk", quantity(1), ReturnReason.OTHER)
    with pytest.raises(Invalid):
        ordering.reject_at_door(order_id=order, unwanted=[line], by=SUPPORT, now=NOON)


def test_before_it_left_the_store_nothing_is_refused(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    placed = shop.packed_order(lan, milk=3)
    with pytest.raises(ordering.WrongState):
        reject(placed.id, milk=1)


def test_another_stores_staff_and_customers_do_not_say_so(shop: Shop, order: UUID):
    stranger = worker(shop, store_id=UUID(int=7))
    with pytest.raises(NotFound):
        ordering.reject_at_door(order_id=order, unwanted=[], by=stranger, now=NOON)


def test_everything_refused_ends_the_order_and_nothing_is_paid(shop: Shop, order: UUID):
    reject(order, milk=3, eggs=2)
    shop.tell()
    view = ordering.order(order_id=order)
    assert (view.state, view.given_back, payments.payment(order_id=order).state.value, shop.places_taken()) == (
        "cancelled",
        dong(202_500),
        "cancelled",
        0,
    )
    assert states(order) == [("settled", 202_500)]


def test_what_comes_back_waits_to_be_received_and_is_booked_once(shop: Shop, order: UUID):
    found = reject(order, milk=2, eggs=1)
    assert found
    assert [one.id for one in ordering.return_queues(store_id=shop.store.id).coming] == [found]
    receive(found, milk="shelf", eggs="waste")
    with pytest.raises(ordering.ReturnIs):
        receive(found, milk="shelf")
    assert (shop.available("milk"), shop.available("eggs")) == (quantity(9), quantity(8))
    assert ordering.returns_waiting(store_id=shop.store.id) == 0


def test_goods_by_weight_do_not_go_back_on_the_shelf(shop: Shop, lan: Customer):
    shop.stock(shrimp=5, milk=5)
    found = reject(on_the_road(shop, lan, shrimp="0.5", milk=1), shrimp="0.237")
    assert found
    with pytest.raises(ordering.NotFitForShelf):
        receive(found, shrimp="shelf")
    receive(found, shrimp="waste")
    assert shop.available("shrimp") == quantity("4.5")


def test_undone_after_the_goods_were_received_they_are_off_the_shelf_again(shop: Shop, order: UUID):
    found = reject(order, milk=2)
    assert found
    receive(found, milk="shelf")
    ordering.undo_decision(return_id=found, by=SUPPORT, now=NOON)
    assert (shop.available("milk"), inventory.given_out(holder=f"order:{order}")[1].quantity) == (
        quantity(7),
        quantity(3),
    )


def test_where_the_rest_costs_nothing_nothing_is_collected(shop: Shop, order: UUID):
    """Eggs given away: the milk refused, the box is handed over all the same."""
    OrderLine.objects.filter(order_id=order, sku="eggs").update(packed_amount=0)
    Order.objects.filter(id=order).update(charged=3 * 38_500)
    reject(order, milk=3)
    ordering.deliver(order_id=order, by=shop.picker, now=NOON)
    assert (shop.state(order), payments.payment(order_id=order).state.value) == ("delivered", "cancelled")
