"""What staff see of stock, and the form by which they change it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from grocery.accounts.public import Role
from grocery.inventory.models import Movement, Reservation, StockItem
from grocery.inventory.public import ChangeKind
from grocery.kernel.ids import new_id
from tests.inventory.conftest import Shop, listed
from tests.inventory.staff import signed_in, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_counter")]
ITEMS = "/en/admin/inventory/stockitem/"
CHANGE = f"{ITEMS}change-stock/"


@pytest.fixture(autouse=True)
def _a_catalogue(db: None) -> None:
    listed("milk")


@pytest.fixture
def buyer() -> Client:
    return signed_in(Role.BUYER)


def change(client: Client, shop: Shop, **said: Any) -> Any:
    """Send the form; what is not said stays empty."""
    form = {"key": new_id().hex, "store": shop.location, "sku": "milk", "kind": "receive", "quantity": "1"} | said
    return client.post(CHANGE, form)


@pytest.mark.parametrize("path", ["stockitem/", "movement/", "reservation/"])
@pytest.mark.parametrize("language", ["", "/en"])
def test_each_list_and_its_search_open_in_both_languages(buyer: Client, shop: Shop, path: str, language: str):
    shop.receive("milk", 5, expires=3)
    shop.reserve("cart:a", milk=2)
    address = f"{language}/admin/inventory/{path}"
    assert [buyer.get(address).status_code, buyer.get(f"{address}?q=milk").status_code] == [200, 200]


def test_an_item_shows_what_its_lots_add_up_to(buyer: Client, shop: Shop):
    shop.receive("milk", 5, expires=3)
    shop.receive("milk", "2.5", expires=1)
    shop.reserve("cart:a", milk=2)
    listed = text(buyer.get(ITEMS))
    assert [f'field-{name}">{value}<' in listed for name, value in (("stock", "7.5"), ("promised", 2))] == [True] * 2
    assert 'field-available">5.5<' in listed


def test_an_items_page_shows_its_lots_with_goods_and_nothing_to_edit(buyer: Client, shop: Shop):
    shop.receive("milk", 5, expires=3, lot="L-FULL")
    shop.receive("milk", 5, expires=4, lot="L-EMPTY")
    shop.change(ChangeKind.WASTE, "milk", 5, expires=4, lot="L-EMPTY")
    page = text(buyer.get(f"{ITEMS}{StockItem.objects.get().id}/change/"))
    assert ["L-FULL" in page, "L-EMPTY" in page, 'name="_save"' in page] == [True, False, False]


def test_filters_narrow_the_lists(buyer: Client, shop: Shop):
    other = Shop()
    shop.receive("milk", 5)
    other.receive("rice", 5)
    by_store = text(buyer.get(f"{ITEMS}?store={other.location}"))
    assert ["milk" in by_store, "rice" in by_store] == [False, True]
    moved = text(buyer.get(f"/en/admin/inventory/movement/?store={shop.location}&kind__exact=received"))
    assert [">milk<" in moved, ">rice<" in moved] == [True, False]


def test_the_low_filter_shows_what_is_low(buyer: Client, shop: Shop):
    shop.receive("milk", 5)
    shop.receive("rice", 5)
    StockItem.objects.filter(sku="rice").update(low_stock_threshold=5)
    low = text(buyer.get(f"{ITEMS}?level=low"))
    assert [">milk<" in low, ">rice<" in low] == [False, True]


@pytest.mark.parametrize("path", ["stockitem/", "movement/", "reservation/"])
def test_a_longer_list_costs_no_more_statements(buyer: Client, shop: Shop, path: str):
    def statements() -> int:
        with CaptureQueriesContext(connection) as ran:
            assert buyer.get(f"/en/admin/inventory/{path}").status_code == 200
        return len(ran)

    shop.receive("milk", 9)
    shop.reserve("cart:a", milk=1)
    one = statements()
    for number in range(3):
        shop.receive(f"sku{number}", 9)
        shop.reserve(f"cart:{number}", {f"sku{number}": 1})
    assert statements() == one


def test_a_reservation_shows_its_holder_and_lots(buyer: Client, shop: Shop):
    shop.receive("milk", 5, lot="L7")
    shop.reserve("order:4711", milk=2)
    page = text(buyer.get(f"/en/admin/inventory/reservation/{Reservation.objects.get().id}/change/"))
    assert ["order:4711" in page, "L7" in page, 'name="_save"' in page] == [True, True, False]


# --- changing ---------------------------------------------------------------------------------------------------


def test_the_form_knows_the_item_that_it_was_opened_from(buyer: Client, shop: Shop):
    shop.receive("milk", 5)
    page = text(buyer.get(f"{CHANGE}?sku=milk&store={shop.location}"))
    assert ['value="milk"' in page, f'value="{shop.location}" selected' in page] == [True, True]


def test_goods_are_received(buyer: Client, shop: Shop):
    answer = change(buyer, shop, quantity="24", lot_code="L1", expires_on="2026-11-30")
    assert [answer.status_code, answer["Location"]] == [302, f"{ITEMS}?q=milk"]
    assert [str(lot.expires_on) for lot in shop.level("milk").lots] == ["2026-11-30"]


def test_goods_are_wasted_counted_and_corrected(buyer: Client, shop: Shop):
    shop.receive("milk", 10)
    change(buyer, shop, kind="waste", quantity="2", reason="leaked")
    change(buyer, shop, kind="adjust", quantity="-1", reason="label")
    change(buyer, shop, kind="count", quantity="6.5")
    assert shop.on_hand("milk") == 6.5
    assert Movement.objects.exclude(by=shop.by).values("by").distinct().count() == 1


def test_a_form_sent_twice_is_done_once(buyer: Client, shop: Shop):
    answers = [change(buyer, shop, key="the-same-form", quantity="24") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert shop.on_hand("milk") == 24


@pytest.mark.parametrize(("language", "why"), [("/en", "Say why."), ("", "Cần ghi lý do.")])
def test_what_is_refused_is_explained_in_the_readers_language(buyer: Client, shop: Shop, language: str, why: str):
    shop.receive("milk", 10)
    form = {"key": "k", "store": shop.location, "sku": "milk", "kind": "waste", "quantity": "2"}
    answer = buyer.post(f"{language}/admin/inventory/stockitem/change-stock/", form)
    assert [answer.status_code, why in text(answer), shop.on_hand("milk")] == [200, True, 10]


@pytest.mark.parametrize(
    "wrong", [{"quantity": "many"}, {"quantity": "1e20"}, {"sku": "mi lk"}, {"kind": "steal"}, {"store": "x"}]
)
def test_input_that_cannot_be_changes_nothing(buyer: Client, shop: Shop, wrong: dict[str, str]):
    assert change(buyer, shop, **wrong).status_code == 200
    assert Movement.objects.count() == 0


@pytest.mark.parametrize("role", [Role.PICKER, Role.SUPPORT])
def test_who_may_only_look_cannot_change(shop: Shop, role: Role):
    client = signed_in(role)
    assert [client.get(ITEMS).status_code, client.get(CHANGE).status_code] == [200, 403]
    assert ["change-stock" in text(client.get(ITEMS)), change(client, shop).status_code] == [False, 403]


def test_staff_of_one_store_cannot_choose_another(shop: Shop):
    client = signed_in(Role.BUYER, store_id=shop.location)
    assert change(client, Shop()).status_code == 200
    assert Movement.objects.count() == 0


def test_nothing_is_deleted_or_added_by_hand(buyer: Client, shop: Shop):
    shop.receive("milk", 5)
    item = StockItem.objects.get().id
    assert [
        buyer.get(f"{ITEMS}add/").status_code,
        buyer.post(f"{ITEMS}{item}/delete/", {"post": "yes"}).status_code,
        buyer.post(f"{ITEMS}{item}/change/", {"version": "9"}).status_code,
    ] == [403, 403, 403]


def test_goods_that_the_catalogue_does_not_know_are_not_received(buyer: Client, shop: Shop):
    answer = change(buyer, shop, sku="mikl")
    assert [answer.status_code, "does not know this SKU" in text(answer)] == [200, True]
    assert StockItem.objects.count() == 0


# --- when it counts as low --------------------------------------------------------------------------------------


def test_a_buyer_says_when_a_sku_counts_as_low(buyer: Client, shop: Shop):
    shop.receive("milk", 5)
    item = StockItem.objects.get().id
    assert f"{item}/low-at/" in text(buyer.get(f"{ITEMS}{item}/change/"))
    for _again in "12":
        assert buyer.post(f"{ITEMS}{item}/low-at/", {"low_at": "7.5"}).status_code == 302
    level = shop.level("milk")
    assert [level.low_stock_threshold, level.version] == [7.5, 2]


@pytest.mark.parametrize("wrong", ["-1", "many", "", "1e20"])
def test_a_threshold_that_cannot_be_is_refused(buyer: Client, shop: Shop, wrong: str):
    shop.receive("milk", 5)
    answer = buyer.post(f"{ITEMS}{StockItem.objects.get().id}/low-at/", {"low_at": wrong})
    assert [answer.status_code, shop.level("milk").low_stock_threshold] == [200, 0]


def test_others_do_not_say_when_a_sku_counts_as_low(shop: Shop):
    shop.receive("milk", 5)
    address = f"{ITEMS}{StockItem.objects.get().id}/low-at/"
    clients = [signed_in(Role.PICKER), signed_in(Role.BUYER, store_id=Shop().location)]
    assert [client.post(address, {"low_at": "7"}).status_code for client in clients] == [403, 404]
