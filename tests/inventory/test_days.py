"""Days turn at each store's midnight: expired lots go off sale by themselves, what is near its day is said, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from grocery.catalog import public as catalog
from grocery.inventory import public as inventory
from grocery.inventory.events import LotExpiringSoon
from grocery.inventory.models import Markdown, StockAlert
from grocery.inventory.services import turn_days as turning
from grocery.kernel.models import OutboxEvent
from grocery.kernel.quantity import quantity
from tests.inventory.conftest import NOON, Facts, Shop, days, listed
from tests.inventory.test_receiving import sell
from tests.inventory.test_waste import lot_of

pytestmark = pytest.mark.django_db
MIDNIGHT = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)  # the 21st begins in Hồ Chí Minh City
SECOND = timedelta(seconds=1)


@pytest.fixture
def turned(shop: Shop, facts: Facts) -> Facts:
    """The 20th has begun; what was told of it is forgotten."""
    shop.receive("milk", 5, expires=0)
    shop.receive("milk", 5, expires=9)
    shop.receive("salt", 5)
    turn(NOON)
    facts.forget()
    return facts


def turn(now: datetime) -> int:
    return inventory.turn_days(now=now)


def test_nothing_happens_before_midnight(turned: Facts):
    assert [turn(MIDNIGHT - SECOND), turned.told()] == [0, []]


def test_at_midnight_what_expired_is_told_with_a_new_version_and_what_is_left(turned: Facts, shop: Shop):
    turn(MIDNIGHT)
    assert turned.told() == ["StockChanged milk v3 10/0"]
    fact = OutboxEvent.objects.filter(name="inventory.StockChanged").latest("published_at")
    assert (fact.payload["available"], fact.payload["earliest_expiry"]) == ("5.000", str(days(9)))


def test_it_is_told_once_however_often_the_clock_ticks(turned: Facts):
    for minutes in range(3):
        turn(MIDNIGHT + timedelta(minutes=minutes))
    assert len(turned.told()) == 1


def test_missed_days_are_caught_up_with_each_item_told_once(turned: Facts, shop: Shop):
    shop.receive("beef", 1, expires=1)
    shop.receive("fish", 1, expires=2)
    shop.receive("rice", 1, expires=3)
    turned.forget()
    turn(MIDNIGHT + timedelta(days=2))
    assert turned.told() == [
        "LotExpiringSoon rice 2026-11-23",
        "StockChanged beef v2 1/0",
        "StockChanged fish v2 1/0",
        "StockChanged milk v3 10/0",
    ]


def test_emptied_lots_are_not_told_of(turned: Facts, shop: Shop):
    shop.change(inventory.ChangeKind.WASTE, "milk", 5, expires=0)
    turned.forget()
    turn(MIDNIGHT)
    assert turned.told() == []


def test_a_store_whose_goods_expired_before_its_first_day_says_so(shop: Shop, facts: Facts):
    shop.receive("milk", 5, expires=0)
    facts.forget()
    turn(MIDNIGHT)
    assert facts.told() == ["StockChanged milk v2 5/0"]


def test_each_store_turns_at_its_own_midnight(facts: Facts):
    stores = {zone: Shop(location=_store(zone)) for zone in ("Asia/Tokyo", "Asia/Ho_Chi_Minh")}
    for store in stores.values():
        store.receive("milk", 5, expires=0)
    turn(NOON)
    facts.forget()
    turn(MIDNIGHT - timedelta(hours=1))  # eleven at night here, one in the morning there
    told = OutboxEvent.objects.filter(name="inventory.StockChanged").latest("published_at")
    assert [facts.told(), told.payload["location"]] == [
        ["StockChanged milk v2 5/0"],
        str(stores["Asia/Tokyo"].location),
    ]


def _store(zone: str) -> UUID:
    return catalog.save_store(
        code=zone.lower().replace("/", "-").replace("_", "-"), name_en=zone, name_vi=zone, zone=zone
    ).id


def test_many_items_are_turned_in_batches_and_a_crash_in_between_loses_and_repeats_none(
    turned: Facts, shop: Shop, monkeypatch: pytest.MonkeyPatch
):
    for number in range(5):
        shop.receive(f"sku{number}", 1, expires=0)
    turned.forget()
    monkeypatch.setattr(turning, "_AT_ONCE", 2)
    _die_at(monkeypatch, call=3)
    with pytest.raises(InterruptedError):
        turn(MIDNIGHT)
    assert len(turned.told()) == 4
    turn(MIDNIGHT)
    assert turned.told() == [
        "StockChanged milk v3 10/0",
        *(f"StockChanged sku{number} v2 1/0" for number in range(5)),
    ]


def _die_at(monkeypatch: pytest.MonkeyPatch, *, call: int) -> None:
    """The worker dies after its work of that batch, before it is committed; once."""
    work, calls = turning._turn, iter(range(1, 100))

    def dying(*args: object, **kwargs: object) -> None:
        work(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they come
        if next(calls) == call:
            raise InterruptedError

    monkeypatch.setattr(turning, "_turn", dying)


def test_markdowns_of_expired_lots_end(turned: Facts, shop: Shop):
    inventory.mark_down(location=shop.location, lots=[lot_of("milk", 0)], percent=30, now=NOON, by=shop.by)
    turned.forget()
    turn(MIDNIGHT)
    assert turned.told() == ["MarkdownEnded milk 30", "StockChanged milk v4 10/0"]
    assert Markdown.objects.get().ended_at == MIDNIGHT


# --- reservations across days -------------------------------------------------------------------------------------


def test_extending_a_promise_does_not_make_its_goods_keep_longer(shop: Shop):
    shop.receive("milk", 1, expires=0)
    shop.receive("milk", 1, expires=9)
    shop.reserve("cart:a", on=0, until=MIDNIGHT, milk=1)
    with transaction.atomic():
        inventory.extend(holder="cart:a", until=MIDNIGHT + timedelta(hours=1), now=NOON)
        taken = inventory.reserve(
            holder="order:a",
            location=shop.location,
            demands=[inventory.Demand("milk", quantity(1))],
            good_on=days(1),
            until=None,
            now=MIDNIGHT,
            replaces="cart:a",
        )
    assert [part.expires_on for part in taken.allocations] == [days(9)]


def test_goods_that_expired_while_they_were_held_do_not_leave_the_store(shop: Shop):
    shop.receive("milk", 2, expires=0)
    shop.reserve("order:late", on=0, milk=2)
    with pytest.raises(inventory.OutOfStock) as refused:
        inventory.issue(holder="order:late", quantities=None, now=MIDNIGHT, by=shop.by)
    assert refused.value.shortages == {"milk": 2}
    shop.receive("milk", 2, expires=9)
    left = inventory.issue(holder="order:late", quantities=None, now=MIDNIGHT, by=shop.by)
    assert [(part.expires_on, part.quantity) for part in left] == [(days(9), quantity(2))]
    assert [shop.level("milk").reserved, inventory.check_stock()] == [0, []]


# --- expiring soon ------------------------------------------------------------------------------------------------


def soon() -> list[str]:
    events = OutboxEvent.objects.filter(name=LotExpiringSoon.name).order_by("published_at", "id")
    return [f"{event.payload['sku']} {event.payload['expires_on']}" for event in events]


def test_how_soon_is_said_by_a_setting(shop: Shop, settings: Any):
    settings.EXPIRES_SOON_DAYS = 1
    for day in (1, 2):
        shop.receive("milk", 5, expires=day)
    turn(NOON)
    assert soon() == [f"milk {days(1)}"]


def test_a_lot_is_said_to_expire_soon_three_days_ahead_once(shop: Shop):
    listed("milk")
    shop.receive("milk", 5, expires=4)
    for day in range(5):
        turn(NOON + timedelta(days=day))
    assert soon() == [f"milk {days(4)}"]


def test_products_with_a_promise_are_said_so_many_days_earlier(shop: Shop):
    sell("milk", fresh=4, perishable=True)
    shop.receive("milk", 5, expires=7)
    shop.receive("milk", 5, expires=8)
    turn(NOON)
    assert soon() == [f"milk {days(7)}"]


def test_an_alert_of_a_lot_ends_when_the_lot_is_empty(shop: Shop, deliver: Callable[[], int]):
    shop.receive("milk", 5, expires=1)
    turn(NOON)
    deliver()
    assert StockAlert.objects.get().ended_at is None
    shop.change(inventory.ChangeKind.WASTE, "milk", 5, expires=1)
    deliver()
    assert StockAlert.objects.get().ended_at == NOON
