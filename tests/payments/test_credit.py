"""Store credit: what is given, taken back and comes back; never below nothing, and no đồng without its entry."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from grocery.kernel.errors import Conflict, Invalid, NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.models import OutboxEvent
from grocery.kernel.money import dong
from grocery.payments import public as payments
from grocery.payments.models import CreditAccount
from tests.payments.conftest import COMMITTED, PAYER, Till
from tests.payments.test_refunds import at_stripe, paid_in_cash, refund_facts

pytestmark = COMMITTED
STAFF = new_id()


def granted(till: Till, amount: int, key: str = "K", customer: UUID = PAYER) -> payments.CreditEntryView:
    return payments.grant_credit(
        customer_id=customer, amount=dong(amount), reason="late delivery", by=STAFF, key=key, now=till.now
    )


def taken_back(till: Till, entry: payments.CreditEntryView) -> payments.CreditEntryView:
    return payments.take_back_credit(entry_id=entry.id, reason="wrong customer", by=STAFF, now=till.now)


def to_credit(till: Till, order_id: UUID, amount: int, key: str = "missing-eggs") -> payments.RefundView:
    with transaction.atomic():
        return payments.request_refund(
            order_id=order_id,
            amount=dong(amount),
            key=key,
            reason="missing",
            now=till.now,
            to=payments.RefundTo.CREDIT,
        )


def moved(customer: UUID = PAYER) -> list[tuple[str, int, int]]:
    """Each movement with the balance after it, oldest first."""
    entries = reversed(payments.credit_entries(customer_id=customer))
    return [(entry.kind.value, entry.amount.minor, entry.balance.minor) for entry in entries]


# --- given and taken back -------------------------------------------------------------------------------------------
def test_what_is_granted_can_be_spent(till: Till):
    granted(till, 50_000)
    granted(till, 20_000, "another")
    assert (payments.credit_of(customer_id=PAYER), payments.credit_of(customer_id=new_id())) == (
        dong(70_000),
        dong(0),
    )
    assert moved() == [("granted", 50_000, 50_000), ("granted", 20_000, 70_000)]


def test_the_same_grant_again_is_harmless_and_another_under_its_key_is_refused(till: Till):
    assert granted(till, 50_000) == granted(till, 50_000)
    with pytest.raises(Conflict):
        granted(till, 50_001)
    with pytest.raises(Conflict):
        granted(till, 50_000, customer=new_id())
    assert moved() == [("granted", 50_000, 50_000)]


@pytest.mark.parametrize("amount", [0, -1, 10_000_001])
def test_a_grant_is_more_than_nothing_and_not_a_fortune(till: Till, amount: int):
    with pytest.raises((payments.AmountTooSmall, payments.AmountTooLarge)):
        granted(till, amount)
    assert moved() == []


def test_nothing_is_granted_without_a_reason(till: Till):
    with pytest.raises(Invalid):
        payments.grant_credit(customer_id=PAYER, amount=dong(1), reason=" ", by=STAFF, key="K", now=till.now)


def test_a_mistaken_grant_is_taken_back_once(till: Till):
    entry = granted(till, 50_000)
    assert taken_back(till, entry).amount == dong(-50_000)
    with pytest.raises(payments.NothingToTakeBack):
        taken_back(till, entry)
    assert moved() == [("granted", 50_000, 50_000), ("taken_back", -50_000, 0)]


def test_what_is_no_grant_is_not_taken_back(till: Till):
    undone = taken_back(till, granted(till, 50_000))
    with pytest.raises(NotFound):
        taken_back(till, undone)


# --- the database guards it -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "rewrite", ["UPDATE payments_creditentry SET reason = ''", "DELETE FROM payments_creditentry"]
)
def test_an_entry_is_never_rewritten(till: Till, rewrite: str):
    granted(till, 50_000)
    with pytest.raises(IntegrityError, match="only ever added to"), connection.cursor() as cursor:
        cursor.execute(rewrite)


@pytest.mark.parametrize("amount", [1, 49_999])
def test_a_balance_never_changes_without_its_entry(till: Till, amount: int):
    granted(till, 50_000)
    with pytest.raises(IntegrityError, match="not the sum"), transaction.atomic():
        CreditAccount.objects.take(PAYER, dong(amount))


# --- refunds --------------------------------------------------------------------------------------------------------
def test_a_refund_to_credit_is_there_at_once_and_nobody_is_asked(till: Till):
    order_id = till.captured(dong(345_000))
    refund = to_credit(till, order_id, 100_000)
    assert (refund.state, refund.to_credit, refund.in_cash) == (payments.RefundState.SUCCEEDED, dong(100_000), False)
    assert moved() == [("returned", 100_000, 100_000)]
    till.deliver()
    assert (at_stripe(till, order_id), refund_facts(till, order_id)) == ([], ["RefundRequested", "RefundSucceeded"])


def test_a_refund_to_credit_is_made_once(till: Till):
    order_id = till.captured(dong(345_000))
    assert to_credit(till, order_id, 100_000) == to_credit(till, order_id, 100_000)
    with pytest.raises(Conflict):
        till.refund(order_id, dong(100_000))  # the same key, but back to the card
    assert moved() == [("returned", 100_000, 100_000)]


def test_both_ways_together_give_back_no_more_than_was_taken(till: Till):
    order_id = till.captured(dong(345_000))
    till.refund(order_id, dong(300_000))
    with pytest.raises(payments.MoreThanCaptured):
        to_credit(till, order_id, 45_001, "more")
    to_credit(till, order_id, 45_000, "rest")
    till.deliver()
    assert (at_stripe(till, order_id), payments.credit_of(customer_id=PAYER)) == ([300_000], dong(45_000))


def test_cash_becomes_credit_without_anybody_handing_it_over(till: Till):
    order_id = paid_in_cash(till, dong(200_000))
    refund = to_credit(till, order_id, 50_000)
    assert (refund.state, refund.in_cash, payments.payment(order_id=order_id).refunding) == (
        payments.RefundState.SUCCEEDED,
        False,
        dong(0),
    )


def test_an_order_of_several_payments_is_told_once_that_all_of_it_is_back(till: Till):
    order_id = till.captured(dong(345_000), dong(400_000))
    to_credit(till, order_id, 400_000)
    assert (refund_facts(till, order_id), moved()[-1][2]) == (["RefundRequested", "RefundSucceeded"], 400_000)


def test_a_refund_to_credit_waits_until_the_money_is_ours(till: Till):
    order_id = till.authorised(dong(345_000))
    till.capture(order_id, dong(345_000))
    assert (to_credit(till, order_id, 100_000).to_credit, moved()) == (dong(100_000), [])
    till.deliver()
    till.webhooks()
    assert moved() == [("returned", 100_000, 100_000)]


def test_the_books_hear_that_it_went_to_credit(till: Till):
    order_id = till.captured(dong(345_000))
    to_credit(till, order_id, 100_000)
    [told] = returned(order_id)
    assert (told["provider"], told["reference"], told["amount"]["minor"]) == ("credit", "", 100_000)


def returned(order_id: UUID) -> list[Any]:
    return [
        event.payload
        for event in OutboxEvent.objects.filter(stream=f"payment:{order_id}", name="payments.MoneyReturned")
    ]
