"""A place becomes a delivery, and goes back when the order is called off."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from grocery.delivery import models
from grocery.delivery import public as delivery
from grocery.kernel.errors import NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.money import dong
from tests.delivery.conftest import HA_NOI_WARD, LATER, NOON, SOON, Shop, destination, hold, taken

LAN, MINH = "cart:lan", "cart:minh"


def point_of(store_id: UUID) -> delivery.PickupPointId:
    return delivery.save_pickup_point(
        store_id=store_id, name_en="Counter", name_vi="Quầy", address="1 Lê Lợi", hours_en="8–21h", hours_vi="8–21h"
    )


def test_a_booking_takes_over_the_holders_place(shop: Shop):
    slot = shop.slot(capacity=1)
    hold(slot, LAN)
    shop.book(slot, holder=LAN)
    assert (taken(slot), delivery.held(holder=LAN, now=NOON)) == (1, None)


def test_without_a_hold_a_free_place_is_taken(shop: Shop):
    slot = shop.slot(capacity=2)
    shop.book(slot)
    assert taken(slot) == 1


def test_a_place_that_another_keeps_cannot_be_booked(shop: Shop):
    slot = shop.slot(capacity=1)
    hold(slot, LAN)
    with pytest.raises(delivery.SlotFull):
        shop.book(slot, holder=MINH)


def test_a_hold_that_has_ended_does_not_book_a_place_that_is_gone(shop: Shop):
    slot = shop.slot(capacity=1)
    hold(slot, LAN, until=SOON)
    hold(slot, MINH, now=SOON, until=LATER)
    with pytest.raises(delivery.SlotFull):
        shop.book(slot, holder=LAN, now=SOON)


def test_booking_another_slot_lets_the_held_one_go(shop: Shop):
    held, wanted = shop.slot(), shop.slot(hours_ahead=6)
    hold(held, LAN)
    shop.book(wanted, holder=LAN)
    assert (taken(held), taken(wanted)) == (0, 1)


def test_a_cancelled_delivery_gives_its_place_back_once(shop: Shop):
    slot = shop.slot(capacity=1)
    order = shop.book(slot)
    delivery.cancel(order_id=order, now=NOON)
    delivery.cancel(order_id=order, now=NOON)
    assert taken(slot) == 0


def test_after_the_cut_off_nothing_is_booked(shop: Shop):
    slot = shop.slot(hours_ahead=1)
    with pytest.raises(delivery.SlotClosed):
        shop.book(slot)


@pytest.mark.usefixtures("places")
def test_outside_the_area_nothing_is_booked_and_the_ward_is_named(shop: Shop):
    slot = shop.slot()
    with pytest.raises(delivery.OutsideDeliveryArea, match="Hoàn Kiếm"):
        shop.book(slot, ward_code=HA_NOI_WARD)


def test_another_stores_slot_is_not_found(shop: Shop):
    slot = shop.slot(store_id=new_id())
    with pytest.raises(NotFound):
        shop.book(slot)


def test_a_pickup_is_booked_at_its_own_point(shop: Shop):
    slot = shop.slot(point=(point := point_of(shop.store_id)))
    order = shop.book(slot, point=point)
    view = delivery.delivery(order_id=order)
    assert (view.mode, view.destination.pickup_point_id, view.fee) == ("pickup", point, dong(0))


def test_a_pickup_slot_does_not_serve_a_street(shop: Shop):
    slot = shop.slot(point=point_of(shop.store_id))
    with pytest.raises(NotFound):
        shop.book(slot)


@pytest.mark.parametrize(("basket", "fee"), [(299_999, 20_000), (300_000, 0)])
def test_the_fee_of_the_ward_and_window_is_kept_with_the_delivery(shop: Shop, basket: int, fee: int):
    order = shop.book(shop.slot(surcharge=5_000), basket=dong(basket))
    assert delivery.delivery(order_id=order).fee == dong(fee)


def test_the_delivery_keeps_its_own_copy_of_where_and_when(shop: Shop):
    slot = shop.slot()
    order = shop.book(slot)
    models.Slot.objects.update(surcharge=99_000)
    view = delivery.delivery(order_id=order)
    assert (view.destination, view.slot_id, view.fee) == (destination(), slot, dong(15_000))


def test_an_order_is_booked_once(shop: Shop):
    slot = shop.slot(capacity=2)
    order = shop.book(slot)
    with pytest.raises(IntegrityError), transaction.atomic():
        shop.book(slot, order_id=order)
    assert taken(slot) == 1


@pytest.mark.django_db(transaction=True)
def test_a_booking_is_refused_outside_a_transaction(shop: Shop):
    with pytest.raises(AssertionError, match="stands and falls with the order"):
        delivery.book(
            slot_id=shop.slot(),
            holder=LAN,
            order_id=new_id(),
            customer_id=new_id(),
            store_id=shop.store_id,
            destination=destination(),
            basket=dong(0),
            now=NOON,
        )


def test_a_booking_with_a_hold_costs_five_statements(shop: Shop):
    slot = shop.slot()
    hold(slot, LAN)
    with CaptureQueriesContext(connection) as statements:
        shop.book(slot, holder=LAN)
    assert len([s for s in statements if "SAVEPOINT" not in s["sql"]]) == 5
