"""Cash from the door to the safe, as the books have it."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from grocery.accounts.public import Role
from grocery.catalog import public as catalog
from grocery.kernel.ids import new_id
from grocery.kernel.money import dong
from grocery.ledger.models import Entry
from grocery.ledger.policies import cash
from grocery.payments.events import CashHandedIn
from grocery.payments.models import CashHandIn, Payment
from tests.ledger.books import balances, entries
from tests.ordering.conftest import NOON
from tests.ordering.staff import at_work, text
from tests.shop import Customer, Shop

CASH = "/en/admin/payments/payment/tasks/cash/"


@pytest.fixture
def payment(shop: Shop, lan: Customer) -> Payment:
    """130.500 ₫ that a driver has."""
    shop.stock(milk=20)
    return Payment.objects.get(order_id=shop.delivered_order(lan, milk=3).id)


def form(*payments: Payment, counted: object, **more: Any) -> dict[str, Any]:
    asked = {"key": str(new_id()), "order": [str(one.id) for one in payments], "counted": counted, "into": "safe"}
    return asked | more


def round_of(payment: Payment) -> str:
    day = payment.captured_at
    assert day
    return f"{CASH}{payment.cash_carrier}/{day.date().isoformat()}/"


def test_from_the_driver_into_the_safe_and_back(shop: Shop, payment: Payment):
    clerk = at_work(shop.store.id, Role.MANAGER)
    page = text(clerk.get(CASH))
    assert ("130.500\xa0₫" in page, round_of(payment) in page) == (True, True)
    assert "say why" in text(clerk.post(round_of(payment), form(payment, counted="130.000"), follow=True))
    short = form(payment, counted="130.000", reason="missing", note="counted twice")
    assert "500\xa0₫ is missing" in text(clerk.post(round_of(payment), short, follow=True))
    shop.tell()
    assert {key: balances().get(key) for key in ("drivers", "safe", "over_short")} == {
        "drivers": None,
        "safe": 130_000,
        "over_short": 500,
    }
    handed = f"/en/admin/payments/payment/tasks/cash-in/{CashHandIn.objects.get().id}/"
    assert "missing, nobody knows why" in text(clerk.get(handed)).lower()
    assert "has it again" in text(clerk.post(handed, {"why": "wrong drawer"}, follow=True))
    shop.tell()
    assert {key: balances().get(key) for key in ("drivers", "safe", "over_short")} == {
        "drivers": 130_500,
        "safe": None,
        "over_short": None,
    }
    assert [entry.note for entry in Entry.objects.filter(order_id=None).order_by("id")] == [
        "counted twice",
        "wrong drawer",
    ]


def test_what_a_courier_keeps_is_its_fee():
    draft = cash.handed_in(
        CashHandedIn(
            hand_in_id=new_id(),
            store_id=new_id(),
            carrier="viettelpost",
            expected=dong(345_000),
            counted=dong(337_000),
            into="bank",
            reason="fee",
            note="VTP 88",
            at=NOON,
        )
    )
    assert [(line.account.value, line.amount, line.subject) for line in draft.lines] == [
        ("bank", 337_000, ""),
        ("fees", 8_000, "viettelpost"),
        ("drivers", -345_000, "viettelpost"),
    ]


def test_the_order_itself_is_closed_by_what_the_driver_took(shop: Shop, payment: Payment):
    at_work(shop.store.id, Role.DISPATCHER).post(round_of(payment), form(payment, counted=130500))
    shop.tell()
    assert [kind for kind, _ in entries(payment.order_id)] == ["charged", "taken"]


def test_those_who_count_are_dispatchers_and_managers_each_in_their_store(shop: Shop, payment: Payment):
    def seen(role: Role, store_id: UUID | None) -> int:
        return at_work(store_id, role).get(CASH).status_code

    assert [seen(role, None) for role in (Role.PICKER, Role.SUPPORT, Role.BUYER, Role.ACCOUNTANT)] == [403] * 4
    assert [seen(role, shop.store.id) for role in (Role.DISPATCHER, Role.MANAGER, Role.ADMIN)] == [200] * 3
    assert seen(Role.MANAGER, new_id()) == 403


def test_another_store_neither_takes_it_in_nor_undoes_it(shop: Shop, payment: Payment):
    mine = at_work(shop.store.id, Role.MANAGER)
    mine.post(round_of(payment), form(payment, counted=130_500))
    handed = f"/en/admin/payments/payment/tasks/cash-in/{CashHandIn.objects.get().id}/"
    other = catalog.save_store(code="other", name_en="Other", name_vi="Khác", position=1)
    theirs = at_work(UUID(str(other.id)), Role.MANAGER)
    assert theirs.post(handed, {"why": "x"}).status_code == 404
    assert at_work(shop.store.id, Role.DISPATCHER).post(handed, {"why": "x"}).status_code == 200
    assert CashHandIn.objects.get().undone_at is None, "a dispatcher looks, a manager undoes"


@pytest.mark.parametrize("counted", ["", "many", "-5", "9" * 20])
def test_what_is_no_amount_takes_nothing_in(shop: Shop, payment: Payment, counted: str):
    at_work(shop.store.id, Role.MANAGER).post(round_of(payment), form(payment, counted=counted))
    assert not CashHandIn.objects.exists()


def test_it_speaks_vietnamese_and_the_first_page_leads_there(shop: Shop, payment: Payment):
    clerk = at_work(shop.store.id, Role.MANAGER)
    assert "Tiền mặt của tài xế" in text(clerk.get(CASH.removeprefix("/en")))
    assert re.search(r"Tiền mặt của tài xế.*?badge[^>]*>1 · ", text(clerk.get("/admin/inventory/stockitem/tasks/")))


def test_the_list_takes_as_many_statements_for_three_as_for_one(shop: Shop, lan: Customer, payment: Payment):
    clerk = at_work(shop.store.id, Role.MANAGER)

    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            clerk.get(CASH)
        return len(queries)

    statements()
    one = statements()
    shop.delivered_order(lan, milk=1)
    shop.delivered_order(lan, milk=1)
    assert statements() == one


def test_a_guest_is_sent_to_sign_in(client: Client):
    assert client.get(CASH).status_code == 302
