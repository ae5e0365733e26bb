"""What accountants see, and who else does not."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from grocery.accounts.public import Role
from grocery.kernel.ids import new_id
from grocery.ledger.models import Entry
from tests.ledger.books import owed
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


def test_the_trial_balance_is_balanced_and_leads_to_accounts_and_files(accountant: Client, order: UUID):
    period = "?first=2026-11-01&last=2026-11-30"
    page = text(accountant.get(f"/en/admin/ledger/entry/balance/{period}"))
    assert ("Total, balanced" in page, "106.944" in page) == (True, True)
    card = text(accountant.get(f"/en/admin/ledger/entry/account/drivers/{period}"))
    assert card.count("130.500") == 2, "the posting, and what the account comes to"
    rows = csv_of(accountant, f"balance.csv{period}")
    assert (rows[0], rows[-2]) == ("Account,Opening,Debit,Credit,Closing", "Sum,0,261000,261000,0")


def csv_of(client: Client, address: str) -> list[str]:
    answer: Any = client.get(f"/en/admin/ledger/entry/{address}")
    rows: list[str] = answer.getvalue().decode("utf-8-sig").split("\r\n")
    return rows


def test_before_the_period_is_the_opening(accountant: Client, order: UUID):
    rows = csv_of(accountant, "balance.csv?first=2026-12-01&last=2026-12-31")
    assert "cash with drivers,130500,0,0,130500" in rows


def test_the_journal_comes_as_a_sheet_with_numbers(accountant: Client, order: UUID):
    answer: Any = accountant.get("/en/admin/ledger/entry/journal.xlsx?first=2026-11-01&last=2026-11-30")
    sheet: Any = load_workbook(BytesIO(answer.getvalue())).active
    debits_and_credits = [(row[6], row[7]) for row in list(sheet.values)[1:]]
    assert debits_and_credits == [
        (130_500, None),
        (None, 106_944),
        (None, 13_889),
        (None, 9_667),
        (130_500, None),
        (None, 130_500),
    ]


def test_who_works_in_a_store_sees_no_other(shop: Shop, order: UUID):
    elsewhere, balance = at_work(new_id(), Role.MANAGER), "/en/admin/ledger/entry/balance/"
    assert "130.500" not in text(elsewhere.get(f"{balance}?store={shop.store.id}"))
    assert at_work(None, Role.SUPPORT).get(balance).status_code == 403


def test_an_accountant_closes_what_nobody_pays_and_reverses_that(shop: Shop, lan: Customer, accountant: Client):
    shop.stock(milk=10)
    unpaid = shop.packed_order(lan, milk=3).id
    close = f"/en/admin/ledger/entry/close/{unpaid}/"
    assert at_work(new_id(), Role.MANAGER).post(close, {"note": "x"}).status_code == 404
    for _ in range(2):
        accountant.post(close, {"note": "moved away"})
    assert (owed(unpaid), "moved away" in text(accountant.get(of(unpaid)))) == (0, True)
    entry = Entry.objects.get(kind="by_hand")
    page = f"/en/admin/ledger/entry/{entry.id}/change/"
    assert "Book the opposite" in text(accountant.get(page))
    for _ in range(2):
        accountant.post(f"/en/admin/ledger/entry/reverse/{entry.id}/", {"note": "they paid after all"})
    assert (owed(unpaid), "Book the opposite" in text(accountant.get(page))) == (130_500, False)
