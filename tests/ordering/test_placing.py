"""A cart becomes an order, or nothing happens."""

from __future__ import annotations

from datetime import timedelta

import pytest

from grocery.delivery import public as delivery
from grocery.inventory import public as inventory
from grocery.kernel.errors import DomainError, Invalid, NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.models import OutboxEvent
from grocery.kernel.money import dong
from grocery.ordering import models
from grocery.ordering import public as ordering
from grocery.payments import public as payments
from tests.ordering.conftest import NOON
from tests.ordering.counting import statements
from tests.shop import TAN_DINH, Customer, Shop


def told(name: str) -> int:
    """How many facts of this name there are."""
    return OutboxEvent.objects.filter(name=f"ordering.{name}").count()


def test_goods_are_put_aside(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    shop.order(lan, milk=2)
    assert shop.available("milk") == 8


def test_a_place_in_the_slot_is_taken(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    shop.order(lan, milk=2)
    assert shop.places_taken() == 1


def test_the_slot_that_the_cart_held_becomes_the_orders(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    shop.put(lan.owner, milk=2)
    ordering.choose_slot(owner=lan.owner, slot_id=shop.slot_id, now=NOON)
    shop.check_out(lan)
    assert shop.places_taken() == 1


def test_the_cart_is_empty_afterwards(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    shop.order(lan, milk=2)
    assert ordering.cart_size(owner=lan.owner) == 0


def test_the_payment_is_opened_for_goods_and_fee(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    placed = shop.order(lan, milk=2)
    assert payments.payment(order_id=placed.id).amount == dong(2 * 38_500 + 15_000)


def test_the_fact_is_told(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    shop.order(lan, milk=2)
    assert told("OrderPlaced") == 1


def test_an_order_by_card_is_to_be_paid_within_the_window(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    assert shop.order(lan, method="card", milk=2).pay_by == NOON + timedelta(minutes=15)


def test_the_order_keeps_the_price_of_its_day(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    placed = shop.order(lan, milk=2)
    shop.sell("milk", price=99_000)
    assert ordering.order(order_id=placed.id).lines[0].price == dong(38_500)


def test_the_order_keeps_the_address_of_its_day(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    placed = shop.order(lan, milk=2)
    assert ordering.order(order_id=placed.id).recipient.address.startswith("18/3 Lê Anh Xuân, Phường Bến Thành")


def test_numbers_can_be_read_out_and_count_up(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    first, second = shop.order(lan, milk=1).number, shop.order(lan, milk=1).number
    assert (first[:2], int(second[2:]) - int(first[2:])) == ("G-", 1)


def test_after_a_restore_numbers_have_another_letter(shop: Shop, lan: Customer, settings):
    settings.RESTORE_EPOCH = 1
    shop.stock(milk=10)
    assert shop.order(lan, milk=1).number.startswith("H-")


def test_goods_by_weight_cost_by_the_gram(shop: Shop, lan: Customer):
    shop.stock(shrimp="2.5")
    assert shop.order(lan, shrimp="0.45").total == dong(98_550 + 15_000)


def test_what_is_fetched_costs_no_delivery(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    point = delivery.save_pickup_point(store_id=shop.store.id, name_en="Desk", name_vi="Quầy", address="1 Lê Lợi")
    shop.put(lan.owner, milk=2)
    placed = ordering.place_order(
        customer_id=lan.id,
        pickup_point_id=point,
        slot_id=shop.slot(point=point),
        method=ordering.PaymentMethod.CASH_ON_DELIVERY,
        now=NOON,
    )
    assert ordering.order(order_id=placed.id).recipient == ordering.Recipient(
        "pickup", "Lan", "", "Quầy, 1 Lê Lợi", ""
    )


def test_the_agreed_total_is_the_price(shop: Shop, lan: Customer):
    shop.stock(milk=10)
    shop.put(lan.owner, milk=2)
    assert shop.check_out(lan, expected_total=dong(92_000)).total == dong(92_000)


# --- nothing happens ------------------------------------------------------------------------------
def traces(shop: Shop, lan: Customer) -> tuple[object, ...]:
    """Everything that placing an order would change."""
    return (
        ordering.cart_size(owner=lan.owner),
        shop.available("milk"),
        shop.places_taken(),
        models.Order.objects.count(),
        told("OrderPlaced"),
    )


def refused(shop: Shop, lan: Customer, error: type[DomainError], **checkout) -> DomainError:
    """Check out in vain; everything is as it was before."""
    before = traces(shop, lan)
    with pytest.raises(error) as raised:
        shop.check_out(lan, **checkout)
    assert traces(shop, lan) == before
    return raised.value


@pytest.fixture
def two_milks(shop: Shop, lan: Customer) -> Shop:
    """Ten on the shelf, two in Lan's cart."""
    shop.stock(milk=10, eggs=1, rice=1)
    shop.put(lan.owner, milk=2)
    return shop


def test_nothing_happens_when_goods_are_short_and_each_shortage_is_named(two_milks: Shop, lan: Customer):
    two_milks.put(lan.owner, eggs=3, rice=2)
    error = refused(two_milks, lan, inventory.OutOfStock)
    assert isinstance(error, inventory.OutOfStock)
    assert error.shortages == {"eggs": 2, "rice": 1}


def test_nothing_happens_when_the_slot_is_full(two_milks: Shop, lan: Customer):
    full = two_milks.slot(capacity=0, hours_ahead=8)
    refused(two_milks, lan, delivery.SlotFull, slot_id=full)


def test_nothing_happens_after_the_cut_off(two_milks: Shop, lan: Customer):
    refused(two_milks, lan, delivery.SlotClosed, now=NOON + timedelta(hours=3))


def test_nothing_happens_where_we_do_not_deliver(two_milks: Shop, lan: Customer):
    far = two_milks.address(lan.id, TAN_DINH)
    refused(two_milks, lan, delivery.OutsideDeliveryArea, address_id=far)


def test_nothing_happens_when_the_total_is_another_one(two_milks: Shop, lan: Customer):
    two_milks.sell("milk", price=40_000)
    error = refused(two_milks, lan, ordering.TotalChanged, expected_total=dong(92_000))
    assert isinstance(error, ordering.TotalChanged)
    assert (error.before, error.now) == (92_000, 95_000)


def test_nothing_happens_when_a_product_is_withdrawn(two_milks: Shop, lan: Customer):
    two_milks.put(lan.owner, eggs=1)
    two_milks.withdraw("eggs")
    error = refused(two_milks, lan, ordering.ProductNotSold)
    assert isinstance(error, ordering.ProductNotSold)
    assert error.skus == ["eggs"]


def test_nothing_happens_with_an_empty_cart(shop: Shop, lan: Customer):
    shop.stock(milk=1)
    refused(shop, lan, ordering.CartEmpty)


def test_anothers_address_does_not_exist(two_milks: Shop, lan: Customer):
    refused(two_milks, lan, NotFound, address_id=two_milks.customer("minh").address_id)


def test_anothers_slot_does_not_exist(two_milks: Shop, lan: Customer):
    refused(two_milks, lan, NotFound, slot_id=new_id())


def test_nothing_happens_below_the_minimum(two_milks: Shop, lan: Customer, settings):
    settings.MINIMUM_ORDER = 150_000
    refused(two_milks, lan, ordering.BelowMinimum)


def test_nothing_happens_when_the_card_takes_no_such_amount(two_milks: Shop, lan: Customer):
    two_milks.sell("milk", price=90_000_000)
    refused(two_milks, lan, payments.AmountTooLarge, method="card")


def test_either_an_address_or_a_pickup_point(two_milks: Shop, lan: Customer):
    with pytest.raises(Invalid):
        ordering.place_order(
            customer_id=lan.id,
            slot_id=two_milks.slot_id,
            method=ordering.PaymentMethod.CASH_ON_DELIVERY,
            now=NOON,
        )


# --- the same request again ------------------------------------------------------------------------


def test_the_same_request_again_is_told_of_the_same_order(two_milks: Shop, lan: Customer):
    first = two_milks.check_out(lan, key="one")
    assert two_milks.check_out(lan, key="one") == first
    assert ordering.placed_with(customer_id=lan.id, key="one") == first


def test_the_same_request_again_touches_nothing_that_is_in_the_cart_by_now(two_milks: Shop, lan: Customer):
    first = two_milks.check_out(lan, key="one")
    two_milks.put(lan.owner, milk=1)
    assert two_milks.check_out(lan, key="one") == first
    assert [line.quantity for line in ordering.cart(owner=lan.owner, now=NOON).lines] == [1]
    assert (models.Order.objects.count(), two_milks.places_taken()) == (1, 1)


def test_another_request_is_another_order(two_milks: Shop, lan: Customer):
    first = two_milks.check_out(lan, key="one")
    two_milks.put(lan.owner, milk=1)
    assert two_milks.check_out(lan, key="two").id != first.id


def test_anothers_key_tells_nothing(two_milks: Shop, lan: Customer):
    two_milks.check_out(lan, key="one")
    minh = two_milks.customer("minh")
    assert ordering.placed_with(customer_id=minh.id, key="one") is None
    two_milks.put(minh.owner, milk=1)
    assert two_milks.check_out(minh, key="one").state is ordering.OrderState.PLACED


def test_a_refused_request_may_be_repeated(two_milks: Shop, lan: Customer):
    with pytest.raises(ordering.TotalChanged):
        two_milks.check_out(lan, key="one", expected_total=dong(1))
    assert two_milks.check_out(lan, key="one").state is ordering.OrderState.PLACED


@pytest.mark.parametrize("lines", [3, 60])
@pytest.mark.parametrize("method", ["card", "cash_on_delivery"])
def test_statements_do_not_grow_with_the_basket(shop: Shop, lan: Customer, lines: int, method: str):
    basket = {f"sku{number}": 2 for number in range(lines)}
    shop.stock(**basket)
    shop.put(lan.owner, **basket)
    ordering.choose_slot(owner=lan.owner, slot_id=shop.slot_id, now=NOON)
    with statements() as sent:
        shop.check_out(lan, method=method, key="one")
    assert len(sent) == 17
