"""The pages on which staff look after the shelf, by HTTP: waste, what expires, alerts; and what they leave behind."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from grocery.accounts.public import Role
from grocery.inventory import public as inventory
from grocery.inventory.models import Barcode, Lot, Markdown, StockAlert, Transfer, Wastage
from grocery.kernel.ids import new_id
from grocery.kernel.quantity import quantity
from tests.inventory.conftest import NOON, Facts, Shop, days, listed
from tests.inventory.staff import signed_in, text
from tests.inventory.test_waste import lot_of, picture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_counter")]
WORK = "/en/admin/inventory/stockitem/tasks/"
WASTE, EXPIRING, ALERTS = f"{WORK}waste/", f"{WORK}expiring/", f"{WORK}alerts/"


@pytest.fixture
def picker(shop: Shop) -> Client:
    listed("milk", "salt", "rice")
    return signed_in(Role.PICKER, store_id=shop.location)


# --- waste --------------------------------------------------------------------------------------------------------


def throw_away(client: Client, sku: str, expires: int | None = None, **said: Any) -> Any:
    form = {"key": new_id(), "lot": lot_of(sku, expires), "quantity": "1", "reason": "damaged"} | said
    return client.post(f"{WASTE}?sku={sku}", form)


def test_lots_are_offered_expired_first_and_the_first_is_chosen(picker: Client, shop: Shop):
    shop.receive("milk", 5, expires=3, lot="LATER")
    shop.receive("milk", 5, expires=1, lot="SOON")
    Lot.objects.filter(lot_code="SOON").update(expires_on=days(-1))
    page = picker.get(WASTE, {"code": "milk"})
    offered = page.context["lots"]
    assert [(lot.name[:5], lot.keeps, lot.chosen) for lot in offered] == [
        ("SOON ", "expired 1 day ago", True),
        ("LATER", "3 days left", False),
    ]


def test_a_link_names_the_lot(picker: Client, shop: Shop):
    shop.receive("milk", 5, expires=3)
    shop.receive("milk", 5, expires=1)
    page = picker.get(WASTE, {"lot": str(lot_of("milk", 3))})
    assert [lot.chosen for lot in page.context["lots"]] == [False, True]


def test_goods_are_thrown_away_with_a_photo_that_staff_of_the_store_see(
    picker: Client, shop: Shop, settings: Any, tmp_path: Path
):
    settings.MEDIA_ROOT = tmp_path
    shop.receive("salt", 5)
    taken = SimpleUploadedFile("../../etc/passwd.exe", picture().getvalue())
    assert throw_away(picker, "salt", quantity="2", note="wet", photo=taken).status_code == 302
    address = f"{WASTE}{Wastage.objects.get().id}/photo/"
    seen: Any = picker.get(address)
    assert (seen["Content-Type"], b"".join(seen.streaming_content)[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    assert [shop.on_hand("salt"), "damaged: wet" in text(picker.get(WASTE))] == [3, True]
    strangers = [signed_in(Role.PICKER, store_id=Shop().location), signed_in(Role.SUPPORT), Client()]
    assert [stranger.get(address).status_code for stranger in strangers] == [404, 403, 302]


def test_what_is_no_photo_wastes_nothing(picker: Client, shop: Shop):
    shop.receive("salt", 5)
    answer = throw_away(picker, "salt", photo=SimpleUploadedFile("photo.jpg", b"<script>"))
    assert ["not a JPEG" in text(answer), shop.on_hand("salt")] == [True, 5]


def test_a_photo_of_refused_waste_is_not_kept(picker: Client, shop: Shop, settings: Any, tmp_path: Path):
    settings.MEDIA_ROOT = tmp_path
    shop.receive("salt", 5)
    answer = throw_away(picker, "salt", quantity="6", photo=SimpleUploadedFile("a.jpg", picture().getvalue()))
    assert ["Only 5 is there." in text(answer), list(tmp_path.rglob("*.jpg"))] == [True, []]


def test_a_lot_of_another_product_or_store_cannot_be_smuggled_in(picker: Client, shop: Shop):
    shop.receive("salt", 5)
    shop.receive("milk", 5, expires=3)
    Shop().receive("rice", 5)
    for lot in (lot_of("milk", 3), lot_of("rice")):
        assert throw_away(picker, "salt", lot=lot).status_code == 200
    assert Wastage.objects.count() == 0


def test_what_was_noted_today_is_taken_back(picker: Client, shop: Shop):
    shop.receive("salt", 5)
    throw_away(picker, "salt")
    answer = picker.post(f"{WASTE}{Wastage.objects.get().id}/undo/", follow=True)
    assert ["Taken back" in text(answer), shop.on_hand("salt")] == [True, 5]


# --- expiring -----------------------------------------------------------------------------------------------------


def chosen(action: str, *lots: object, **said: Any) -> dict[str, Any]:
    return {"key": new_id(), "action": action, "lot": [str(lot) for lot in lots]} | said


def test_lots_are_shown_day_by_day_with_what_they_are_worth(picker: Client, shop: Shop):
    shop.receive("milk", 5, expires=1)
    shop.receive("salt", 2, expires=1)
    shop.receive("rice", 1, expires=3)
    shop.receive("rice", 9, expires=4)
    groups = picker.get(EXPIRING).context["groups"]
    assert [(group.day, group.keeps, len(group.rows), group.value.minor) for group in groups] == [
        ("21/11/2026", "1 day left", 2, 70_000),
        ("23/11/2026", "3 days left", 1, 10_000),
    ]


@pytest.mark.parametrize(("ahead", "lots"), [("1", 1), ("7", 2), ("999", 1), ("x", 1)])
def test_how_far_one_looks_ahead_is_chosen(picker: Client, shop: Shop, ahead: str, lots: int):
    shop.receive("milk", 5, expires=1)
    shop.receive("milk", 5, expires=6)
    assert picker.get(EXPIRING, {"days": ahead}).context["size"] == lots


def test_another_stores_lots_are_not_shown(picker: Client):
    Shop().receive("milk", 5, expires=1)
    assert "Nothing expires in these days." in text(picker.get(EXPIRING))


def test_chosen_lots_are_marked_down_and_up_again(picker: Client, shop: Shop, facts: Facts):
    for sku in ("milk", "salt", "rice"):
        shop.receive(sku, 5, expires=1)
    facts.forget()
    lots = [lot_of("milk", 1), lot_of("salt", 1)]
    picker.post(EXPIRING, chosen("mark_down", *lots, percent="30"))
    assert facts.told() == [
        "LotMarkedDown milk 30",
        "LotMarkedDown salt 30",
        "StockChanged milk v2 5/0",
        "StockChanged salt v2 5/0",
    ]
    assert "−30 %" in text(picker.get(EXPIRING))
    facts.forget()
    picker.post(EXPIRING, chosen("mark_down", *lots, percent="30"))  # nothing new
    picker.post(EXPIRING, chosen("mark_down", lots[0], percent="50"))
    picker.post(EXPIRING, chosen("mark_up", *lots))
    assert facts.told() == [
        "LotMarkedDown milk 50",
        "MarkdownEnded milk 30",
        "MarkdownEnded milk 50",
        "MarkdownEnded salt 30",
        "StockChanged milk v3 5/0",
        "StockChanged milk v4 5/0",
        "StockChanged salt v3 5/0",
    ]
    assert list(Markdown.objects.standing()) == []


@pytest.mark.parametrize("percent", ["0", "91", "-5", "x", ""])
def test_no_other_percentage_is_taken(picker: Client, shop: Shop, percent: str):
    shop.receive("milk", 5, expires=1)
    answer = picker.post(EXPIRING, chosen("mark_down", lot_of("milk", 1), percent=percent), follow=True)
    assert ["From 1 to 90 percent." in text(answer), Markdown.objects.count()] == [True, 0]


def test_expired_lots_are_not_marked_down(picker: Client, shop: Shop):
    shop.receive("milk", 5, expires=1)
    Lot.objects.update(expires_on=days(-1))
    picker.post(EXPIRING, chosen("mark_down", lot_of("milk", -1), percent="30"))
    assert Markdown.objects.count() == 0


def test_chosen_lots_are_thrown_away_but_for_what_is_promised(picker: Client, shop: Shop):
    shop.receive("milk", 5, expires=1)
    shop.receive("salt", 5, expires=1)
    shop.receive("rice", 5, expires=1)
    shop.reserve("cart:a", milk=2, rice=5)
    form = chosen("waste", *(lot_of(sku, 1) for sku in ("milk", "salt", "rice")))
    answer = picker.post(EXPIRING, form, follow=True)
    assert "2 lots thrown away. 1 was left: all of it is reserved for customers." in text(answer)
    picker.post(EXPIRING, form)  # an impatient thumb
    assert [shop.on_hand(sku) for sku in ("milk", "salt", "rice")] == [2, 0, 5]


def test_chosen_lots_are_drafted_to_another_store(picker: Client, shop: Shop):
    there = Shop()
    shop.receive("milk", 5, expires=2)
    answer = picker.post(EXPIRING, chosen("move", lot_of("milk", 2), store=there.location))
    assert answer["Location"] == f"{WORK}transfers/{Transfer.objects.get().id}/"
    assert [(moved.source, moved.destination) for moved in Transfer.objects.all()] == [
        (shop.location, there.location)
    ]
    assert shop.on_hand("milk") == 5  # a draft moves nothing


@pytest.mark.parametrize("form", [chosen("mark_down"), chosen("steal", new_id()), chosen("waste", "x")])
def test_without_a_choice_nothing_happens(picker: Client, form: dict[str, Any]):
    assert "Choose some lots first." in text(picker.post(EXPIRING, form, follow=True))


@pytest.mark.parametrize("action", ["mark_down", "mark_up", "waste", "move"])
def test_another_stores_lots_are_not_touched(picker: Client, action: str):
    other = Shop()
    other.receive("milk", 5, expires=1)
    picker.post(EXPIRING, chosen(action, lot_of("milk", 1), percent="30", store=other.location))
    assert [other.on_hand("milk"), Markdown.objects.count(), Transfer.objects.count()] == [5, 0, 0]


def test_the_file_has_every_lot_and_no_formulas(picker: Client, shop: Shop):
    shop.receive("milk", 5, expires=1, lot="=1+1")
    shop.receive("salt", "2.5", expires=2)
    answer = picker.get(EXPIRING, {"format": "csv"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["sku"], row["lot"], row["expires_on"], row["on_hand"], row["value"]) for row in rows] == [
        ("milk", "'=1+1", "2026-11-21", "5", "50000"),
        ("salt", "", "2026-11-22", "2.5", "25000"),
    ]


# --- alerts -------------------------------------------------------------------------------------------------------


def test_alerts_are_shown_until_somebody_has_seen_them(picker: Client, shop: Shop, deliver: Callable[[], int]):
    lines = [inventory.StockLine("salt", quantity(3), low_stock_threshold=quantity(5))]
    inventory.stock_up(location=shop.location, lines=lines, now=NOON)
    deliver()
    assert ["runs low: 3 free, low at 5" in text(picker.get(ALERTS)), _waiting(picker)] == [True, 1]
    picker.post(f"{ALERTS}{StockAlert.objects.get().id}/seen/")
    assert ["seen by you" in text(picker.get(ALERTS)), _waiting(picker)] == [True, ""]


def _waiting(client: Client) -> object:
    shown = dict(client.get(WORK).context["tiles"])
    return next(waiting for tile, waiting in shown.items() if tile.url == "admin:inventory_alerts")


# --- all of them --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [WASTE, EXPIRING, ALERTS, f"{WORK}receive/"])
def test_who_does_not_handle_goods_is_kept_out(shop: Shop, address: str):
    assert signed_in(Role.SUPPORT, store_id=shop.location).get(address).status_code == 403


@pytest.mark.parametrize("address", [f"{WASTE}?sku=milk", EXPIRING, ALERTS])
def test_more_lots_cost_no_more_statements(picker: Client, shop: Shop, address: str):
    def statements() -> int:
        with CaptureQueriesContext(connection) as ran:
            assert picker.get(address).status_code == 200
        return len(ran)

    shop.receive("milk", 5, expires=1)
    inventory.turn_days(now=NOON)
    throw_away(picker, "milk", 1)
    one = statements()
    for expires in (0, 2, 3):
        shop.receive("milk", 5, expires=expires)
        shop.receive("salt", 5, expires=expires)
    inventory.turn_days(now=NOON.replace(day=21))
    assert statements() == one


@pytest.mark.parametrize("name", ["goodsreceipt", "wastage", "markdown", "stockalert", "barcode"])
@pytest.mark.parametrize("language", ["", "/en"])
def test_what_the_work_leaves_is_read_in_the_admin(picker: Client, shop: Shop, name: str, language: str):
    shop.receive("milk", 5, expires=1)
    throw_away(picker, "milk", 1)
    buyer = signed_in(Role.BUYER)
    assert [buyer.get(f"{language}/admin/inventory/{name}/{q}").status_code for q in ("", "?q=milk")] == [200, 200]
    assert buyer.get(f"/en/admin/inventory/{name}/add/").status_code == 403


def test_codes_are_forgotten_by_who_may(picker: Client, shop: Shop):
    inventory.learn_barcode(
        gtin="08934563138165", sku="salt", pack_quantity=quantity(1), location=shop.location, now=NOON, by=shop.by
    )
    form = {"action": "forget", "_selected_action": ["08934563138165"]}
    picker.post("/en/admin/inventory/barcode/", form)
    assert Barcode.objects.count() == 1
    signed_in(Role.BUYER).post("/en/admin/inventory/barcode/", form)
    assert Barcode.objects.count() == 0
