"""A statement of the account in the admin: looked at first, taken in once."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from grocery.accounts import public as accounts
from grocery.kernel.ids import new_id
from grocery.payments.contracts import Method
from grocery.payments.models import IncomingTransfer
from tests.payments.conftest import BASKET, Till
from tests.payments.test_bank_notices import memo_of, offered, queue, tell, transfer
from tests.payments.test_owed import staff, text

__all__ = ["offered"]

pytestmark = pytest.mark.django_db
UPLOAD = "/en/admin/payments/incomingtransfer/statement/"


def upload(client: Client, *lines: str, header: str = "booked_at,transaction,amount,memo", **columns: str) -> str:
    """What the page says of this file."""
    file = SimpleUploadedFile("bank.csv", "\n".join([header, *lines]).encode())
    return text(client.post(UPLOAD, {"file": file, **columns}))


def counted(page: str) -> dict[str, int]:
    return {words.strip(): int(many) for words, many in re.findall(r'row(?: errors)?">([^<]+): <strong>(\d+)<', page)}


def test_an_uploaded_statement_is_looked_at_and_then_taken_in_once(till: Till):
    orders = [till.open(BASKET, Method.BANK_TRANSFER) for _ in range(2)]
    memo, other = (memo_of(till, order) for order in orders)
    tell(till, transfer(other, reference="FT0"))
    day, boss = "2026-11-21T15:04:05", staff()
    lines = [f"{day},FT0,345000,x", f"{day},FT1,345000,{memo}", f"{day},FT2,345000,{memo}", f"{day},FT3,5,x", "x"]
    page = upload(boss, *lines)
    assert counted(page) == {
        "Transfers on it": 5,
        "Pay what they are for": 1,
        "Would wait for somebody · was paid already": 1,
        "Would wait for somebody · no memo of ours": 1,
        "Known before": 1,
        "Lines that cannot be read": 1,
    }
    assert (till.state(orders[0]), IncomingTransfer.objects.count()) == ("pending", 1), "looking changes nothing"
    token = re.findall(r'name="token" value="(\w+)"', page)[0]
    assert "too long ago" in text(staff(name="other").post(UPLOAD, {"token": token}, follow=True))
    for said in ("3 new transfers, 1 known before.", "0 new transfers, 4 known before."):
        assert said in text(boss.post(UPLOAD, {"token": token}, follow=True))
    assert (till.state(orders[0]), queue()) == ("captured", [("FT2", "twice"), ("FT3", "unknown_memo")])
    assert "Nothing of it is new." in upload(boss, *lines)


def test_what_is_no_statement_is_said_and_columns_can_be_named(till: Till):
    boss = staff()
    assert "booked_at" in upload(boss, "2026-11-21,FT1,5000,x", header="Ngày,transaction,amount,memo")
    page = upload(boss, "2026-11-21,FT1,5000,x", header="Ngày,transaction,amount,memo", booked_at="Ngày")
    assert counted(page)["Transfers on it"] == 1
    assert "too large" in upload(boss, "x" * (2 << 20))
    assert IncomingTransfer.objects.count() == 0


def test_statements_are_for_managers_of_the_whole_chain(till: Till):
    asked = [
        staff(name="boss"),
        staff(store_id=new_id(), name="store"),
        staff(accounts.Role.ACCOUNTANT, name="books"),
    ]
    assert [client.get(UPLOAD).status_code for client in asked] == [200, 403, 403]
    lists = [text(client.get("/en/admin/payments/incomingtransfer/")) for client in asked]
    assert [UPLOAD in page for page in lists] == [True, False, False]
    assert "Nhập sao kê" in text(asked[0].get(UPLOAD.removeprefix("/en")))
