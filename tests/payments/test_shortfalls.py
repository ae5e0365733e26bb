"""Refunds that come before their capture, and captures that do not come about."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from grocery.kernel.ids import new_id
from grocery.kernel.money import dong
from grocery.payments import public as payments
from grocery.payments.gateways.provider import Refused
from grocery.payments.gateways.stripe import StripeProvider
from grocery.payments.models import Refund, Shortfall
from grocery.payments.services.settle import settle
from tests.payments.conftest import COMMITTED, Till
from tests.payments.test_refunds import at_stripe, refund_facts

pytestmark = COMMITTED
CASH = payments.Method.CASH_ON_DELIVERY
STAFF = new_id()


def money(order_id: UUID) -> tuple[int, int, int]:
    """What is ours, what went back, what is promised back."""
    view = payments.payment(order_id=order_id)
    return view.captured.minor, view.refunded.minor, view.refunding.minor


def refuse_captures(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bank says no and keeps holding the money."""

    def refuse(*_: Any, **__: Any) -> None:
        raise Refused("card_declined")

    monkeypatch.setattr(StripeProvider, "capture", refuse)


@pytest.fixture
def short(till: Till, monkeypatch: pytest.MonkeyPatch) -> UUID:
    """An order of 345.000 ₫ that is packed, and whose card was not charged though its hold stands."""
    order_id = till.authorised(dong(345_000))
    with monkeypatch.context() as bank:
        refuse_captures(bank)
        till.capture(order_id, dong(345_000))
        till.deliver()
    return order_id


def shortfall(order_id: UUID) -> Shortfall:
    return Shortfall.objects.of_order(order_id).open().get()


# --- a refund before its capture is known ---------------------------------------------------------------------------
def test_a_refund_waits_for_the_capture_and_goes_out_by_itself(till: Till):
    order_id = till.authorised(dong(345_000))
    till.capture(order_id, dong(345_000))
    asked = till.refund(order_id, dong(25_000))
    assert (asked.state.value, money(order_id)) == ("requested", (0, 0, 0))
    till.deliver()
    till.deliver()
    assert (at_stripe(till, order_id), money(order_id), refund_facts(till, order_id)) == (
        [25_000],
        (345_000, 0, 25_000),
        ["RefundRequested"],
    )


def test_one_that_waits_counts_already(till: Till):
    order_id = till.authorised(dong(345_000))
    till.capture(order_id, dong(345_000))
    till.refund(order_id, dong(300_000), "K1")
    again = till.refund(order_id, dong(300_000), "K1")
    with pytest.raises(payments.MoreThanCaptured) as refusal:
        till.refund(order_id, dong(45_001), "K2")
    shown = payments.payment(order_id=order_id).refunds
    assert (refusal.value.left, [one.id for one in shown]) == (dong(45_000), [again.id])


def test_cash_that_is_to_be_collected_is_owed_back_once_it_was(till: Till):
    order_id = till.open(dong(100_000), CASH)
    till.capture(order_id, dong(100_000))
    till.refund(order_id, dong(30_000))
    payments.record_cash(order_id=order_id, amount=dong(100_000), now=till.now, by=STAFF)
    assert (money(order_id), payments.payment(order_id=order_id).refunds[0].state.value) == (
        (100_000, 0, 30_000),
        "owed",
    )


def test_what_was_never_taken_need_not_go_back(till: Till):
    order_id = till.open(dong(100_000), CASH)
    till.capture(order_id, dong(100_000))
    till.refund(order_id, dong(30_000))
    till.cancel(order_id)
    assert (money(order_id), payments.payment(order_id=order_id).refunds, refund_facts(till, order_id)) == (
        (0, 0, 0),
        (),
        ["RefundRequested", "RefundSucceeded"],
    )


def test_less_is_missing_where_goods_came_back(till: Till, monkeypatch: pytest.MonkeyPatch):
    order_id = till.authorised(dong(345_000))
    till.capture(order_id, dong(345_000))
    till.refund(order_id, dong(25_000))
    with monkeypatch.context() as bank:
        refuse_captures(bank)
        till.deliver()
    assert (shortfall(order_id).missing, money(order_id)) == (dong(320_000), (0, 0, 0))
    till.refund(order_id, dong(320_000), "all the rest")
    till.deliver()
    assert (Shortfall.objects.open().count(), till.state(order_id)) == (0, "cancelled")


def test_refunds_and_their_capture_at_once_never_give_back_more_than_was_taken(till: Till):
    order_id = till.authorised(dong(345_000))
    till.capture(order_id, dong(300_000))
    barrier = Barrier(5)

    def one(number: int) -> Any:
        barrier.wait()
        try:
            return (
                till.refund(order_id, dong(100_000), f"K{number}")
                if number
                else settle(order_id=order_id, now=till.now)
            )
        except payments.MoreThanCaptured as refusal:
            return type(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        outcomes = list(pool.map(one, range(5)))
    till.deliver()
    till.deliver()
    assert (outcomes.count(payments.MoreThanCaptured), at_stripe(till, order_id)) == (1, [100_000] * 3)
    assert (money(order_id), Refund.objects.waiting().count()) == ((300_000, 0, 300_000), 0)


# --- a capture that does not come about -----------------------------------------------------------------------------
def test_what_was_not_charged_is_told_and_stands_in_a_queue(till: Till, short: UUID):
    facts = [name for name in till.events(short) if name == "CaptureFellShort"]
    assert (shortfall(short).missing, shortfall(short).code, facts) == (
        dong(345_000),
        "card_declined",
        ["CaptureFellShort"],
    )


def test_charging_again_settles_it(till: Till, short: UUID):
    payments.retry_capture(shortfall_id=shortfall(short).id, by=STAFF, now=till.now)
    till.deliver()
    kept = Shortfall.objects.get()
    assert (kept.outcome, kept.settled_by, money(short), till.state(short)) == (
        "retried",
        STAFF,
        (345_000, 0, 0),
        "captured",
    )


def test_refused_again_it_stands_in_the_queue_again(till: Till, short: UUID, monkeypatch: pytest.MonkeyPatch):
    refuse_captures(monkeypatch)
    payments.retry_capture(shortfall_id=shortfall(short).id, by=STAFF, now=till.now)
    till.deliver()
    assert sorted(Shortfall.objects.values_list("outcome", flat=True)) == ["", "retried"]


def test_paid_otherwise_it_is_ours_and_goes_back_in_cash(till: Till, short: UUID):
    for _ in range(2):
        payments.record_collected(shortfall_id=Shortfall.objects.get().id, by=STAFF, note="VCB 1234", now=till.now)
    till.refund(short, dong(25_000))
    till.deliver()
    view = payments.payment(order_id=short)
    assert (view.captured, view.state.value, view.refunds[0].in_cash) == (dong(345_000), "captured", True)
    assert (Shortfall.objects.get().note, till.payment(short).state) == ("VCB 1234", "cancelled")


def test_written_off_nothing_goes_back_of_it(till: Till, short: UUID):
    payments.write_off(shortfall_id=shortfall(short).id, by=STAFF, note="no answer", now=till.now)
    till.refund(short, dong(25_000))
    assert (money(short), payments.payment(order_id=short).refunds) == ((0, 0, 0), ())
    with pytest.raises(payments.ShortfallIs):
        payments.record_collected(shortfall_id=Shortfall.objects.get().id, by=STAFF, note="x", now=till.now)


def test_a_hold_that_is_gone_cannot_be_charged_again(till: Till):
    order_id = till.authorised()
    till.sandbox.advance(7 * 86_400 + 1)
    till.capture(order_id, dong(345_000))
    till.deliver()
    with pytest.raises(payments.PaymentIs):
        payments.retry_capture(shortfall_id=shortfall(order_id).id, by=STAFF, now=till.now)
