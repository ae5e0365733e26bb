"""What staff see of payments."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.test.client import Client

from grocery.accounts import public as accounts
from grocery.accounts.models import User
from grocery.kernel import clock
from grocery.kernel.ids import new_id
from grocery.kernel.money import dong
from grocery.payments import public as payments
from grocery.payments.models import Dispute, Payment, ProviderCall, ProviderNotice

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(client: Client) -> Client:
    made = accounts.create_staff(
        email="boss@shop.example", password="tám hạt mưa rơi", name="Boss", roles=(), is_superuser=True
    )
    client.force_login(User.objects.get(id=made.id))
    return client


def paid(number: str) -> Payment:
    """A card payment with a call and a notice."""
    order_id, now = new_id(), clock.now()
    with transaction.atomic():
        payments.open_payment(
            order_id=order_id,
            order_number=number,
            payer_id=new_id(),
            store_id=new_id(),
            amount=dong(345_000),
            method=payments.Method.CARD,
            now=now,
        )
    payment = Payment.objects.get(order_id=order_id)
    payment.reference = f"pi_{number}"
    payment.save()
    ProviderCall.objects.create(
        payment=payment,
        operation="authorise",
        revision=0,
        key=f"k-{number}",
        request={},
        state="unknown",
        intended_at=now,
    )
    ProviderNotice.objects.create(
        provider="stripe", event_id=f"evt_{number}", kind="x", reference=payment.reference, body={}, received_at=now
    )
    return payment


PAGES = ["payment", "providercall", "providernotice"]


@pytest.mark.parametrize("page", PAGES)
def test_a_list_takes_as_many_statements_for_three_as_for_one(
    boss: Client, page: str, django_assert_num_queries: Any
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert boss.get(f"/admin/payments/{page}/", follow=True).status_code == 200
        return len(queries)

    paid("G-1")
    statements()
    one = statements()
    paid("G-2")
    paid("G-3")
    assert statements() == one


def test_the_list_shows_money_as_people_read_it(boss: Client):
    paid("G-1")
    assert "345.000\N{NO-BREAK SPACE}₫" in boss.get("/admin/payments/payment/", follow=True).content.decode()


def test_a_payment_is_found_by_its_order_number(boss: Client):
    paid("G-1")
    paid("G-2")
    page = boss.get("/admin/payments/payment/", {"q": "G-2"}, follow=True).content.decode()
    assert ("G-2" in page, ">G-1<" in page) == (True, False)


@pytest.mark.parametrize("path", ["payments/payment", "payments/providercall", "payments/providernotice"])
def test_nothing_can_be_added(boss: Client, path: str):
    assert boss.get(f"/admin/{path}/add/", follow=True).status_code == 403


def test_a_payment_cannot_be_changed(boss: Client):
    payment = paid("G-1")
    boss.post(f"/admin/payments/payment/{payment.id}/change/", {"state": "captured"}, follow=True)
    payment.refresh_from_db()
    assert payment.state == "intended"


def test_a_payment_shows_its_calls_and_its_doubt(boss: Client):
    payment = paid("G-1")
    page = boss.get(f"/admin/payments/payment/{payment.id}/change/", follow=True).content.decode()
    assert ("k-G-1" in page, "pi_G-1" in page) == (True, True)


def test_what_makes_no_sense_waits_until_somebody_has_read_it(boss: Client):
    at = clock.now()
    rows = [("sha256:1", "unreadable"), ("evt_2", "ignored")]
    waiting, other = (
        ProviderNotice.objects.create(
            provider="bank", event_id=event_id, kind="x", body={"text": "{"}, received_at=at, outcome=outcome
        )
        for event_id, outcome in rows
    )
    listed = "/en/admin/payments/providernotice/?outcome__exact=unreadable"
    assert [n.id for n in boss.get(listed).context["cl"].result_list] == [waiting.id]
    chosen = {"action": "mark_as_read", "_selected_action": [str(waiting.id), str(other.id)]}
    boss.post("/en/admin/payments/providernotice/", chosen)
    outcomes = [ProviderNotice.objects.get(id=notice.id).outcome for notice in (waiting, other)]
    assert (outcomes, ProviderNotice.objects.unreadable().count()) == (["read", "ignored"], 0)


def test_a_dispute_waits_in_its_queue_with_what_to_do_and_until_when(boss: Client):
    payment = paid("G-20418")
    Dispute.objects.create(
        payment=payment,
        reference="dp_1",
        state="needs_response",
        amount=345_000,
        opened_at=clock.now(),
        answer_by=clock.now(),
    )
    queue = boss.get("/admin/payments/dispute/", headers={"accept-language": "en"}).content.decode()
    assert "Send evidence" in queue or "Gửi bằng chứng" in queue
    Dispute.objects.update(withdrawn=130_500)
    shown = boss.get(f"/admin/payments/dispute/{Dispute.objects.get().pk}/change/", headers={"accept-language": "en"})
    assert ("130.500" in shown.content.decode(), "130500" in shown.content.decode()) == (True, False)
