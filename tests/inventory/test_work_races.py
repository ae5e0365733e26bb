"""Several people at one receipt, one lot, one midnight: real connections, real locks."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import pytest

from grocery.inventory import public as inventory
from grocery.inventory.models import Markdown, Movement, StockAlert
from grocery.kernel.ids import new_id
from grocery.kernel.models import OutboxEvent
from tests.inventory.conftest import NOON, Shop, listed
from tests.inventory.crowds import all_at_once
from tests.inventory.test_receiving import Dock
from tests.inventory.test_waste import line, lot_of, waste

pytestmark = pytest.mark.django_db(transaction=True)
MIDNIGHT = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


@pytest.fixture
def shop() -> Shop:
    listed("salt", "milk")
    return Shop()


def test_a_receipt_that_many_book_is_booked_once(shop: Shop):
    dock = Dock(shop)
    receipt = dock.open()
    dock.scan(receipt, "salt", 5)
    assert all_at_once(*[partial(dock.book, receipt)] * 6) == {"done": 6}
    assert [shop.on_hand("salt"), Movement.objects.count()] == [5, 1]


def test_what_is_scanned_while_somebody_books_is_booked_or_refused_never_lost(shop: Shop):
    dock = Dock(shop)
    receipt = dock.open()
    dock.scan(receipt, "salt", 1)
    scans = [partial(dock.scan, receipt, "salt", 1) for _ in range(6)]
    ended = all_at_once(*scans, partial(dock.book, receipt))
    assert set(ended) <= {"done", "ReceiptClosed"}
    assert shop.on_hand("salt") == ended["done"]  # the first line, the scans that were in time, less the booking


def test_a_line_that_a_phone_sends_many_times_is_one(shop: Shop):
    dock, same = Dock(shop), new_id()
    receipt = dock.open()
    assert all_at_once(*[partial(dock.scan, receipt, "salt", 1, line=same)] * 6) == {"done": 6}
    dock.book(receipt)
    assert shop.on_hand("salt") == 1


def test_a_booking_that_many_undo_is_undone_once(shop: Shop):
    dock = Dock(shop)
    receipt = dock.open()
    dock.scan(receipt, "salt", 5)
    dock.book(receipt)
    assert all_at_once(*[partial(dock.undo, receipt)] * 4) == {"done": 4}
    assert [shop.on_hand("salt"), Movement.objects.filter(kind="adjusted").count()] == [0, 1]


def test_of_one_unit_either_the_customer_or_the_bin_gets_it(shop: Shop):
    shop.receive("milk", 1, expires=3)
    wasted = line(lot_of("milk", 3), 1)
    ended = all_at_once(partial(shop.reserve, "cart:a", milk=1), partial(waste, shop, wasted))
    assert ended in ({"done": 1, "OutOfStock": 1}, {"done": 1, "ChangesRefused": 1})
    assert [shop.available("milk"), inventory.check_stock()] == [0, []]


def test_two_who_throw_away_all_that_is_free_throw_it_away_once(shop: Shop):
    shop.receive("milk", 9, expires=3)
    lot = lot_of("milk", 3)
    ended = all_at_once(*[partial(waste, shop, line(lot)) for _ in range(4)])
    assert [ended, shop.on_hand("milk")] == [{"done": 1, "NothingFree": 3}, 0]


def test_many_who_mark_one_lot_down_leave_one_markdown(shop: Shop):
    shop.receive("milk", 9, expires=3)
    lot = lot_of("milk", 3)
    marks = [
        partial(inventory.mark_down, location=shop.location, lots=[lot], percent=percent, now=NOON, by=shop.by)
        for percent in (10, 20, 30, 40)
    ]
    assert all_at_once(*marks) == {"done": 4}
    assert Markdown.objects.standing().count() == 1


def test_many_workers_turn_a_day_once(shop: Shop):
    for number in range(5):
        shop.receive(f"sku{number}", 1, expires=0)
        shop.receive(f"sku{number}", 1, expires=2)
    inventory.turn_days(now=NOON)
    StockAlert.objects.all().delete()
    before = _told()
    assert all_at_once(*[partial(inventory.turn_days, now=MIDNIGHT)] * 6) == {"done": 6}
    assert [_told() - before, StockAlert.objects.count()] == [5, 5]


def _told() -> int:
    return OutboxEvent.objects.filter(name="inventory.StockChanged").count()
