"""The pages on which staff receive goods, by HTTP."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from grocery.accounts.public import Role
from grocery.catalog import public as catalog
from grocery.inventory.models import Barcode, GoodsReceipt, ReceiptLine
from grocery.kernel.ids import new_id
from grocery.kernel.quantity import quantity
from tests.inventory.conftest import Shop
from tests.inventory.staff import signed_in, text
from tests.inventory.test_receiving import CASE_OF_MILK, MILK, Dock, sell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_counter")]
RECEIVE = "/en/admin/inventory/stockitem/tasks/receive/"
FULL = f"01{MILK}17261130" + "10L1\x1d3724"


@pytest.fixture
def dock(shop: Shop) -> Dock:
    sell("milk", fresh=4, perishable=True, gtin=MILK)
    sell("salt")
    return Dock(shop)


@pytest.fixture
def picker(dock: Dock) -> Client:
    return signed_in(Role.PICKER, store_id=dock.shop.location)


def begin(client: Client, supplier: str = "Dalat Milk") -> str:
    """Open a receipt; the address of its page."""
    answer = client.post(RECEIVE, {"key": new_id(), "supplier": supplier, "reference": "DN-1"})
    assert answer.status_code == 302
    return str(answer["Location"])


def receive(client: Client, address: str, code: str, **said: Any) -> Any:
    return client.post(f"{address}?code={code}", {"key": new_id(), "quantity": "1"} | said)


def value(answer: Any, name: str) -> str:
    """What stands in a field of the page."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*>', text(answer))
    assert found, name
    written = re.search(r'value="([^"]*)"', found.group())
    return written.group(1) if written else ""


def test_a_scan_fills_in_what_the_code_says(picker: Client):
    page = picker.get(begin(picker), {"code": FULL})
    assert {name: value(page, name) for name in ("lot_code", "expires_on", "quantity")} == {
        "lot_code": "L1",
        "expires_on": "2026-11-30",
        "quantity": "24",
    }


def test_what_is_received_is_listed_and_booked(dock: Dock, picker: Client):
    address = begin(picker)
    picker.post(
        f"{address}?code={MILK}", {"key": new_id(), "quantity": "24", "lot_code": "L1", "expires_on": "2026-11-30"}
    )
    assert "L1 · best before 30/11/2026" in text(picker.get(address))
    booked = picker.post(f"{address}book/", follow=True)
    assert ["Booked: Dalat Milk is in stock." in text(booked), dock.shop.on_hand("milk")] == [True, 24]


@pytest.mark.parametrize("amount", ["2,5", "2.5"])
def test_a_comma_is_a_point(picker: Client, amount: str):
    sell("beef", unit=catalog.Unit.KG)
    receive(picker, begin(picker), "beef", quantity=amount)
    assert [str(line.quantity) for line in ReceiptLine.objects.all()] == ["2.500"]


def test_a_form_sent_twice_is_one_line(picker: Client):
    address, key = begin(picker), new_id()
    assert [receive(picker, address, "salt", key=key).status_code for _ in range(2)] == [302, 302]
    assert ReceiptLine.objects.count() == 1


def test_short_dated_goods_are_asked_about_before_and_after_sending(picker: Client):
    address = begin(picker)
    asked = picker.get(address, {"code": f"01{MILK}17261123"})
    refused = receive(picker, address, MILK, expires_on="2026-11-23")
    assert ["3 days left, 5 needed." in text(page) for page in (asked, refused)] == [True, True]
    assert ReceiptLine.objects.count() == 0
    receive(picker, address, MILK, expires_on="2026-11-23", accept="on")
    assert ReceiptLine.objects.get().short_dated


def test_an_unknown_code_is_learnt_when_staff_say_what_it_is(picker: Client):
    address, code = begin(picker), "8934563138165"
    assert "Nobody knows 08934563138165 yet." in text(picker.get(address, {"code": code}))
    found = text(picker.get(address, {"code": code, "q": "salt"}))
    assert f"code={code}&amp;sku=salt" in found
    form = {"key": new_id(), "quantity": "12", "pack_quantity": "6", "remember": "on"}
    picker.post(f"{address}?code={code}&sku=salt", form)
    assert [(known.gtin, known.sku, known.pack_quantity) for known in Barcode.objects.all()] == [
        ("08934563138165", "salt", quantity(6))
    ]
    assert value(picker.get(address, {"code": code}), "quantity") == "6"


def test_a_code_is_not_learnt_unasked_or_without_saying_how_much(picker: Client):
    address = begin(picker)
    wrong = receive(picker, address, CASE_OF_MILK, expires_on="2026-11-30", remember="on")
    assert "Say how much, or do not remember it." in text(wrong)
    receive(picker, address, CASE_OF_MILK, expires_on="2026-11-30")
    assert [Barcode.objects.count(), ReceiptLine.objects.count()] == [0, 1]


@pytest.mark.parametrize(("language", "why"), [("/en", "check digit"), ("", "sai số kiểm tra")])
def test_an_unreadable_code_says_why(picker: Client, language: str, why: str):
    page = picker.get(begin(picker).replace("/en", language), {"code": "8936041200013"})
    assert why in text(page)


def test_a_line_is_taken_off_again(picker: Client):
    address = begin(picker)
    receive(picker, address, "salt")
    picker.post(f"{address}lines/{ReceiptLine.objects.get().id}/off/")
    assert "taken off" in text(picker.get(address))


def test_another_stores_receipt_is_not_there(dock: Dock, picker: Client):
    other = Dock(Shop()).open()
    paths = [f"{RECEIVE}{other}/", f"{RECEIVE}{new_id()}/"]
    assert [picker.get(path).status_code for path in paths] == [404, 404]
    assert picker.post(f"{paths[0]}book/").status_code == 404


def test_who_scans_does_not_undo_bookings_and_who_decides_does(dock: Dock, picker: Client):
    address = begin(picker)
    receive(picker, address, "salt", quantity="5")
    picker.post(f"{address}book/")
    undo = f"{address}undo/"
    assert [picker.get(undo).status_code, "undo/" in text(picker.get(address))] == [403, False]
    buyer = signed_in(Role.BUYER, store_id=dock.shop.location)
    assert "undo/" in text(buyer.get(address))
    buyer.post(undo, {"key": new_id(), "reason": "wrong store"})
    assert [GoodsReceipt.objects.get().state, dock.shop.on_hand("salt")] == ["reversed", 0]


def test_a_longer_receipt_costs_no_more_statements(picker: Client):
    address = begin(picker)

    def statements() -> int:
        with CaptureQueriesContext(connection) as ran:
            assert picker.get(address).status_code == 200
        return len(ran)

    receive(picker, address, "salt")
    one = statements()
    for _ in range(3):
        receive(picker, address, "milk", expires_on="2026-12-30")
    assert statements() == one
