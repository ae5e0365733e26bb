"""The queue of money that is owed to customers, and payments that need somebody."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test.client import Client
from django.test.utils import CaptureQueriesContext
from prometheus_client import generate_latest

from grocery.accounts import public as accounts
from grocery.accounts.models import User
from grocery.catalog import public as catalog
from grocery.kernel import clock
from grocery.kernel.ids import new_id
from grocery.kernel.money import dong
from grocery.payments import public as payments
from grocery.payments.models import Payment, RefundPart, Shortfall

pytestmark = pytest.mark.django_db
QUEUE = "/admin/payments/refundpart/"
WORK = "/en/admin/inventory/stockitem/tasks/"
STORE = new_id()


def staff(role: accounts.Role = accounts.Role.MANAGER, store_id: UUID | None = None, name: str = "s") -> Client:
    made = accounts.create_staff(
        email=f"{name}@shop.example", password="tám hạt mưa rơi", name="S", roles=(role,), store_id=store_id
    )
    client = Client()
    client.force_login(User.objects.get(id=made.id))
    return client


@transaction.atomic
def owed(number: str, store_id: UUID = STORE) -> RefundPart:
    """An order that was paid in cash, and of which something goes back."""
    order_id, now = new_id(), clock.now()
    payments.open_payment(
        order_id=order_id,
        order_number=number,
        payer_id=new_id(),
        store_id=store_id,
        amount=dong(345_000),
        method=payments.Method.CASH_ON_DELIVERY,
        now=now,
    )
    payments.record_cash(order_id=order_id, amount=dong(345_000), now=now, by=new_id())
    payments.request_refund(order_id=order_id, amount=dong(25_000), key="K", reason="missing", now=now)
    return RefundPart.objects.get(refund__order_id=order_id)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def page(part: RefundPart) -> str:
    return f"{QUEUE}{part.id}/change/"


def hand_back(client: Client, part: RefundPart, note: str = "at the counter") -> Any:
    return client.post(page(part), {"do": "handed_back", "note": note}, follow=True)


def test_the_queue_shows_what_is_owed_and_nothing_else():
    manager = staff()
    owed("G-1")
    hand_back(manager, owed("G-2"))
    queue = text(manager.get(QUEUE, follow=True))
    assert ("G-1" in queue, "G-2" in queue, "25.000\N{NO-BREAK SPACE}₫" in queue) == (True, False, True)
    assert "G-2" in text(manager.get(f"{QUEUE}?shown=all", follow=True))


def test_the_queue_takes_as_many_statements_for_three_as_for_one():
    manager = staff()

    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert manager.get(QUEUE, follow=True).status_code == 200
        return len(queries)

    owed("G-1")
    statements()
    one = statements()
    owed("G-2")
    owed("G-3")
    assert statements() == one


def test_handing_back_is_noted_with_how_and_by_whom():
    manager, part = staff(), owed("G-1")
    hand_back(manager, part, "VCB 20418")
    part.refresh_from_db()
    assert (part.state, part.note, part.handed_back_by) == ("succeeded", "VCB 20418", User.objects.get().id)


def test_without_saying_how_it_is_not_noted():
    manager, part = staff(), owed("G-1")
    hand_back(manager, part, "")
    part.refresh_from_db()
    assert part.state == "owed"


def test_cash_has_no_card_to_try_again():
    manager, part = staff(), owed("G-1")
    assert 'value="retry"' not in text(manager.get(page(part)))
    answer = manager.post(page(part), {"do": "retry"}, follow=True)
    part.refresh_from_db()
    assert (part.state, "Không" in text(answer) or "không" in text(answer)) == ("owed", True)


def test_who_may_only_look_sees_no_button_and_changes_nothing():
    support, part = staff(accounts.Role.SUPPORT), owed("G-1")
    buttons = [text(client.get(page(part))).count('name="do"') for client in (staff(name="m"), support)]
    assert buttons == [1, 0]
    assert hand_back(support, part).status_code == 403
    part.refresh_from_db()
    assert part.state == "owed"


def test_another_stores_debts_are_not_shown_and_not_settled():
    manager, part = staff(store_id=STORE), owed("G-1", store_id=new_id())
    assert "G-1" not in text(manager.get(QUEUE, follow=True))
    assert hand_back(manager, part).status_code == 403
    part.refresh_from_db()
    assert part.state == "owed"


def held(number: str, *, days: int) -> Payment:
    """A card payment that the provider lets go in so many days."""
    now = clock.now()
    with transaction.atomic():
        view = payments.open_payment(
            order_id=new_id(),
            order_number=number,
            payer_id=new_id(),
            store_id=STORE,
            amount=dong(345_000),
            method=payments.Method.CARD,
            now=now,
        )
    payment = Payment.objects.get(order_id=view.order_id)
    payment.state, payment.capture_before = "authorised", now + timedelta(days=days)
    payment.save()
    return payment


def test_holds_that_end_soon_are_a_queue_of_their_own():
    held("G-1", days=1)
    held("G-2", days=5)
    found = text(staff().get("/admin/payments/payment/?needs=ending"))
    assert ("G-1" in found, "G-2" in found) == (True, False)


def test_what_could_not_be_charged_is_a_queue_of_its_own():
    short = held("G-1", days=5)
    held("G-2", days=5)
    short.calls.create(operation="capture", revision=0, key="k", request={}, state="refused", intended_at=clock.now())
    found = text(staff().get("/admin/payments/payment/?needs=short"))
    assert ("G-1" in found, "G-2" in found) == (True, False)


def test_what_was_not_charged_is_settled_by_its_own_store_alone():
    payment = held("G-1", days=5)
    missing = Shortfall.objects.create(payment=payment, amount=345_000, code="no", opened_at=clock.now())
    ours, theirs = staff(store_id=STORE), staff(store_id=new_id(), name="other")
    page, answers = f"/admin/payments/shortfall/{missing.id}/change/", {"do": "written_off", "note": "gone"}
    assert "345.000" in text(ours.get(page))
    assert [client.post(page, answers, follow=True).status_code for client in (theirs, ours)] == [403, 200]
    missing.refresh_from_db()
    assert (missing.outcome, missing.note) == ("written_off", "gone")
    lists = [text(ours.get(f"/admin/payments/shortfall/{shown}", follow=True)) for shown in ("", "?shown=all")]
    assert ["G-1" in found for found in lists] == [False, True]


def test_the_first_page_and_the_metric_count_holds_that_end_soon_and_were_not_charged():
    store = catalog.save_store(code="q1", name_en="Q1", name_vi="Quận 1").id
    ours = held("G-1", days=1)
    held("G-2", days=3)
    changes: list[dict[str, Any]] = [{"state": "captured"}, {"to_capture": 1}, {"store_id": new_id()}]
    for number, change in enumerate(changes):
        Payment.objects.filter(id=held(f"G-1{number}", days=1).id).update(**change)
    Payment.objects.filter(store_id=STORE).update(store_id=store)
    manager, picker = staff(store_id=store), staff(accounts.Role.PICKER, store_id=store, name="p")
    pages = [text(client.get(WORK, headers={"Accept-Language": "en"})) for client in (manager, picker)]
    assert ["Holds that end soon" in page for page in pages] == [True, False]
    tile = pages[0].split("?needs=ending")[1].split("</a>")[0]
    assert re.findall(r">(\d+)<", tile) == ["1"]
    assert "payments_holds_ending 2.0" in generate_latest().decode()  # of all stores
    Payment.objects.filter(id=ours.id).update(cancel_requested_at=clock.now())
    assert "payments_holds_ending 1.0" in generate_latest().decode()


def test_a_hold_ends_soon_from_two_days_before_it_does():
    now = clock.now()
    Payment.objects.filter(id=held("G-1", days=2).id).update(capture_before=now + payments.HOLDS_END_SOON)
    moments = (now, now + timedelta(microseconds=1))
    assert [payments.holds_ending(now=moment, store_id=STORE) for moment in moments] == [0, 1]
