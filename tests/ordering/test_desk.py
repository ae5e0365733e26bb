"""The order desk: found, filtered, acted on many at once; how the day goes."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from grocery.accounts.public import Role
from grocery.catalog import public as catalog
from grocery.kernel.ids import new_id
from grocery.ordering import models
from grocery.ordering import public as ordering
from tests.ordering.conftest import NOON
from tests.ordering.counting import statements
from tests.ordering.staff import at_work, text, worker
from tests.ordering.walks import walker
from tests.shop import Shop

DESK = "/en/admin/ordering/order/tasks/desk/"


def look(shop: Shop, **wanted: Any) -> list[UUID]:
    seen = ordering.order_desk(store_id=shop.store.id, wanted=ordering.DeskFilter(**wanted), now=NOON)
    return [row.order_id for row in seen.rows]


@pytest.fixture
def three(shop: Shop) -> list[UUID]:
    """A confirmed order, one by card that waits for its money, and a packed one."""
    shop.allergens = ()
    shop.stock(milk=10, oat=10)
    confirmed = shop.confirmed_order(milk=1).id
    placed = shop.order(shop.customer(), method="card", milk=1).id
    return [confirmed, placed, shop.packed_order(milk=1).id]


# --- finding ------------------------------------------------------------------------------------------------
def test_without_a_filter_the_desk_sees_what_is_not_over(shop: Shop, three: list[UUID]):
    ordering.cancel(order_id=three[0], by=worker(shop, "manager"), now=NOON)
    assert look(shop) == three[1:]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"state": ordering.OrderState.PACKED}, [2]),
        ({"method": "card"}, [1]),
        ({"words": "thị lan"}, [0, 1, 2]),
        ({"words": "0903 123 456"}, [0, 1, 2]),
        ({"words": "nobody"}, []),
        ({"slot_starts_at": NOON + timedelta(hours=4)}, [0, 1, 2]),
        ({"slot_starts_at": NOON}, []),
        ({"asked": True}, []),
        ({"short": True}, []),
    ],
)
def test_orders_are_found_by(shop: Shop, three: list[UUID], wanted: dict[str, Any], found: list[int]):
    assert look(shop, **wanted) == [three[one] for one in found]


def test_an_order_is_found_by_its_number(shop: Shop, three: list[UUID]):
    assert look(shop, words=ordering.order(order_id=three[1]).number) == [three[1]]


def test_late_is_what_should_have_been_begun(shop: Shop, three: list[UUID], settings: Any):
    before = look(shop, late=True)
    settings.PICKING_LEAD_MINUTES = 240
    assert (before, look(shop, late=True)) == ([], [three[0]])


def test_open_questions_and_short_picks_are_found(shop: Shop, three: list[UUID]):
    walk = walker(shop, three[0])
    models.OrderLine.objects.filter(order_id=three[0]).update(substitution="ask")
    shortage = ordering.Shortage(new_id(), three[0], "milk", "oat")
    ordering.pick_short(shortage=shortage, by=walk.by, now=NOON)
    assert (look(shop, asked=True), look(shop, short=True)) == ([three[0]], [three[0]])


def test_another_stores_orders_are_not_seen(shop: Shop, three: list[UUID]):
    assert three
    seen = ordering.order_desk(store_id=new_id(), now=NOON)
    assert (seen.total, seen.rows, seen.counts) == (0, (), ())


def test_slots_are_counted_by_state(shop: Shop, three: list[UUID]):
    assert three
    counts = ordering.order_desk(store_id=shop.store.id, now=NOON).counts
    assert {count.state.value: count.orders for count in counts} == {"confirmed": 1, "placed": 1, "packed": 1}


# --- the day ------------------------------------------------------------------------------------------------
def test_the_day_before_anything_was_picked_has_no_figures(shop: Shop):
    seen = ordering.day_figures(store_id=shop.store.id, since=NOON, now=NOON)
    assert seen == ordering.DayFigures(0, None, None, None, None)


def test_the_day_is_reckoned_from_what_was_picked(shop: Shop):
    shop.allergens = ()
    shop.stock(milk=10, oat=10, eggs=10)
    first, second = shop.confirmed_order(milk=1, eggs=1).id, shop.confirmed_order(eggs=1, milk=1).id
    walk = walker(shop, first, second)
    for order in (first, second):
        walk.take(order, "eggs", 1)
    walk.take(first, "milk", 1)
    ordering.pick_short(shortage=ordering.Shortage(new_id(), second, "milk", "oat"), by=walk.by, now=NOON)
    walk.take(second, "oat", 1)
    half_an_hour, too_late = NOON + timedelta(minutes=30), NOON + timedelta(hours=5)
    ordering.seal(order_id=first, crates=[ordering.NewCrate("1")], by=walk.by, now=half_an_hour)
    ordering.pause_wave(wave_id=walk.wave, by=walk.by, now=half_an_hour)
    ordering.resume_wave(wave_id=walk.wave, by=walk.by, now=too_late)
    ordering.seal(order_id=second, crates=[ordering.NewCrate("2")], by=walk.by, now=too_late)
    seen = ordering.day_figures(store_id=shop.store.id, since=NOON, now=too_late)
    quarter, half = Decimal("0.25"), Decimal("0.5")
    assert (seen.sealed, seen.lines_per_hour) == (2, 8)
    assert (seen.found, seen.substituted, seen.on_time) == (1 - quarter, quarter, half)


# --- the page -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("number", [1, 30])
def test_the_page_takes_as_many_statements_for_one_as_for_many(shop: Shop, number: int):
    shop.stock(milk=number)
    slot = shop.slot(capacity=number, hours_ahead=6)
    lan = shop.customer()
    for _ in range(number):
        shop.put(lan.owner, milk=1)
        shop.check_out(lan, slot_id=slot)
    client = at_work(shop.store.id, Role.MANAGER)
    client.get(DESK)
    with statements() as sent:
        page = text(client.get(DESK))
    assert (page.count("order-row"), len([sql for sql in sent if '"ordering_' in sql])) == (number, 7)


def act(client: Any, do: str, *orders: UUID, **answers: str) -> str:
    return text(client.post(f"{DESK}act/", {"do": do, "order": [str(one) for one in orders], **answers}, follow=True))


def test_what_is_sent_off_is_said_order_by_order(shop: Shop, three: list[UUID]):
    page = act(at_work(shop.store.id, Role.DISPATCHER), "dispatch", three[0], three[2])
    number = ordering.order(order_id=three[0]).number
    assert ("1 order done." in page, f"Refused: Order {number} is confirmed" in page) == (True, True)
    assert [shop.state(order) for order in (three[0], three[2])] == ["confirmed", "out_for_delivery"]


def test_many_are_cancelled_with_a_reason(shop: Shop, three: list[UUID]):
    page = act(at_work(shop.store.id, Role.SUPPORT), "cancel", *three, motive="goods_missing", reason="Freezer broke")
    step = ordering.order(order_id=three[0]).timeline[-1]
    assert ("2 orders done." in page, step.reason, step.motive) == (True, "Freezer broke", "goods_missing")
    assert shop.state(three[2]) == "packed"


def test_a_wave_is_started_from_the_desk(shop: Shop, three: list[UUID]):
    act(at_work(shop.store.id, Role.PICKER), "wave", three[0])
    assert shop.state(three[0]) == "picking"


def test_labels_of_what_is_ticked_are_one_file(shop: Shop, three: list[UUID]):
    walk = walker(shop, three[0])
    walk.take(three[0], "milk", 1)
    ordering.seal(order_id=three[0], crates=[ordering.NewCrate("1")], by=walk.by, now=NOON)
    client = at_work(shop.store.id, Role.DISPATCHER)
    answer = client.post(f"{DESK}act/", {"do": "labels", "order": [str(one) for one in three]}, follow=True)
    assert answer["Content-Type"] == "application/pdf"


def test_nothing_ticked_is_said(shop: Shop):
    assert "Tick some orders first." in act(at_work(shop.store.id, Role.MANAGER), "dispatch")


@pytest.mark.parametrize(
    ("role", "do"),
    [(Role.DISPATCHER, "cancel"), (Role.DISPATCHER, "wave"), (Role.PICKER, "cancel"), (Role.SUPPORT, "dispatch")],
)
def test_who_may_not_is_told_so(shop: Shop, three: list[UUID], role: Role, do: str):
    client = at_work(shop.store.id, role)
    answer = client.post(f"{DESK}act/", {"do": do, "order": [str(three[0])]})
    assert (answer.status_code, shop.state(three[0])) == (403, "confirmed")


def test_another_stores_orders_are_refused_one_by_one(shop: Shop, three: list[UUID]):
    elsewhere = catalog.save_store(code="cho-lon", name_en="Chợ Lớn", name_vi="Chợ Lớn")
    page = act(at_work(elsewhere.id, Role.MANAGER), "cancel", three[0])
    assert ("Refused:" in page, shop.state(three[0])) == (True, "confirmed")


@pytest.mark.parametrize(
    "asked", ["state=eaten", "slot=yesterday", "from=-1", "from=9999999999", "q=%00", "method=gold"]
)
def test_what_nobody_means_is_passed_over(shop: Shop, three: list[UUID], asked: str):
    assert at_work(shop.store.id, Role.MANAGER).get(f"{DESK}?{asked}").status_code == 200
    assert three


def test_buyers_have_no_desk(shop: Shop):
    assert at_work(shop.store.id, Role.BUYER).get(DESK).status_code == 403
