"""Nobody was at home: a person decides how it goes on, and no order is stuck."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from grocery.delivery import public as delivery
from grocery.kernel.money import dong
from grocery.kernel.quantity import quantity
from grocery.ordering import public as ordering
from grocery.ordering.policies import NEXT
from grocery.ordering.public import OrderState
from grocery.payments import public as payments
from tests.ordering.conftest import NOON
from tests.ordering.returning import SUPPORT, facts, on_the_road, receive, states
from tests.shop import Customer, Shop


@pytest.fixture
def order(shop: Shop, lan: Customer) -> UUID:
    """Three milks for cash, whose driver stands before a closed door."""
    shop.stock(milk=10)
    return on_the_road(shop, lan, milk=3)


def fail(order_id: UUID, reason: str = "nobody at home") -> None:
    ordering.not_delivered(order_id=order_id, reason=reason, by=SUPPORT, now=NOON)


def test_what_the_driver_reports_is_seen_at_the_order_desk(shop: Shop, order: UUID):
    delivery.fail(order_id=order, reason="gate closed", now=NOON, by=shop.picker.id)
    shop.tell()
    (waiting,) = ordering.return_queues(store_id=shop.store.id).undelivered
    assert (waiting.order_id, waiting.reason, waiting.attempts, shop.state(order)) == (
        order,
        "gate closed",
        1,
        "undelivered",
    )


def test_both_ways_of_saying_so_say_it_once(shop: Shop, order: UUID):
    fail(order)
    fail(order)
    shop.tell()
    assert (facts(order, "OrderUndelivered"), delivery.delivery(order_id=order).state.value) == (
        ["OrderUndelivered"],
        "failed",
    )


def test_a_report_that_arrives_after_the_next_attempt_began_is_old_news(shop: Shop, order: UUID):
    delivery.fail(order_id=order, reason="x", now=NOON, by=shop.picker.id)
    delivery.dispatch(order_id=order, now=NOON, by=shop.picker.id)
    shop.tell()
    assert shop.state(order) == "out_for_delivery"


def test_it_is_brought_again_at_once_as_often_as_it_takes(shop: Shop, order: UUID):
    for _ in range(2):
        fail(order)
        ordering.dispatch(order_id=order, by=shop.picker, now=NOON)
        shop.tell()
    ordering.deliver(order_id=order, by=shop.picker, now=NOON)
    shop.tell()
    assert (shop.state(order), payments.payment(order_id=order).captured) == ("delivered", dong(130_500))


def test_it_is_brought_in_another_slot(shop: Shop, order: UUID):
    fail(order)
    later = shop.slot(hours_ahead=24, capacity=1)
    ordering.bring_again(order_id=order, slot_id=later, by=SUPPORT, now=NOON)
    view = ordering.order(order_id=order)
    assert (view.state, view.slot_starts_at, shop.places_taken(), shop.places_taken(later)) == (
        "packed",
        NOON + timedelta(hours=24),
        0,
        1,
    )
    shop.tell()
    ordering.dispatch(order_id=order, by=shop.picker, now=NOON)
    ordering.deliver(order_id=order, by=shop.picker, now=NOON)
    assert facts(order, "OrderRescheduled", "OrderDelivered") == ["OrderRescheduled", "OrderDelivered"]


def test_a_full_slot_leaves_it_where_it_was(shop: Shop, order: UUID):
    fail(order)
    full = shop.slot(hours_ahead=24, capacity=0 + 1)
    shop.put(shop.customer("minh").owner, milk=1)
    shop.check_out(shop.customer("minh"), slot_id=full)
    with pytest.raises(delivery.SlotFull):
        ordering.bring_again(order_id=order, slot_id=full, by=SUPPORT, now=NOON)
    assert (shop.state(order), delivery.delivery(order_id=order).state.value) == ("undelivered", "failed")


def test_given_up_its_goods_come_back_and_cash_is_not_asked_for(shop: Shop, order: UUID):
    fail(order)
    for _ in range(2):
        ordering.give_up_delivery(order_id=order, by=SUPPORT, now=NOON)
    shop.tell()
    (back,) = ordering.return_queues(store_id=shop.store.id).coming
    receive(back.id, milk="shelf")
    assert (shop.state(order), shop.places_taken(), shop.available("milk"), states(order)) == (
        "cancelled",
        0,
        quantity(10),
        [("settled", 115_500)],
    )
    assert payments.payment(order_id=order).state.value == "cancelled"


def test_the_fee_goes_back_where_it_was_our_fault(shop: Shop, order: UUID):
    fail(order)
    ordering.give_up_delivery(order_id=order, by=SUPPORT, now=NOON, fee_back=True)
    assert states(order) == [("settled", 130_500)]


def test_only_what_came_back_is_given_up_or_brought_again(shop: Shop, order: UUID):
    with pytest.raises(ordering.WrongState):
        ordering.give_up_delivery(order_id=order, by=SUPPORT, now=NOON)
    with pytest.raises(ordering.WrongState):
        ordering.bring_again(order_id=order, slot_id=shop.slot_id, by=SUPPORT, now=NOON)


def test_no_state_is_a_dead_end():
    """From every state an end can be reached."""
    ends = {OrderState.DELIVERED, OrderState.CANCELLED}
    for state in OrderState:
        reached, frontier = {state}, {state}
        while frontier := {after for one in frontier for after in NEXT[one]} - reached:
            reached |= frontier
        assert reached & ends, state
