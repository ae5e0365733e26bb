"""Where goods stand: said by staff on the phone or by a file; by their department where nobody has."""

from __future__ import annotations

import csv
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from grocery.accounts.public import Role
from grocery.catalog import public as catalog
from grocery.config import demo_goods
from grocery.inventory import public as inventory
from grocery.inventory.models import ShelfPlace
from grocery.inventory.public import NewPlace, Place, Zone
from grocery.kernel.errors import NotFound
from grocery.kernel.ids import new_id
from tests.inventory.conftest import NOON, Shop, listed
from tests.inventory.crowds import all_at_once
from tests.inventory.staff import signed_in, text

pytestmark = pytest.mark.django_db
PLACES = "/en/admin/inventory/stockitem/tasks/places/"


def departments() -> None:
    """Dry goods, fresh goods with eggs among them, frozen goods: in this order."""
    catalog.save_category(slug="gao-mi", name_en="Rice", name_vi="Gạo", position=1)
    catalog.save_category(slug="thit-trung", name_en="Meat", name_vi="Thịt", position=2)
    catalog.save_category(slug="trung", name_en="Eggs", name_vi="Trứng", parent="thit-trung")
    catalog.save_category(slug="thit-bo", name_en="Beef", name_vi="Thịt bò", parent="thit-trung")
    catalog.save_category(slug="dong-lanh", name_en="Frozen", name_vi="Đông lạnh", position=3)
    for sku, category in (("rice", "gao-mi"), ("eggs", "trung"), ("beef", "thit-bo"), ("peas", "dong-lanh")):
        draft = catalog.ProductDraft(sku=sku, name_en=sku, name_vi=sku, category=category, price=10_000)
        catalog.save_product(draft=draft, now=NOON)


@pytest.fixture
def shop(db: None) -> Shop:
    departments()
    return Shop()


def say(shop: Shop, *places: NewPlace) -> inventory.PlacesDone:
    return inventory.place_goods(location=shop.location, places=places, now=NOON, by=shop.by)


def where(shop: Shop, *skus: str) -> list[Place]:
    found = inventory.places(skus=skus, location=shop.location)
    return [found[sku] for sku in skus]


# --- looking up ---


def test_what_was_said_is_where_it_stands(shop: Shop):
    say(shop, NewPlace("rice", Zone.AMBIENT, "A3", "2", 30))
    assert where(shop, "rice") == [Place("rice", Zone.AMBIENT, "A3", "2", 30)]


def test_where_nobody_has_said_it_zone_and_order_are_the_departments(shop: Shop):
    found = where(shop, "rice", "eggs", "beef", "peas")
    assert [(place.zone.value, place.said, place.aisle) for place in found] == [
        ("ambient", False, ""),
        ("ambient", False, ""),
        ("chilled", False, ""),
        ("frozen", False, ""),
    ]
    assert sorted(found, key=lambda place: place.order) == [found[0], found[2], found[1], found[3]]


def test_what_the_catalogue_does_not_know_is_last(shop: Shop):
    [unknown, rice] = where(shop, "gone", "rice")
    assert [unknown.zone, unknown.said] == [Zone.AMBIENT, False]
    assert unknown.order > rice.order


def test_what_is_left_open_is_as_in_the_department(shop: Shop):
    usual = where(shop, "peas")[0]
    say(shop, NewPlace("peas", aisle="F1"))
    assert where(shop, "peas") == [Place("peas", Zone.FROZEN, "F1", "", usual.order)]


def test_each_store_has_its_own_places(shop: Shop):
    say(shop, NewPlace("rice", Zone.AMBIENT, "A3", "2", 30))
    assert not where(Shop(), "rice")[0].said


def test_many_places_are_one_statement_and_unsaid_ones_cost_no_more_than_one(shop: Shop):
    say(shop, NewPlace("rice"), NewPlace("eggs"))

    def statements(*skus: str) -> int:
        with CaptureQueriesContext(connection) as done:
            where(shop, *skus)
        return len(done)

    assert statements("rice", "eggs") == 1
    assert statements("rice", "beef", "peas") == statements("peas")


# --- saying ---


def test_only_what_is_new_is_written(shop: Shop):
    assert say(shop, NewPlace("rice", aisle="A"), NewPlace("eggs", aisle="B")).changed == ("eggs", "rice")
    assert say(shop, NewPlace("rice", aisle="A"), NewPlace("eggs", aisle="C")).changed == ("eggs",)


def test_of_a_sku_named_twice_the_last_line_counts(shop: Shop):
    say(shop, NewPlace("rice", aisle="A"), NewPlace("rice", aisle="B"))
    assert where(shop, "rice")[0].aisle == "B"


@pytest.mark.parametrize(
    ("place", "why"),
    [
        (NewPlace("gone"), "unknown_sku"),
        (NewPlace("no sku"), "sku"),
        (NewPlace("rice", aisle="A" * 13), "place"),
        (NewPlace("rice", shelf="<b>"), "place"),
        (NewPlace("rice", shelf="1\n2"), "place"),
        (NewPlace("rice", order=32_001), "order"),
        (NewPlace("rice", order=-1), "order"),
    ],
)
def test_lines_that_cannot_be_are_told_and_the_others_done(shop: Shop, place: NewPlace, why: str):
    done = say(shop, place, NewPlace("eggs", aisle="Dãy 3"))
    assert [(one.line, one.code) for one in done.refused] == [(1, why)]
    assert [done.changed, where(shop, "eggs")[0].aisle] == [("eggs",), "Dãy 3"]


def test_a_store_that_there_is_not_has_no_places(shop: Shop):
    with pytest.raises(NotFound):
        inventory.place_goods(location=new_id(), places=[NewPlace("rice")], now=NOON, by=None)


@pytest.mark.django_db(transaction=True)
def test_many_who_say_where_the_same_goods_stand_do_not_wait_in_a_circle():
    departments()
    shop = Shop()
    lines = [NewPlace(sku, aisle=aisle) for aisle, sku in zip("ABCD", ("rice", "eggs", "beef", "peas"), strict=True)]
    ended = all_at_once(*[partial(say, shop, *(lines if turn % 2 else lines[::-1])) for turn in range(8)])
    assert ended == {"done": 8}
    assert [place.aisle for place in where(shop, "rice", "eggs", "beef", "peas")] == list("ABCD")
    connection.close()


# --- from a file ---


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "places.csv"


def take(shop: Shop, file: Path, *lines: str, **more: Any) -> inventory.PlacesProgress:
    file.write_text("\n".join(lines), encoding="utf-8")
    return inventory.import_places(path=file, location=shop.location, now=NOON, **more)


def test_a_file_says_where_goods_stand(shop: Shop, file: Path):
    done = take(shop, file, "sku,zone,aisle,shelf,order", "rice,ambient,A3,2,30", "beef,,C1,,")
    assert [done.lines, done.changed, done.rejected] == [2, 2, 0]
    assert [str(place.aisle) for place in where(shop, "rice", "beef")] == ["A3", "C1"]
    assert where(shop, "beef")[0].zone is Zone.CHILLED


def test_in_vietnamese_too(shop: Shop, file: Path):
    take(shop, file, "Mã hàng;Khu;Dãy;Kệ;Thứ tự", "rice;Mát;Dãy 1;2;7", "peas;đông lạnh;;;", profile="vi")
    assert where(shop, "rice") == [Place("rice", Zone.CHILLED, "Dãy 1", "2", 7)]


def test_taken_again_it_changes_nothing(shop: Shop, file: Path):
    lines = ["sku,aisle", "rice,A3", "beef,C1"]
    take(shop, file, *lines)
    assert take(shop, file, *lines).changed == 0


def test_a_dry_run_says_what_would_change(shop: Shop, file: Path):
    say(shop, NewPlace("rice", Zone.AMBIENT, "A3", "", 5))
    done = take(shop, file, "sku,aisle,order", "rice,B1,5", dry_run=True)
    assert done.differences == ((Place("rice", Zone.AMBIENT, "A3", "", 5), Place("rice", Zone.AMBIENT, "B1", "", 5)),)
    assert where(shop, "rice")[0].aisle == "A3"


def test_wrong_lines_are_written_beside_it_with_their_number(shop: Shop, file: Path):
    reject = file.with_suffix(".rejected.csv")
    lines = ["sku,zone,aisle,order", "rice,warm,A,", "gone,,A,", "beef,,A,x", "eggs,,A,٣", "peas,,,1", 'a"b,,']
    done = take(shop, file, *lines, reject=reject)
    rows = list(csv.reader(StringIO(reject.read_text(encoding="utf-8-sig"))))
    assert [(row[0], row[2]) for row in rows[1:]] == [
        ("2", "zone"),
        ("3", "unknown_sku"),
        ("4", "order"),
        ("5", "order"),
        ("7", "faulty_line"),
    ]
    assert [done.changed, done.reasons["order"]] == [1, 2]


def test_a_file_without_skus_is_none(shop: Shop, file: Path):
    with pytest.raises(inventory.NotAStockFile):
        take(shop, file, "name,aisle", "rice,A")
    with pytest.raises(inventory.UnknownImportProfile):
        take(shop, file, "sku", "rice", profile="xx")


def test_the_command_says_what_it_did(shop: Shop, file: Path):
    file.write_text("sku,place\nrice,A3\ngone,A4\n", encoding="utf-8")
    code = catalog.store(store_id=catalog.StoreId(shop.location)).code
    said = StringIO()
    call_command("import_places", str(file), "--store", code, "--column", "aisle=place", stdout=said)
    assert "2 lines: 1 places changed, 1 rejected." in said.getvalue()
    assert where(shop, "rice")[0].aisle == "A3"
    said = StringIO()
    call_command("import_places", str(file), "--store", code, "--dry-run", "--column", "aisle=sku", stdout=said)
    assert "rice: ambient A3 #" in said.getvalue()
    with pytest.raises(CommandError, match="no store"):
        call_command("import_places", str(file), "--store", "x")
    with pytest.raises(CommandError, match="no file"):
        call_command("import_places", "x.csv", "--store", code)


# --- on the phone ---


@pytest.fixture
def picker(shop: Shop, at_the_counter: None) -> Client:
    return signed_in(Role.PICKER, store_id=shop.location)


def form(**said: str) -> dict[str, str]:
    return {"key": str(new_id()), "zone": "ambient", "aisle": "A3", "shelf": "2", "order": "30"} | said


def test_staff_scan_and_say_where_it_stands(picker: Client, shop: Shop):
    page = picker.get(PLACES, {"code": "rice"})
    assert "Nobody has said yet" in text(page)
    assert picker.post(f"{PLACES}?sku=rice", form()).status_code == 302
    assert where(shop, "rice") == [Place("rice", Zone.AMBIENT, "A3", "2", 30)]
    assert "aisle A3 · shelf 2 · #30" in text(picker.get(PLACES))


def test_the_next_product_is_offered_the_same_place(picker: Client):
    picker.post(f"{PLACES}?sku=rice", form(zone="chilled"))
    offered = picker.get(PLACES, {"sku": "eggs"}).context["form"]
    assert [offered[name].value() for name in ("zone", "aisle", "shelf", "order")] == ["chilled", "A3", "2", 30]
    mine = picker.get(PLACES, {"sku": "rice"}).context["form"]
    assert mine["aisle"].value() == "A3"


@pytest.mark.parametrize(
    ("said", "at"), [({"zone": "warm"}, "zone"), ({"aisle": "A" * 13}, "aisle"), ({"order": "40000"}, "order")]
)
def test_what_cannot_be_is_said_at_its_field(picker: Client, said: dict[str, str], at: str):
    page = picker.post(f"{PLACES}?sku=rice", form(**said))
    assert list(page.context["form"].errors) == [at]
    assert ShelfPlace.objects.count() == 0


def test_a_name_with_signs_is_refused_in_words(picker: Client):
    page = picker.post(f"{PLACES}?sku=rice", form(aisle="<b>"))
    assert "at most 12 letters" in text(page)


def test_only_hands_of_the_store_say_it_and_for_their_store_alone(picker: Client, shop: Shop):
    branch = Shop()
    picker.post(f"{PLACES}?sku=rice", form())
    assert [where(shop, "rice")[0].said, where(branch, "rice")[0].said] == [True, False]
    assert signed_in(Role.SUPPORT, store_id=shop.location).get(PLACES).status_code == 403


def test_a_longer_list_costs_no_more_statements(picker: Client, shop: Shop):
    say(shop, NewPlace("rice", aisle="A"))

    def statements() -> int:
        with CaptureQueriesContext(connection) as done:
            picker.get(PLACES)
        return len(done)

    statements()
    one = statements()
    say(shop, NewPlace("beef", aisle="B"), NewPlace("eggs", aisle="B"), NewPlace("peas", aisle="C"))
    assert statements() == one


# --- the demo ---


def test_the_demo_gives_each_department_its_aisle_and_cold_goods_a_cold_one(shop: Shop):
    say(shop, *demo_goods.shelf_places())
    rice, eggs, beef, peas = where(shop, "rice", "eggs", "beef", "peas")
    assert [place.aisle for place in (rice, eggs, beef, peas)] == ["A1", "B3", "B2", "C1"]
    assert [place.zone.value for place in (rice, eggs, beef, peas)] == ["ambient", "ambient", "chilled", "frozen"]
    assert rice.order < beef.order < eggs.order < peas.order


def test_listed_goods_without_a_department_that_is_known_are_ambient(shop: Shop):
    listed("soap")
    assert where(shop, "soap")[0].zone is Zone.AMBIENT
