"""From placed to delivered, or cancelled on the way."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import transaction

from grocery.delivery import public as delivery
from grocery.inventory import public as inventory
from grocery.kernel.errors import NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.models import OutboxEvent
from grocery.kernel.money import dong, total
from grocery.kernel.outbox import publish
from grocery.kernel.principal import Principal
from grocery.kernel.quantity import quantity
from grocery.ordering import public as ordering
from grocery.payments import public as payments
from grocery.payments.events import HoldNotRenewed, PaymentAuthorised, PaymentCancelled
from tests.ordering.conftest import NOON
from tests.ordering.counting import statements
from tests.shop import Customer, Shop

AFTER_WINDOW = NOON + timedelta(minutes=16)
SUPPORT = Principal(kind="staff", id=new_id(), roles=frozenset({"support"}))


@pytest.fixture
def placed(shop: Shop, lan: Customer) -> ordering.PlacedOrder:
    """Two of ten milks, by card, not paid yet."""
    shop.stock(milk=10)
    return shop.order(lan, method="card", milk=2)


def authorise(shop: Shop, order_id: UUID) -> None:
    """Payments tells that the money is held."""
    with transaction.atomic():
        publish(PaymentAuthorised(order_id=order_id, amount=dong(92_000)))
    shop.tell()


def facts(order_id: UUID) -> list[str]:
    """What was told about an order, in its order."""
    names = OutboxEvent.objects.filter(stream=f"order:{order_id}").order_by("published_at", "id")
    return [name.removeprefix("ordering.Order") for name in names.values_list("name", flat=True)]


def timeline(order_id: UUID) -> list[tuple[str, str]]:
    return [(entry.state.value, entry.by) for entry in ordering.order(order_id=order_id).timeline]


# --- paid -----------------------------------------------------------------------------------------
def test_an_authorised_payment_confirms_the_order(shop: Shop, placed):
    authorise(shop, placed.id)
    assert shop.state(placed.id) == "confirmed"


def test_cash_on_delivery_is_confirmed_by_itself(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    assert shop.state(shop.confirmed_order(lan, milk=2).id) == "confirmed"


def test_a_repeated_fact_confirms_once(shop: Shop, placed):
    authorise(shop, placed.id)
    authorise(shop, placed.id)
    assert facts(placed.id) == ["Placed", "Confirmed"]


def test_confirmed_goods_are_kept_beyond_the_payment_window(shop: Shop, placed):
    authorise(shop, placed.id)
    inventory.expire_reservations(now=AFTER_WINDOW)
    assert shop.available("milk") == 8


def test_goods_that_were_let_go_before_the_money_came_are_reserved_anew(shop: Shop, placed):
    inventory.expire_reservations(now=AFTER_WINDOW)
    authorise(shop, placed.id)
    assert (shop.state(placed.id), shop.available("milk")) == ("confirmed", quantity(8))


def test_money_that_comes_after_the_goods_went_elsewhere_is_let_go(shop: Shop, placed):
    inventory.expire_reservations(now=AFTER_WINDOW)
    shop.order(shop.customer("minh"), milk=9)
    authorise(shop, placed.id)
    assert (shop.state(placed.id), payments.payment(order_id=placed.id).state) == ("cancelled", "cancelled")


# --- not paid -------------------------------------------------------------------------------------
def test_an_unpaid_order_ends_after_its_window(shop: Shop, placed):
    assert (ordering.cancel_unpaid(now=AFTER_WINDOW), shop.state(placed.id)) == (1, "cancelled")


def test_an_unpaid_order_is_left_alone_within_its_window(shop: Shop, placed):
    assert ordering.cancel_unpaid(now=NOON + timedelta(minutes=14)) == 0


def test_a_paid_order_is_left_alone(shop: Shop, placed):
    authorise(shop, placed.id)
    assert ordering.cancel_unpaid(now=AFTER_WINDOW) == 0


def test_cash_on_delivery_has_no_window(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    shop.order(lan, milk=2)
    assert ordering.cancel_unpaid(now=AFTER_WINDOW) == 0


def test_money_for_a_cancelled_order_is_let_go(shop: Shop, placed):
    ordering.cancel_unpaid(now=AFTER_WINDOW)
    authorise(shop, placed.id)
    assert (shop.state(placed.id), payments.payment(order_id=placed.id).state) == ("cancelled", "cancelled")


def test_a_cancelled_payment_cancels_the_order(shop: Shop, placed):
    with transaction.atomic():
        publish(PaymentCancelled(order_id=placed.id))
    shop.tell()
    assert (shop.state(placed.id), shop.available("milk"), shop.places_taken()) == ("cancelled", quantity(10), 0)


def test_an_order_whose_hold_ends_and_is_not_paid_again_ends_as_announced(shop: Shop, placed):
    authorise(shop, placed.id)
    with transaction.atomic():
        publish(HoldNotRenewed(order_id=placed.id))
    shop.tell()
    assert (shop.state(placed.id), shop.available("milk"), shop.places_taken()) == ("cancelled", quantity(10), 0)


def test_an_order_that_is_being_picked_by_then_is_left_to_a_person(shop: Shop, placed):
    authorise(shop, placed.id)
    ordering.start_picking(order_id=placed.id, by=shop.picker, now=NOON)
    with transaction.atomic():
        publish(HoldNotRenewed(order_id=placed.id))
    shop.tell()
    assert shop.state(placed.id) == "picking"


def test_a_cancelled_payment_does_not_unpack_a_box(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    packed = shop.packed_order(lan, milk=2)
    with transaction.atomic():
        publish(PaymentCancelled(order_id=packed.id))
    shop.tell()
    assert shop.state(packed.id) == "packed"


# --- cancelled by people --------------------------------------------------------------------------
def test_a_cancelled_order_returns_its_goods_its_slot_and_the_money(shop: Shop, lan: Customer, placed):
    ordering.cancel(order_id=placed.id, by=lan.principal, now=NOON)
    assert (
        shop.available("milk"),
        shop.places_taken(),
        payments.payment(order_id=placed.id).state.value,
        delivery.delivery(order_id=placed.id).state.value,
    ) == (quantity(10), 0, "cancelled", "cancelled")


def test_cancelling_twice_cancels_once(shop: Shop, lan: Customer, placed):
    ordering.cancel(order_id=placed.id, by=lan.principal, now=NOON)
    ordering.cancel(order_id=placed.id, by=lan.principal, now=NOON)
    shop.tell()
    assert facts(placed.id) == ["Placed", "Cancelled"]


def test_the_reason_is_on_the_timeline(shop: Shop, lan: Customer, placed):
    ordering.cancel(order_id=placed.id, by=lan.principal, reason="Ordered twice", now=NOON)
    assert ordering.order(order_id=placed.id).timeline[-1].reason == "Ordered twice"


def test_another_customer_cannot_cancel_it(shop: Shop, placed):
    with pytest.raises(NotFound):
        ordering.cancel(order_id=placed.id, by=shop.customer("minh").principal, now=NOON)


def test_staff_of_another_store_cannot_cancel_it(shop: Shop, placed):
    stranger = Principal(kind="staff", id=new_id(), roles=frozenset({"manager"}), store_id=new_id())
    with pytest.raises(NotFound):
        ordering.cancel(order_id=placed.id, by=stranger, now=NOON)


def test_the_customer_cannot_cancel_once_picking_has_started(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    order = shop.confirmed_order(lan, milk=2)
    ordering.start_picking(order_id=order.id, by=shop.picker, now=NOON)
    with pytest.raises(ordering.OrderNotCancellable):
        ordering.cancel(order_id=order.id, by=lan.principal, now=NOON)


def test_staff_can_cancel_while_it_is_being_picked(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    order = shop.confirmed_order(lan, milk=2)
    ordering.start_picking(order_id=order.id, by=shop.picker, now=NOON)
    ordering.cancel(order_id=order.id, by=SUPPORT, reason="Spoiled", now=NOON)
    assert shop.available("milk") == 10


def test_nobody_can_cancel_what_is_packed(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    order = shop.packed_order(lan, milk=2)
    with pytest.raises(ordering.OrderNotCancellable):
        ordering.cancel(order_id=order.id, by=SUPPORT, reason="Too late", now=NOON)


# --- to the door ----------------------------------------------------------------------------------
def test_an_order_goes_its_way(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    order = shop.delivered_order(lan, milk=2)
    assert timeline(order.id) == [
        ("placed", "customer"),
        ("confirmed", "system"),
        ("picking", "staff"),
        ("packed", "staff"),
        ("out_for_delivery", "staff"),
        ("delivered", "staff"),
    ]


def test_each_step_is_told_once(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    order = shop.delivered_order(lan, milk=2)
    assert facts(order.id) == [
        "Placed",
        "Confirmed",
        "PickingStarted",
        "Packed",
        "Charged",
        "Dispatched",
        "Delivered",
    ]


def test_packed_goods_leave_the_stock(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    shop.packed_order(lan, milk=2)
    (level,) = inventory.stock(sku="milk", now=NOON)
    assert (level.on_hand, level.reserved) == (quantity(8), quantity(0))


def test_cash_is_recorded_at_the_door(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    order = shop.delivered_order(lan, milk=2)
    payment = payments.payment(order_id=order.id)
    assert (payment.state, payment.captured) == ("captured", dong(92_000))


def test_what_is_lighter_costs_less(shop: Shop, lan: Customer):
    shop.stock(shrimp="2.5")
    order = shop.confirmed_order(lan, shrimp="0.45")
    ordering.start_picking(order_id=order.id, by=shop.picker, now=NOON)
    ordering.mark_packed(order_id=order.id, by=shop.picker, weights={"shrimp": quantity("0.438")}, now=NOON)
    assert ordering.order(order_id=order.id).charged == dong(95_922 + 15_000)


def test_what_was_not_packed_is_available_again(shop: Shop, lan: Customer):
    shop.stock(shrimp="2.5")
    order = shop.confirmed_order(lan, shrimp="0.45")
    ordering.start_picking(order_id=order.id, by=shop.picker, now=NOON)
    ordering.mark_packed(order_id=order.id, by=shop.picker, weights={"shrimp": quantity("0.438")}, now=NOON)
    assert shop.available("shrimp") == quantity("2.062")


def test_a_sku_that_was_not_ordered_cannot_be_packed(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    order = shop.confirmed_order(lan, milk=2)
    ordering.start_picking(order_id=order.id, by=shop.picker, now=NOON)
    with pytest.raises(ordering.ProductNotSold):
        ordering.mark_packed(order_id=order.id, by=shop.picker, weights={"eggs": quantity(1)}, now=NOON)


@pytest.mark.parametrize("step", [ordering.start_picking, ordering.mark_packed, ordering.dispatch, ordering.deliver])
def test_no_step_is_skipped(shop: Shop, placed, step):
    with pytest.raises(ordering.WrongState):
        step(order_id=placed.id, by=shop.picker, now=NOON)


def test_an_order_is_not_delivered_without_having_left(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    order = shop.packed_order(lan, milk=2)
    with pytest.raises(delivery.WrongStep):
        ordering.deliver(order_id=order.id, by=shop.picker, now=NOON)


def test_the_drivers_word_moves_the_order(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    order = shop.packed_order(lan, milk=2)
    driver = new_id()
    delivery.dispatch(order_id=order.id, now=NOON, by=driver)
    delivery.complete(order_id=order.id, now=NOON, by=driver)
    shop.tell()
    assert (shop.state(order.id), payments.payment(order_id=order.id).state) == ("delivered", "captured")


# --- looking --------------------------------------------------------------------------------------
def test_anothers_order_does_not_exist(shop: Shop, placed):
    with pytest.raises(NotFound):
        ordering.order(order_id=placed.id, customer_id=shop.customer("minh").id)


def test_another_stores_order_does_not_exist(shop: Shop, placed):
    with pytest.raises(NotFound):
        ordering.order(order_id=placed.id, store_id=new_id())


def test_lines_and_fee_make_the_total(shop: Shop, lan: Customer):
    shop.stock(milk=10, shrimp=2, rice=3)
    view = ordering.order(order_id=shop.order(lan, milk=3, shrimp="0.35").id)
    assert total(line.amount for line in view.lines) + view.fee == view.total


def test_the_history_is_newest_first(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    first, second = shop.order(lan, milk=1), shop.order(lan, milk=2)
    shop.order(shop.customer("minh"), milk=1)
    page = ordering.orders(customer_id=lan.id)
    assert [order.id for order in page.orders] == [second.id, first.id]


def test_a_page_of_the_history_says_how_many_there_are(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    orders = [shop.order(lan, milk=1).id for _ in range(3)]
    page = ordering.orders(customer_id=lan.id, limit=1, offset=1)
    assert (page.total, [order.id for order in page.orders]) == (3, [orders[1]])


@pytest.mark.parametrize("number", [1, 3])
def test_the_history_takes_two_statements(shop: Shop, lan: Customer, number: int):
    shop.stock(milk=10, eggs=10)
    for _ in range(number):
        shop.order(lan, milk=1, eggs=1)
    with statements() as sent:
        ordering.orders(customer_id=lan.id)
    assert len(sent) == 2


@pytest.mark.parametrize("lines", [1, 10])
def test_an_order_takes_four_statements(shop: Shop, lan: Customer, lines: int):
    basket = {f"sku{number}": 1 for number in range(lines)}
    shop.stock(**basket)
    placed = shop.order(lan, method="card", **basket)
    with statements() as sent:
        ordering.order(order_id=placed.id)
    assert len(sent) == 4
