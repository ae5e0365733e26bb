"""What a customer may choose from."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grocery.delivery import public as delivery
from grocery.kernel.errors import Invalid, NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.money import dong
from tests.delivery.conftest import BEN_THANH, HA_NOI_WARD, NOON, Shop, hold


def listed(shop: Shop, **how: object) -> list[delivery.SlotOffer]:
    return delivery.slots(store_id=shop.store_id, ward_code=BEN_THANH, **{"now": NOON, **how})  # type: ignore[arg-type]


def test_slots_come_by_day_and_start_so_that_a_grid_can_be_drawn(shop: Shop):
    wanted = [shop.slot(hours_ahead=hours) for hours in (28, 4, 26, 2)]
    assert [offer.slot.id for offer in listed(shop)] == [wanted[3], wanted[1], wanted[2], wanted[0]]


def test_full_and_closed_slots_are_shown_as_such(shop: Shop):
    closed, full, free = shop.slot(hours_ahead=1), shop.slot(hours_ahead=4), shop.slot(hours_ahead=6)
    hold(full, "cart:minh")
    assert [shop.state(slot) for slot in (closed, full, free)] == ["closed", "full", "open"]


def test_days_are_the_stores_days(shop: Shop):
    """22:00 in Hồ Chí Minh City is still the same day there, though London's day has 9 hours to go."""
    late = shop.slot(hours_ahead=10)
    shop.slot(hours_ahead=13)
    assert [(o.slot.id, o.slot.day) for o in listed(shop, days=1)] == [(late, date(2026, 11, 20))]


def test_this_mornings_slots_are_still_drawn(shop: Shop):
    morning = shop.slot(hours_ahead=-4)
    assert shop.state(morning) == "closed"


def test_yesterdays_are_not(shop: Shop):
    shop.slot(hours_ahead=-14)
    assert listed(shop) == []


def test_a_slot_is_on_the_stores_clock(shop: Shop):
    shop.slot(hours_ahead=4)
    (offer,) = listed(shop)
    assert f"{offer.slot.starts:%H:%M}–{offer.slot.ends:%H:%M}" == "16:00–18:00"


@pytest.mark.parametrize(("basket", "fee"), [(None, 20_000), (dong(100_000), 20_000), (dong(300_000), 0)])
def test_the_fee_is_for_this_basket(shop: Shop, basket: object, fee: int):
    shop.slot(surcharge=5_000)
    assert [offer.fee for offer in listed(shop, basket=basket)] == [dong(fee)]


def test_the_fee_asked_for_alone_is_the_one_in_the_list(shop: Shop):
    slot = shop.slot(surcharge=-5_000)
    asked = delivery.fee(slot_id=slot, ward_code=BEN_THANH, basket=dong(50_000))
    assert asked == listed(shop, basket=dong(50_000))[0].fee == dong(10_000)


def test_another_stores_slots_are_not_listed(shop: Shop):
    shop.slot(store_id=new_id())
    assert listed(shop) == []


def test_pickup_slots_are_those_of_the_point(shop: Shop):
    here, there = (
        delivery.save_pickup_point(store_id=shop.store_id, name_en=name, name_vi=name, address="1 Lê Lợi")
        for name in ("Here", "There")
    )
    slot = shop.slot(point=here)
    shop.slot(point=there)
    shop.slot()
    found = delivery.slots(store_id=shop.store_id, pickup_point_id=here, now=NOON)
    assert [(offer.slot.id, offer.fee) for offer in found] == [(slot, dong(0))]


@pytest.mark.usefixtures("places")
def test_outside_the_area_the_ward_is_named_in_the_answer(shop: Shop):
    with pytest.raises(delivery.OutsideDeliveryArea) as refused:
        delivery.slots(store_id=shop.store_id, ward_code=HA_NOI_WARD, now=NOON)
    assert (refused.value.ward_code, refused.value.ward) == (HA_NOI_WARD, "Phường Hoàn Kiếm")


def test_another_stores_pickup_point_is_not_found(shop: Shop):
    point = delivery.save_pickup_point(store_id=new_id(), name_en="X", name_vi="X", address="X")
    with pytest.raises(NotFound):
        delivery.slots(store_id=shop.store_id, pickup_point_id=point, now=NOON)


def test_a_place_must_be_named(shop: Shop):
    with pytest.raises(Invalid):
        delivery.slots(store_id=shop.store_id, now=NOON)


@pytest.mark.parametrize(("holder", "statements"), [(None, 2), ("cart:lan", 3)])
@pytest.mark.parametrize("slots", [1, 3])
def test_a_list_costs_two_statements_and_one_for_the_holder(
    shop: Shop, slots: int, holder: str | None, statements: int
):
    for number in range(slots):
        hold(shop.slot(hours_ahead=4 + 2 * number, capacity=9), "cart:lan")
    with CaptureQueriesContext(connection) as seen:
        listed(shop, holder=holder)
    assert len(seen) == statements


def test_a_hold_on_a_slot_ends_in_the_list_when_it_ends(shop: Shop):
    slot = shop.slot()
    until = NOON + timedelta(minutes=5)
    hold(slot, "cart:lan", until=until)
    shown = [shop.state(slot, now=now, holder="cart:lan") for now in (until - timedelta(seconds=1), until)]
    assert shown == ["held", "open"]
