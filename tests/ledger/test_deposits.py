"""Cash from the safe to the bank, as staff write it down and as the books have it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from grocery.accounts.public import Role
from grocery.kernel import clock
from grocery.kernel.ids import new_id
from grocery.kernel.money import dong
from grocery.ledger.models import Entry
from grocery.ledger.policies import deposits
from grocery.payments.events import CashArrived
from grocery.payments.models import CashDeposit, IncomingTransfer, Safe
from grocery.payments.policies.transfers import Source, Told
from grocery.payments.services.take_transfer import take_transfer
from tests.ledger.books import balances
from tests.ordering.conftest import NOON
from tests.ordering.staff import at_work, text
from tests.shop import Shop

pytestmark = pytest.mark.django_db
PAGES = "/en/admin/payments/payment/tasks/cash-to-bank/"
PLACES = ("safe", "in_transit", "bank", "over_short", "unassigned")


@pytest.fixture(autouse=True)
def ours(settings: Any) -> None:
    settings.BANK_BIN, settings.BANK_ACCOUNT = "970436", "0123456789"


@pytest.fixture
def store(shop: Shop) -> UUID:
    """One whose safe holds 900.000 ₫."""
    Safe.objects.put(shop.store.id, dong(900_000))
    return UUID(str(shop.store.id))


def form(amount: object, slip: str = "GB-0012", **more: Any) -> dict[str, Any]:
    return {"key": str(new_id()), "amount": amount, "slip": slip, "taken_on": clock.now().date().isoformat()} | more


def books(amount: int, memo: str) -> IncomingTransfer:
    told = Told("FT1", "970436", "0123456789", amount, "VND", memo, "NH VCB", "", NOON)
    take_transfer(told, Source.STATEMENT, now=clock.now())
    return IncomingTransfer.objects.get()


def places(shop: Shop) -> dict[str, int]:
    """What the books say of where it is; without what comes to nothing."""
    shop.tell()
    return {account: amount for account, amount in balances().items() if account in PLACES}


def one() -> str:
    return f"{PAGES}{CashDeposit.objects.get().id}/"


def test_from_the_safe_to_the_bank(shop: Shop, store: UUID):
    clerk = at_work(store, Role.DISPATCHER)
    assert "900.000\xa0₫" in text(clerk.get(PAGES))
    assert "Only 900.000" in text(clerk.post(f"{PAGES}new/", form("900.001"), follow=True))
    assert "on its way" in text(clerk.post(f"{PAGES}new/", form("400.000"), follow=True))
    assert places(shop) == {"safe": -400_000, "in_transit": 400_000}, "what came in before is in another book here"
    books(400_000, "NOP TM GB0012")
    assert places(shop) == {"safe": -400_000, "bank": 400_000}
    assert "At the bank as" in text(clerk.get(one()))
    assert Entry.objects.get(kind="deposit_arrived").reference == "FT1"


def test_much_needs_a_manager_who_did_not_write_it(shop: Shop, store: UUID):
    writer, other = at_work(store, Role.MANAGER), at_work(store, Role.MANAGER, name="Ba")
    assert "second person has to agree" in text(writer.post(f"{PAGES}new/", form("600.000"), follow=True))
    assert "Somebody else has to agree" in text(writer.post(one(), {"do": "agree"}, follow=True))
    assert at_work(store, Role.DISPATCHER).post(one(), {"do": "agree"}).status_code == 200
    assert places(shop) == {}
    assert ["I agree" in text(client.get(one())) for client in (writer, other)] == [False, True]
    assert "Agreed" in text(other.post(one(), {"do": "agree"}, follow=True))
    assert places(shop) == {"safe": -600_000, "in_transit": 600_000}
    assert "in the safe" in text(other.post(one(), {"do": "undo", "why": "not taken"}, follow=True))
    assert places(shop) == {}


def test_another_amount_is_explained_on_the_page_of_the_transfer(shop: Shop, store: UUID):
    at_work(store, Role.DISPATCHER).post(f"{PAGES}new/", form("400.000"))
    found = books(395_000, "NOP TM GB0012")
    manager = at_work(store, Role.MANAGER)
    page = f"/en/admin/payments/incomingtransfer/{found.id}/change/"
    asked = {"do": "deposit", "slip": "gb-0012", "note": "one note was false"}
    assert "It names the slip of cash" in text(manager.get(page))
    assert "Which slip" in text(manager.post(page, asked | {"slip": ""}))
    assert "say why" in text(manager.post(page, asked, follow=True))
    assert "cash of ours" in text(manager.post(page, asked | {"reason": "false_note"}, follow=True))
    assert places(shop) == {"safe": -400_000, "bank": 395_000, "over_short": 5_000}
    assert "Undone" not in text(manager.post(page, {"do": "reopen", "note": "it was the rent"}, follow=True))
    assert places(shop) == {"safe": -400_000, "in_transit": 400_000, "bank": 395_000, "unassigned": -395_000}


def test_what_the_bank_keeps_for_counting_is_its_fee():
    about: dict[str, Any] = {"deposit_id": new_id(), "store_id": new_id(), "slip": "GB0012", "note": "", "by": None}
    fact = CashArrived(**about, amount=dong(400_000), arrived=dong(389_000), reference="FT1", reason="fee", at=NOON)
    assert [(line.account.value, line.amount, line.subject) for line in deposits.arrived(fact).lines] == [
        ("bank", 389_000, ""),
        ("fees", 11_000, "bank"),
        ("in_transit", -400_000, ""),
    ]


@pytest.mark.parametrize("amount", ["", "many", "-5", "0"])
def test_what_is_no_amount_is_not_written_down(store: UUID, amount: str):
    at_work(store, Role.MANAGER).post(f"{PAGES}new/", form(amount))
    assert not CashDeposit.objects.exists()


def test_those_who_count_write_it_down_each_in_their_store(shop: Shop, store: UUID):
    at_work(store, Role.DISPATCHER).post(f"{PAGES}new/", form("1.000"))
    others = (Role.PICKER, Role.SUPPORT, Role.BUYER)
    assert [at_work(None, role).get(PAGES).status_code for role in others] == [403] * 3
    theirs = at_work(new_id(), Role.MANAGER)
    assert (theirs.get(one()).status_code, theirs.post(one(), {"do": "undo", "why": "x"}).status_code) == (403, 403)
    accountant = at_work(None, Role.ACCOUNTANT)
    assert "GB0012" in text(accountant.get("/en/admin/payments/cashdeposit/"))


def test_it_speaks_vietnamese_and_the_list_takes_as_many_statements_for_three_as_for_one(store: UUID):
    clerk = at_work(store, Role.MANAGER)
    clerk.post(f"{PAGES}new/", form("1.000", "7000"))
    assert "Nộp tiền vào ngân hàng" in text(clerk.get(PAGES.removeprefix("/en")))

    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            clerk.get(PAGES)
        return len(queries)

    before = statements()
    for slip in ("7001", "7002"):
        clerk.post(f"{PAGES}new/", form("1.000", slip))
    clerk.get(PAGES)  # says what was just done
    assert statements() == before


def test_a_guest_is_sent_to_sign_in(client: Client):
    assert client.get(PAGES).status_code == 302
