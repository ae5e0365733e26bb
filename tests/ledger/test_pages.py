"""What accountants see, and who else does not."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from grocery.accounts.public import Role
from grocery.kernel.ids import new_id
from tests.ordering.staff import at_work, text
from tests.shop import Customer, Shop


@pytest.fixture
def order(shop: Shop, lan: Customer) -> UUID:
    shop.stock(milk=10)
    return shop.delivered_order(lan, milk=3).id


@pytest.fixture
def accountant(shop: Shop) -> Client:
    return at_work(None, Role.ACCOUNTANT)


def of(order_id: UUID) -> str:
    return f"/en/admin/ledger/orderbook/of/{order_id}/"


def test_the_order_leads_to_its_books(accountant: Client, order: UUID):
    assert of(order) in text(accountant.get(f"/en/admin/ordering/order/{order}/change/"))
    page = text(accountant.get(of(order)))
    shown = ["130.500\xa0₫", "goods sold · 8 %", "106.944\xa0₫", "Cash with drivers", "Closed"]
    assert [words for words in shown if words.lower() not in page.lower()] == []


def test_it_speaks_vietnamese(shop: Shop, order: UUID):
    page = text(at_work(None, Role.ACCOUNTANT).get(of(order).removeprefix("/en")))
    assert [words for words in ("Doanh thu bán hàng · 8 %", "Nợ", "Có") if words not in page] == []


def test_an_order_that_was_never_packed_has_no_books(accountant: Client):
    assert "Nothing is booked yet" in text(accountant.get(of(new_id())))


def test_only_accountants_and_managers_look_and_those_of_a_store_at_their_own(shop: Shop, order: UUID):
    def seen(role: Role, store_id: UUID | None) -> list[int]:
        client = at_work(store_id, role)
        pages = [of(order), "/en/admin/ledger/orderbook/?shown=all", "/en/admin/ledger/entry/"]
        return [client.get(page).status_code for page in pages]

    assert [seen(role, None)[0] for role in (Role.SUPPORT, Role.BUYER, Role.PICKER)] == [403, 403, 403]
    assert seen(Role.MANAGER, shop.store.id) == [200, 200, 200]
    assert seen(Role.MANAGER, new_id()) == [404, 200, 200]


def test_the_journal_is_read_and_never_written(accountant: Client, order: UUID):
    journal = text(accountant.get("/en/admin/ledger/entry/?account=drivers"))
    assert re.findall(r'field-kind">([^<]+)<', journal) == ["money taken"]
    assert accountant.post("/en/admin/ledger/entry/add/", {}).status_code == 403
    assert text(accountant.get("/en/admin/ledger/orderbook/")).count("A-") == 0, "what is closed is in no queue"


def test_a_longer_journal_takes_no_more_statements(shop: Shop, lan: Customer, accountant: Client, order: UUID):
    def statements() -> int:
        with CaptureQueriesContext(connection) as seen:
            accountant.get("/en/admin/ledger/entry/")
        return len(seen)

    before = statements()
    shop.delivered_order(lan, milk=1)
    assert statements() == before
