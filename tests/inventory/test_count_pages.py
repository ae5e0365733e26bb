"""The pages on which staff count, by HTTP: blind for who counts, with the differences for who decides."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from grocery.accounts.public import Role
from grocery.inventory.models import Count, CountEntry, CountLine
from grocery.kernel.ids import new_id
from tests.inventory.conftest import Shop, listed
from tests.inventory.staff import signed_in, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_counter")]
COUNTS = "/en/admin/inventory/stockitem/tasks/counts/"


@pytest.fixture
def shop(db: None) -> Shop:
    listed("milk", "rice")
    shop = Shop()
    shop.receive("milk", 733, expires=4, lot="L1")
    shop.receive("rice", 811)
    return shop


@pytest.fixture
def picker(shop: Shop) -> Client:
    return signed_in(Role.PICKER, store_id=shop.location)


@pytest.fixture
def manager(shop: Shop) -> Client:
    return signed_in(Role.MANAGER, store_id=shop.location)


def begin(client: Client, **said: str) -> str:
    """Begin to count; the address of its page."""
    answer = client.post(COUNTS, {"key": new_id(), "choice": "skus", "skus": "milk rice"} | said)
    assert answer.status_code == 302, text(answer)
    return str(answer["Location"])


def say(client: Client, address: str, sku: str, amount: str, **more: Any) -> Any:
    """Say how much is there of a SKU's only lot."""
    line = CountLine.objects.get(count=Count.objects.get(), sku=sku).id
    return client.post(f"{address}?sku={sku}", {"key": new_id(), f"line-{line}": amount} | more)


def test_the_first_page_leads_to_counts_in_both_languages(picker: Client, shop: Shop):
    pages = [text(picker.get(f"{path}/admin/inventory/stockitem/tasks/")) for path in ("/en", "")]
    assert ["Count stock" in pages[0], "Kiểm kho" in pages[1]] == [True, True]


@pytest.mark.parametrize(("path", "words"), [("/en", "best before 24/11/2026"), ("", "HSD 24/11/2026")])
def test_who_counts_sees_lots_but_not_what_the_books_say(picker: Client, path: str, words: str):
    address = begin(picker).removeprefix("/en")
    page = text(picker.get(f"{path}{address}?sku=milk"))
    assert ["L1" in page, re.search(r"733|811", re.sub(r"[0-9a-f-]{32,36}", "", page))] == [True, None]


def test_one_product_after_the_other_is_counted_and_booked(picker: Client, shop: Shop):
    address = begin(picker)
    for sku, amount in (("milk", "732"), ("rice", "811")):
        assert f"<h2>{sku.capitalize()}</h2>" in text(picker.get(address))
        assert say(picker, address, sku, amount).status_code == 302
    answer = picker.post(f"{address}finish/", follow=True)
    assert ["The count is booked." in text(answer), shop.on_hand("milk")] == [True, 732]


def test_a_form_sent_twice_does_not_pass_for_a_second_look(picker: Client, shop: Shop):
    address, key = begin(picker), new_id()
    for _again in "12":
        say(picker, address, "milk", "5", key=key)
    assert [CountEntry.objects.count(), CountLine.objects.get(sku="milk").again] == [1, True]


def test_a_lot_nobody_knew_of_is_added(picker: Client, shop: Shop):
    address = begin(picker)
    say(picker, address, "milk", "733", lot_code="L9", expires_on="2026-12-01", quantity="2,5")
    assert CountLine.objects.get(lot_code="L9").counted == 2.5


def test_much_that_differs_waits_for_somebody_else(picker: Client, manager: Client, shop: Shop):
    address = begin(picker)
    for _look in "12":
        say(picker, address, "milk", "500")
    assert "somebody else looks at it" in text(picker.post(f"{address}finish/", follow=True))
    blind, report = text(picker.get(address)), text(manager.get(address))
    assert ["733" in blind, "books 733, counted 500" in report, "−233" in report] == [False, True, True]
    assert [shop.on_hand("milk"), picker.post(f"{address}approve/").status_code] == [733, 403]
    manager.post(f"{address}approve/")
    assert shop.on_hand("milk") == 500


def test_a_manager_who_has_counted_does_not_approve(manager: Client, shop: Shop):
    address = begin(manager)
    for _look in "12":
        say(manager, address, "milk", "500")
    manager.post(f"{address}finish/")
    answer = text(manager.post(f"{address}approve/", follow=True))
    assert ["you have counted it" in answer, shop.on_hand("milk")] == [True, 733]


def test_chosen_lots_are_counted_again(picker: Client, manager: Client, shop: Shop):
    address = begin(picker)
    for _look in "12":
        say(picker, address, "milk", "500")
    picker.post(f"{address}finish/")
    manager.post(f"{address}recount/", {"line": [str(CountLine.objects.get(sku="milk").id), "nonsense"]})
    assert [Count.objects.get().state, CountLine.objects.get(sku="milk").counted] == ["open", None]


def test_a_count_is_cancelled_by_who_decides(picker: Client, manager: Client):
    address = begin(picker)
    assert [picker.post(f"{address}cancel/").status_code, manager.post(f"{address}cancel/").status_code] == [403, 302]
    assert Count.objects.get().state == "cancelled"


@pytest.mark.parametrize(
    "said", [{"skus": "nowhere"}, {"choice": "category"}, {"choice": "theft"}, {"choice": "expired"}]
)
def test_a_count_of_nothing_does_not_begin(picker: Client, said: dict[str, str]):
    answer = picker.post(COUNTS, {"key": new_id(), "choice": "skus", "skus": "milk"} | said)
    assert [answer.status_code, Count.objects.count()] == [200, 0]


def test_quantities_that_cannot_be_are_refused(picker: Client):
    address = begin(picker)
    assert [say(picker, address, "milk", amount).status_code for amount in ("-1", "many", "1e20")] == [200] * 3
    assert CountEntry.objects.count() == 0


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.DISPATCHER])
def test_who_does_not_handle_goods_does_not_count(shop: Shop, role: Role):
    assert signed_in(role).get(COUNTS).status_code == 403


def test_another_stores_count_is_not_there(picker: Client):
    address = begin(picker)
    stranger = signed_in(Role.MANAGER, store_id=Shop().location)
    posted = [stranger.post(f"{address}{step}/").status_code for step in ("finish", "approve", "recount", "cancel")]
    assert [stranger.get(address).status_code, *posted] == [404] * 5


def test_a_longer_count_costs_no_more_statements(picker: Client, shop: Shop):
    skus = [f"sku{number}" for number in range(8)]
    for sku in skus:
        shop.receive(sku, 1)

    def statements(said: str) -> int:
        address = begin(picker, skus=said)
        with CaptureQueriesContext(connection) as ran:
            picker.get(address)
        return len(ran)

    statements("milk")
    assert statements(skus[0]) == statements(" ".join(skus[1:]))
