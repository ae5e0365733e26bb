"""Money that goes back: once, never more than was taken, and owed until it has arrived."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from grocery.kernel.errors import Conflict, NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.money import Money, dong
from grocery.payments import public as payments
from grocery.payments.models import Payment, RefundPart
from tests.payments.conftest import COMMITTED, Till

pytestmark = COMMITTED
CASH = payments.Method.CASH_ON_DELIVERY
STAFF = new_id()
REQUESTED, SUCCEEDED, FAILED = "RefundRequested", "RefundSucceeded", "RefundFailed"


def refund_facts(till: Till, order_id: UUID) -> list[str]:
    return [name for name in till.facts(order_id) if name.startswith("Refund")]


def at_stripe(till: Till, order_id: UUID, number: int = 0) -> list[int]:
    """The amounts of the refunds that Stripe knows of that payment and that did not fail, oldest first."""
    found = till.sandbox.get(f"/v1/refunds?payment_intent={till.reference(order_id, number)}&limit=100")["data"]
    return [refund["amount"] for refund in reversed(found) if refund["status"] != "failed"]


def arrive(till: Till) -> None:
    """The bank has given it to the customer, and Stripe tells us."""
    till.sandbox.advance(6)
    till.webhooks()


def state(order_id: UUID) -> list[str]:
    return [refund.state.value for refund in payments.payment(order_id=order_id).refunds]


def part(order_id: UUID) -> RefundPart:
    return RefundPart.objects.get(refund__order_id=order_id)


def paid_in_cash(till: Till, amount: Money) -> UUID:
    order_id = till.open(amount, CASH)
    payments.record_cash(order_id=order_id, amount=amount, now=till.now, by=STAFF)
    return order_id


def clock_runs(till: Till) -> None:
    """What a few minutes of the clock do."""
    for _ in range(4):
        till.later(minutes=1)
        payments.reconcile(now=till.now)


# --- by card ------------------------------------------------------------------------------------------------------
def test_a_refund_is_a_promise_first(till: Till):
    order_id = till.captured(dong(345_000))
    till.refund(order_id, dong(25_000))
    view = payments.payment(order_id=order_id)
    assert (view.refunded, view.refunding, state(order_id), at_stripe(till, order_id)) == (
        dong(0),
        dong(25_000),
        ["requested"],
        [],
    )


def test_it_is_made_by_the_relay_and_arrives_days_later(till: Till):
    order_id = till.captured(dong(345_000))
    till.refund(order_id, dong(25_000))
    till.deliver()
    assert (state(order_id), at_stripe(till, order_id)) == (["pending"], [25_000])
    arrive(till)
    view = payments.payment(order_id=order_id)
    assert (view.refunded, view.refunding, state(order_id), refund_facts(till, order_id)) == (
        dong(25_000),
        dong(0),
        ["succeeded"],
        [REQUESTED, SUCCEEDED],
    )


def test_the_same_key_twice_is_one_refund(till: Till):
    order_id = till.captured(dong(345_000))
    once, again = till.refund(order_id, dong(25_000), "K1"), till.refund(order_id, dong(25_000), "K1")
    till.deliver()
    assert (once.id == again.id, at_stripe(till, order_id)) == (True, [25_000])


def test_the_same_key_with_another_amount_is_a_conflict(till: Till):
    order_id = till.captured(dong(345_000))
    till.refund(order_id, dong(25_000), "K1")
    with pytest.raises(Conflict):
        till.refund(order_id, dong(26_000), "K1")


def test_several_refunds_come_to_all_that_was_taken_and_no_more(till: Till):
    order_id = till.captured(dong(345_000))
    till.refund(order_id, dong(300_000), "K1")
    till.refund(order_id, dong(45_000), "K2")
    with pytest.raises(payments.MoreThanCaptured) as refusal:
        till.refund(order_id, dong(1), "K3")
    till.deliver()
    assert (refusal.value.left, at_stripe(till, order_id)) == (dong(0), [300_000, 45_000])


def test_what_was_held_and_not_taken_is_not_given_back(till: Till):
    order_id = till.authorised(dong(345_000))
    till.capture(order_id, dong(300_000))
    till.deliver()
    with pytest.raises(payments.MoreThanCaptured):
        till.refund(order_id, dong(300_001))


def test_nothing_is_given_back_before_it_was_taken(till: Till):
    order_id = till.authorised(dong(345_000))
    with pytest.raises(payments.MoreThanCaptured):
        till.refund(order_id, dong(1_000))


@pytest.mark.parametrize("amount", [0, -5])
def test_nothing_is_no_refund(till: Till, amount: int):
    order_id = till.captured(dong(345_000))
    with pytest.raises(payments.AmountTooSmall):
        till.refund(order_id, dong(amount))


def test_an_order_that_nobody_paid_has_nothing_to_give_back(till: Till):
    with pytest.raises(NotFound):
        till.refund(new_id(), dong(1_000))


def test_the_newest_payment_gives_back_first(till: Till):
    order_id = till.captured(dong(345_000), dong(400_000))
    till.refund(order_id, dong(60_000))
    till.deliver()
    assert [at_stripe(till, order_id, number) for number in range(2)] == [[5_000], [55_000]]


def test_a_refund_in_two_parts_succeeds_once_and_when_both_have_arrived(till: Till):
    order_id = till.captured(dong(345_000), dong(400_000))
    till.refund(order_id, dong(60_000))
    till.deliver()
    arrive(till)
    assert (refund_facts(till, order_id), payments.payment(order_id=order_id).refunded) == (
        [REQUESTED, SUCCEEDED],
        dong(60_000),
    )


def refund_and_stumble(till: Till, order_id: UUID) -> None:
    payments.request_refund(order_id=order_id, amount=dong(25_000), key="K", reason="x", now=till.now)
    raise ZeroDivisionError


def test_a_refund_that_is_rolled_back_with_its_reason_is_never_made(till: Till):
    order_id = till.captured(dong(345_000))
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        refund_and_stumble(till, order_id)
    till.deliver()
    assert (state(order_id), at_stripe(till, order_id)) == ([], [])


def test_a_refund_is_promised_in_a_transaction_or_not_at_all(till: Till):
    order_id = till.captured(dong(345_000))
    with pytest.raises(transaction.TransactionManagementError):
        payments.request_refund(order_id=order_id, amount=dong(1_000), key="K", reason="x", now=till.now)


def test_the_database_itself_refuses_to_promise_more_than_was_taken(till: Till):
    order_id = till.captured(dong(345_000))
    with pytest.raises(IntegrityError):
        Payment.objects.filter(order_id=order_id).update(refunding=345_001)


# --- trouble: the other faults are those of test_fault_matrix -------------------------------------------------------
@pytest.mark.parametrize("fault", ["500_no_retry", "latency"])
def test_a_fault_ends_well_and_gives_back_once(till: Till, settings: Any, fault: str):
    settings.STRIPE_TIMEOUTS = (2.0, 0.3)
    order_id = till.captured(dong(345_000))
    till.sandbox.fault("refund", fault, times=1, seconds=0.5)
    till.refund(order_id, dong(25_000))
    till.deliver()
    clock_runs(till)
    till.sandbox.advance(6)
    clock_runs(till)
    assert (at_stripe(till, order_id), state(order_id), refund_facts(till, order_id)) == (
        [25_000],
        ["succeeded"],
        [REQUESTED, SUCCEEDED],
    )


def test_one_without_an_answer_is_looked_for_long_after_its_key_was_forgotten(till: Till):
    order_id = till.captured(dong(345_000))
    till.sandbox.fault("refund", "cut", times=2)
    till.refund(order_id, dong(25_000))
    till.deliver()
    till.sandbox.advance(2 * 86_400)
    till.later(days=2)
    clock_runs(till)
    assert (at_stripe(till, order_id), state(order_id)) == ([25_000], ["succeeded"])


def test_lost_webhooks_are_made_up_for_by_asking(till: Till):
    order_id = till.captured(dong(345_000))
    till.refund(order_id, dong(25_000))
    till.deliver()
    till.sandbox.knobs(drop=["*"])
    arrive(till)
    clock_runs(till)
    assert state(order_id) == ["succeeded"]


def test_what_has_long_arrived_is_never_asked_about_again(till: Till):
    order_id = till.captured(dong(345_000))
    till.refund(order_id, dong(25_000))
    till.deliver()
    arrive(till)
    till.later(days=11)
    payments.reconcile(now=till.now)
    till.later(days=30)
    assert payments.reconcile(now=till.now) == 0


def test_news_twice_late_and_in_any_order_count_once(till: Till):
    order_id = till.captured(dong(345_000))
    till.refund(order_id, dong(25_000))
    till.deliver()
    till.sandbox.advance(6)
    webhooks = till.sandbox.take_webhooks()
    for webhook in [*reversed(webhooks), *webhooks]:
        with suppress(payments.BadWebhook):
            till.receive(webhook)
        till.deliver()
    assert (refund_facts(till, order_id), payments.payment(order_id=order_id).refunded) == (
        [REQUESTED, SUCCEEDED],
        dong(25_000),
    )


def refused(till: Till) -> UUID:
    """A refund that Stripe will not make: somebody has given it all back there, unseen by us."""
    order_id = till.captured(dong(345_000))
    till.sandbox.play(till.reference(order_id), "refund")
    till.refund(order_id, dong(25_000))
    till.deliver()
    return order_id


def test_what_the_provider_refuses_to_give_back_is_still_owed(till: Till):
    order_id = refused(till)
    view = payments.payment(order_id=order_id)
    assert (state(order_id), view.refunding, part(order_id).failure_code, refund_facts(till, order_id)) == (
        ["owed"],
        dong(25_000),
        "charge_already_refunded",
        [REQUESTED, FAILED],
    )


def failed_late(till: Till) -> UUID:
    order_id = till.captured(dong(345_000))
    till.refund(order_id, dong(25_000))
    till.deliver()
    arrive(till)
    till.sandbox.play(part(order_id).reference, "fail_refund")
    till.webhooks()
    return order_id


def test_one_that_comes_back_after_days_is_owed_again(till: Till):
    order_id = failed_late(till)
    view = payments.payment(order_id=order_id)
    assert (view.refunded, view.refunding, state(order_id), refund_facts(till, order_id)) == (
        dong(0),
        dong(25_000),
        ["owed"],
        [REQUESTED, SUCCEEDED, FAILED],
    )


def test_it_can_be_tried_again(till: Till):
    order_id = failed_late(till)
    payments.retry_refund(part_id=part(order_id).id, now=till.now)
    till.deliver()
    arrive(till)
    assert (at_stripe(till, order_id), state(order_id), refund_facts(till, order_id)[3:]) == (
        [25_000],
        ["succeeded"],
        [SUCCEEDED],
    )


def test_one_that_was_handed_back_by_a_person_is_settled_whatever_the_provider_says_later(till: Till):
    order_id = failed_late(till)
    payments.record_handed_back(part_id=part(order_id).id, by=STAFF, note="VCB 20418", now=till.now)
    clock_runs(till)
    view = payments.payment(order_id=order_id)
    assert (view.refunded, state(order_id)) == (dong(25_000), ["succeeded"])


@pytest.mark.parametrize("step", ["before", "after"])
def test_a_refund_that_nobody_has_to_see_to_is_left_alone(till: Till, step: str):
    order_id = till.captured(dong(345_000))
    till.refund(order_id, dong(25_000))
    if step == "after":
        till.deliver()
        arrive(till)
    with pytest.raises(payments.RefundIs):
        payments.retry_refund(part_id=part(order_id).id, now=till.now)
    with pytest.raises(payments.RefundIs):
        payments.record_handed_back(part_id=part(order_id).id, by=STAFF, note="", now=till.now)


def test_a_refund_made_by_hand_at_stripe_counts(till: Till):
    order_id = till.captured(dong(345_000))
    till.sandbox.play(till.reference(order_id), "refund")
    till.webhooks()
    arrive(till)
    view = payments.payment(order_id=order_id)
    assert (view.refunded, [refund.reason for refund in view.refunds]) == (dong(345_000), ["made_at_provider"])
    with pytest.raises(payments.MoreThanCaptured):
        till.refund(order_id, dong(1))


def test_after_a_restore_no_key_is_used_again(till: Till, settings: Any):
    order_id = till.captured(dong(345_000))
    settings.RESTORE_EPOCH = 3
    till.refund(order_id, dong(25_000))
    till.deliver()
    key = till.sandbox.requests("refund")[0]["idempotency_key"]
    assert key == f"refund:{till.payment(order_id).id}:e3:r0"


# --- cash ---------------------------------------------------------------------------------------------------------
def test_cash_is_owed_until_somebody_has_handed_it_back(till: Till):
    order_id = paid_in_cash(till, dong(345_000))
    till.refund(order_id, dong(25_000))
    till.deliver()
    assert (state(order_id), refund_facts(till, order_id)) == (["owed"], [REQUESTED])
    payments.record_handed_back(part_id=part(order_id).id, by=STAFF, note="at the counter", now=till.now)
    view = payments.payment(order_id=order_id)
    assert (state(order_id), view.refunded, view.refunding, refund_facts(till, order_id)) == (
        ["succeeded"],
        dong(25_000),
        dong(0),
        [REQUESTED, SUCCEEDED],
    )


def test_handing_it_back_is_noted_once(till: Till):
    order_id = paid_in_cash(till, dong(345_000))
    till.refund(order_id, dong(25_000))
    for note in ("first", "second"):
        payments.record_handed_back(part_id=part(order_id).id, by=STAFF, note=note, now=till.now)
    assert (part(order_id).note, refund_facts(till, order_id)) == ("first", [REQUESTED, SUCCEEDED])


def test_no_provider_is_asked_for_cash(till: Till):
    order_id = paid_in_cash(till, dong(345_000))
    till.refund(order_id, dong(25_000))
    with pytest.raises(payments.RefundIs):
        payments.retry_refund(part_id=part(order_id).id, now=till.now)


def test_more_cash_than_was_taken_is_not_given_back(till: Till):
    order_id = paid_in_cash(till, dong(345_000))
    with pytest.raises(payments.MoreThanCaptured):
        till.refund(order_id, dong(345_001))


def test_an_unknown_refund_is_not_found():
    with pytest.raises(NotFound):
        payments.retry_refund(part_id=new_id(), now=None)  # type: ignore[arg-type]  # never reached
