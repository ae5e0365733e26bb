"""What staff see of delivery, and what they may change."""

from __future__ import annotations

from datetime import time, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from grocery.accounts import public as accounts
from grocery.catalog import public as catalog
from grocery.delivery import models
from grocery.delivery import public as delivery
from grocery.kernel import clock
from tests.delivery.conftest import BEN_THANH, NOON, TAN_DINH, Shop, days_of, hold, taken

PASSWORD = "ca kho to cay cay"
PAGES = ["deliveryzone", "pickuppoint", "slotplan", "slot", "slothold", "delivery"]


def signed_in(role: accounts.Role) -> Client:
    email = f"{role}@example.com"
    accounts.create_staff(email=email, password=PASSWORD, name=role.value, roles=[role])
    client = Client()
    assert client.login(username=email, password=PASSWORD)
    return client


@pytest.fixture
def manager(places: None) -> Client:
    return signed_in(accounts.Role.MANAGER)


def fill(shop: Shop, *numbers: int) -> None:
    """One of everything for each number."""
    for number in numbers:
        point = delivery.save_pickup_point(
            store_id=shop.store_id, name_en=f"Point {number}", name_vi=f"Quầy {number}", address="1 Lê Lợi"
        )
        delivery.save_slot_plan(
            store_id=shop.store_id, weekdays=[number], starts=time(8), ends=time(9), capacity=1, pickup_point_id=point
        )
        models.DeliveryZone.objects.create(
            store_id=shop.store_id, name_en=f"Zone {number}", name_vi=f"Vùng {number}", fee=number
        )
        slot = shop.slot(point=point, hours_ahead=4 + 2 * number, capacity=2)
        hold(slot, f"cart:{number}")
        shop.book(slot, point=point)


def page(client: Client, name: str, **query: str) -> str:
    response = client.get(f"/admin/delivery/{name}/", query)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_a_list_costs_the_same_whatever_its_length(manager: Client, shop: Shop, name: str):
    counts = []
    for more in ([0], [1, 2]):
        fill(shop, *more)
        page(manager, name)
        with CaptureQueriesContext(connection) as statements:
            page(manager, name)
        counts.append(len(statements))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("name", PAGES)
def test_each_page_of_one_thing_opens(manager: Client, shop: Shop, store: catalog.Store, name: str):
    shop.store_id = store.id
    models.ZoneWard.objects.create(
        zone=models.DeliveryZone.objects.create(store_id=store.id, name_en="A", name_vi="A", fee=0),
        store_id=store.id,
        ward_code=BEN_THANH,
    )
    fill(shop, 0)
    key = {
        "deliveryzone": models.DeliveryZone,
        "pickuppoint": models.PickupPoint,
        "slotplan": models.SlotPlan,
        "slot": models.Slot,
        "slothold": models.SlotHold,
        "delivery": models.Delivery,
    }[name]._default_manager.first()
    assert key is not None
    assert manager.get(f"/admin/delivery/{name}/{key.pk}/change/").status_code == 200


@pytest.mark.parametrize(
    ("name", "word"), [("slot", "Khung giờ"), ("delivery", "Chuyến giao"), ("slotplan", "Lịch tuần")]
)
def test_the_admin_speaks_vietnamese(manager: Client, name: str, word: str):
    assert word.lower() in page(manager, name).lower()


def test_a_zone_is_drawn_with_its_wards(manager: Client, store: catalog.Store):
    answer = manager.post(
        "/admin/delivery/deliveryzone/add/",
        {
            "store_id": store.id,
            "name_vi": "Trung tâm",
            "name_en": "Centre",
            "fee": 15_000,
            "free_from": 300_000,
            "ward_codes": [BEN_THANH, TAN_DINH],
        },
    )
    assert answer.status_code == 302
    zone = delivery.zone_of(store_id=store.id, ward_code=TAN_DINH)
    assert (zone.name_vi, zone.fee.minor, zone.free_from) == (
        "Trung tâm",
        15_000,
        delivery.zone_of(store_id=store.id, ward_code=BEN_THANH).free_from,
    )


def test_a_window_is_planned_for_several_days_at_once(manager: Client, store: catalog.Store):
    manager.post(
        "/admin/delivery/slotplan/add/",
        {
            "store_id": store.id,
            "weekdays": [4, 5],
            "starts": "16:00",
            "ends": "18:00",
            "capacity": 8,
            "surcharge": 0,
            "cutoff_minutes": 60,
        },
    )
    delivery.open_slots(now=NOON)
    assert [day.isoformat() for day in days_of(store.id)] == ["2026-11-20", "2026-11-21"]


def test_a_window_that_ends_before_it_starts_is_refused_in_the_form(manager: Client, store: catalog.Store):
    answer = manager.post(
        "/admin/delivery/slotplan/add/",
        {
            "store_id": store.id,
            "weekdays": [4],
            "starts": "18:00",
            "ends": "16:00",
            "capacity": 8,
            "surcharge": 0,
            "cutoff_minutes": 60,
        },
    )
    assert (answer.status_code, models.SlotPlan.objects.count()) == (200, 0)
    assert "Khung giờ phải kết thúc sau khi bắt đầu" in answer.content.decode()


def resize(client: Client, slot: UUID, capacity: int) -> str:
    address = f"/admin/delivery/slot/{slot}/change/"
    inline = {"holds-TOTAL_FORMS": 0, "holds-INITIAL_FORMS": 0}
    return client.post(address, {"capacity": capacity, **inline}, follow=True).content.decode()


def test_a_slot_is_made_larger(manager: Client, shop: Shop):
    slot = shop.slot(capacity=1)
    resize(manager, slot, 3)
    assert models.Slot.objects.get(id=slot).capacity == 3


def test_a_slot_is_not_made_smaller_than_what_is_taken_and_says_so(manager: Client, shop: Shop):
    slot = shop.slot(capacity=1)
    shop.book(slot)
    assert "Đã có 1 chỗ được đặt hoặc đang giữ." in resize(manager, slot, 0)
    assert models.Slot.objects.get(id=slot).capacity == 1


def act(client: Client, name: str, action: str, chosen: UUID, note: str = "") -> str:
    sent = {"action": action, "_selected_action": [str(chosen)], "note": note}
    return client.post(f"/admin/delivery/{name}/", sent, follow=True).content.decode()


def test_a_dispatcher_sends_a_delivery_out_and_notes_its_arrival(places: None, shop: Shop):
    dispatcher = signed_in(accounts.Role.DISPATCHER)
    order = shop.book(shop.slot())
    row = models.Delivery.objects.get().pk
    act(dispatcher, "delivery", "dispatch_chosen", row, note="Minh")
    act(dispatcher, "delivery", "complete_chosen", row)
    view = delivery.delivery(order_id=order)
    assert (view.state, view.driver, view.timeline[-1].by is not None) == ("delivered", "Minh", True)


def test_a_step_that_is_not_allowed_is_said_not_raised(manager: Client, shop: Shop):
    order = shop.book(shop.slot())
    said = act(manager, "delivery", "fail_chosen", models.Delivery.objects.get().pk)
    assert "không thể chuyển sang" in said
    assert delivery.delivery(order_id=order).state == "scheduled"


def test_support_looks_and_does_not_act(places: None, shop: Shop):
    support = signed_in(accounts.Role.SUPPORT)
    order = shop.book(shop.slot())
    act(support, "delivery", "dispatch_chosen", models.Delivery.objects.get().pk)
    assert (support.get("/admin/delivery/delivery/").status_code, delivery.delivery(order_id=order).state) == (
        200,
        "scheduled",
    )


def test_a_picker_does_not_see_deliveries(places: None):
    assert signed_in(accounts.Role.PICKER).get("/admin/delivery/delivery/").status_code == 403


def test_a_hold_is_let_go_by_staff(manager: Client, shop: Shop):
    slot = shop.slot()
    hold(slot, "cart:lan", until=clock.now() + timedelta(hours=1))
    act(manager, "slothold", "let_go", models.SlotHold.objects.get().pk)
    assert taken(slot) == 0
