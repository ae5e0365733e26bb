"""Store credit as staff see it: given with a reason, taken back, by those who may, in their own store."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.contrib.admin.models import LogEntry
from django.test.client import Client

from grocery.accounts import public as accounts
from grocery.kernel import clock
from grocery.kernel.errors import Invalid
from grocery.kernel.ids import new_id
from grocery.kernel.money import dong
from grocery.payments import public as payments
from grocery.payments.models import Payment
from tests.payments.test_owed import STORE, owed, staff, text

pytestmark = pytest.mark.django_db
PAGES = "/en/admin/payments/creditaccount/"


@pytest.fixture
def customer() -> UUID:
    """Who has ordered G-1 in the store."""
    owed("G-1")
    return Payment.objects.get(order_number="G-1").payer_id


def give(client: Client, amount: str = "50.000", whom: str = "g-1", key: str = "K") -> int:
    form = {"whom": whom, "amount": amount, "reason": "late delivery", "key": key}
    return client.post(f"{PAGES}add/", form).status_code


def left(customer: UUID) -> int:
    return payments.credit_of(customer_id=customer).minor


def test_the_customer_of_an_order_is_given_some_once(customer: UUID):
    boss = staff()
    assert [give(boss), give(boss), left(customer)] == [302, 302, 50_000]
    page = text(boss.get(f"{PAGES}{customer}/change/"))
    assert [said for said in ("50.000", "late delivery", "granted") if said not in page] == []
    assert "50.000" in text(boss.get(PAGES))
    assert LogEntry.objects.count() > 0


def test_a_mistake_is_taken_back_with_a_reason(customer: UUID):
    boss = staff()
    give(boss)
    [entry] = payments.credit_entries(customer_id=customer)
    page = f"{PAGES}{customer}/change/"
    boss.post(page, {"take_back": str(entry.id), "reason": ""})
    assert left(customer) == 50_000
    for _ in range(2):
        boss.post(page, {"take_back": str(entry.id), "reason": "wrong order"})
    assert (left(customer), len(payments.credit_entries(customer_id=customer))) == (0, 2)
    assert "Take this back" not in text(boss.get(page))


@pytest.mark.parametrize(("amount", "whom"), [("0", "G-1"), ("10.000.001", "G-1"), ("much", "G-1"), ("1", "G-9")])
def test_what_makes_no_sense_is_said_beside_the_form(customer: UUID, amount: str, whom: str):
    assert (give(staff(), amount, whom), left(customer)) == (200, 0)


def test_supporters_look_and_do_not_give(customer: UUID):
    give(staff())
    support = staff(accounts.Role.SUPPORT, name="support")
    assert (support.get(f"{PAGES}{customer}/change/").status_code, give(support, key="L")) == (200, 403)
    entry = payments.credit_entries(customer_id=customer)[0]
    answer = support.post(f"{PAGES}{customer}/change/", {"take_back": str(entry.id), "reason": "x"})
    assert (answer.status_code, left(customer)) == (403, 50_000)


def test_pickers_see_nothing_of_it(customer: UUID):
    give(staff())
    assert staff(accounts.Role.PICKER, name="picker").get(f"{PAGES}{customer}/change/").status_code == 403


def test_a_stores_manager_gives_to_customers_of_that_store(customer: UUID):
    here, there = staff(store_id=STORE, name="here"), staff(store_id=new_id(), name="there")
    assert (give(there), left(customer)) == (200, 0)
    assert (give(here), left(customer)) == (302, 50_000)
    assert "50.000" not in text(there.get(PAGES))
    assert there.get(f"{PAGES}{customer}/change/").status_code == 403


def test_nobody_gives_to_themselves():
    me = new_id()
    with pytest.raises(Invalid):
        payments.grant_credit(customer_id=me, amount=dong(1), reason="x", by=me, key="K", now=clock.now())
