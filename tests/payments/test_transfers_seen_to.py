"""What a person does about a transfer that fits nothing: every đồng ends with an order, owed, or sent back."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

import pytest

from grocery.kernel.errors import Invalid, NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.money import dong
from grocery.payments import public as payments
from grocery.payments.contracts import Method
from grocery.payments.models import IncomingTransfer, Payment
from tests.payments.conftest import BASKET, COMMITTED, PAYER, Till
from tests.payments.test_bank_notices import at_once, memo_of, offered, owed, queue, tell, transfer

__all__ = ["offered"]

pytestmark = COMMITTED
WHO = new_id()


def came(till: Till, memo: str, amount: int = BASKET.minor, reference: str = "FT1") -> UUID:
    tell(till, transfer(memo, amount, reference))
    return IncomingTransfer.objects.get(reference=reference).id


def order(till: Till, number: str = "G-1") -> UUID:
    """One that waits for its transfer."""
    order_id = till.open(BASKET, Method.BANK_TRANSFER)
    Payment.objects.filter(order_id=order_id).update(order_number=number)
    return order_id


def assign(till: Till, transfer_id: UUID, number: str = "G-1") -> None:
    payments.assign_transfer(transfer_id=transfer_id, order_number=number, by=WHO, note="phoned", now=till.now)


def standing(transfer_id: UUID) -> tuple[str, str]:
    found = IncomingTransfer.objects.get(id=transfer_id)
    return found.standing, found.note


def money(order_id: UUID) -> tuple[int, list[int]]:
    """What came for the order, and what of it is owed back."""
    return payments.payment(order_id=order_id).captured.minor, owed(order_id)


def test_the_exact_amount_pays_the_order(till: Till):
    order_id, sent = order(till), came(till, "tien rau")
    assign(till, sent, " g-1 ")
    assert (till.facts(order_id), money(order_id)) == (["PaymentAuthorised"], (345_000, []))
    assert (standing(sent), queue()) == (("paid", "phoned"), [])


def test_more_pays_and_the_rest_is_owed_back(till: Till):
    order_id = order(till)
    assign(till, came(till, memo_of(till, order_id), 350_000))
    assert (till.facts(order_id)[0], money(order_id)) == ("PaymentAuthorised", (350_000, [5_000]))
    till.capture(order_id, dong(300_000))
    assert money(order_id) == (350_000, [5_000, 45_000])


def test_less_waits_for_the_rest_and_is_paid_by_it(till: Till):
    order_id = order(till)
    first = came(till, memo_of(till, order_id), 300_000)
    assign(till, first)
    assert (standing(first)[0], till.state(order_id), queue()) == ("waits", "pending", [])
    came(till, memo_of(till, order_id), 45_000, "FT2")
    assert (till.state(order_id), standing(first)[0], money(order_id)) == ("captured", "paid", (345_000, []))


def test_parts_that_come_to_more_pay_and_the_rest_is_owed_back(till: Till):
    order_id = order(till)
    for number, amount in enumerate((300_000, 50_000)):
        assign(till, came(till, "x", amount, f"FT{number}"))
    assert (till.state(order_id), money(order_id)) == ("captured", (350_000, [5_000]))


def test_a_part_whose_order_went_off_waits_for_somebody_again(till: Till):
    order_id = order(till)
    part = came(till, "x", 300_000)
    assign(till, part)
    till.cancel(order_id)
    assert [reference for reference, _ in queue()] == ["FT1"]
    assign(till, part)
    assert (money(order_id), queue()) == ((300_000, [300_000]), [])


def test_what_came_twice_is_owed_back(till: Till):
    order_id = order(till)
    came(till, memo_of(till, order_id))
    assign(till, came(till, memo_of(till, order_id), reference="FT2"))
    assert money(order_id) == (690_000, [345_000])


def test_sent_back_by_hand_can_be_undone_until_it_is_with_an_order(till: Till):
    order(till)
    sent = came(till, "x")
    payments.record_sent_back(transfer_id=sent, by=WHO, note="FT back 7", now=till.now)
    assert (standing(sent), queue()) == (("sent_back", "FT back 7"), [])
    payments.reopen_transfer(transfer_id=sent, by=WHO, note="wrong one", now=till.now)
    assign(till, sent)
    for do in (payments.record_sent_back, payments.reopen_transfer):
        with pytest.raises(payments.TransferIs):
            do(transfer_id=sent, by=WHO, note="", now=till.now)


def test_it_becomes_store_credit_of_its_customer_and_stops_being_that_unless_spent(till: Till):
    order_id = order(till)
    sent = came(till, memo_of(till, order_id), 400_000)
    for number in ("", "G-1", ""):
        payments.make_credit(transfer_id=sent, order_number=number, by=WHO, note="asked for it", now=till.now)
        assert (standing(sent), queue()) == (("credited", "asked for it"), [])
        assert payments.credit_of(customer_id=PAYER) == dong(400_000)
        with pytest.raises(payments.TransferIs):
            payments.make_credit(transfer_id=sent, order_number="", by=WHO, note="twice", now=till.now)
        payments.reopen_transfer(transfer_id=sent, by=WHO, note="wrong one", now=till.now)
        assert (payments.credit_of(customer_id=PAYER), standing(sent)[0]) == (dong(0), "open")
    payments.make_credit(transfer_id=sent, order_number="", by=WHO, note="asked for it", now=till.now)
    till.open(BASKET, Method.BANK_TRANSFER, credit=345_000)
    with pytest.raises(payments.NotEnoughCredit):
        payments.reopen_transfer(transfer_id=sent, by=WHO, note="too late", now=till.now)
    assert standing(sent)[0] == "credited"


def test_nobody_is_guessed_and_nobody_credits_themselves(till: Till):
    sent = came(till, "tien rau")
    with pytest.raises(NotFound):
        payments.make_credit(transfer_id=sent, order_number="", by=WHO, note="whose?", now=till.now)
    order(till)
    with pytest.raises(Invalid):
        payments.make_credit(transfer_id=sent, order_number="G-1", by=PAYER, note="mine", now=till.now)
    assert standing(sent)[0] == "open"


def test_two_who_see_to_it_at_once_do_one_thing(till: Till):
    order_id = order(till)
    sent = came(till, memo_of(till, order_id), 400_000)
    terms: dict[str, Any] = {"transfer_id": sent, "by": WHO, "note": "at once", "now": till.now}
    made = partial(payments.make_credit, order_number="", **terms)
    at_once(made, made, partial(payments.record_sent_back, **terms))
    spendable = payments.credit_of(customer_id=PAYER).minor
    assert (standing(sent)[0], spendable) in {("credited", 400_000), ("sent_back", 0)}


def test_of_two_amounts_the_true_one_pays(till: Till):
    order_id = order(till)
    for amount in (346_000, 345_000):
        sent = came(till, memo_of(till, order_id), amount)
    with pytest.raises(payments.TransferIs):
        assign(till, sent)
    payments.believe_other_amount(transfer_id=sent, by=WHO, note="asked the bank", now=till.now)
    assert (till.state(order_id), queue()) == ("captured", [])


def test_an_order_that_is_paid_otherwise_or_is_none_is_refused(till: Till, settings: Any):
    settings.PAYMENT_METHODS = ("bank_transfer", "cash_on_delivery")
    Payment.objects.filter(order_id=till.open(method=Method.CASH_ON_DELIVERY)).update(order_number="G-2")
    sent = came(till, "x")
    with pytest.raises(payments.NotPaidByTransfer):
        assign(till, sent, "G-2")
    with pytest.raises(NotFound):
        assign(till, sent, "G-3")
    assert queue() == [("FT1", "unknown_memo")]


def test_two_people_at_once_do_one_thing(till: Till):
    order_id, other = order(till), order(till, "G-2")
    sent = came(till, "x")
    back = partial(payments.record_sent_back, transfer_id=sent, by=WHO, note="back", now=till.now)
    done = at_once(partial(assign, till, sent), partial(assign, till, sent, "G-2"), back)
    assert sorted(map(str, done)) == sorted(map(str, [None, payments.TransferIs, payments.TransferIs]))
    came_for = payments.payment(order_id=order_id).captured + payments.payment(order_id=other).captured
    assert came_for == (BASKET if standing(sent)[0] == "paid" else dong(0))


def test_one_that_has_paid_and_is_told_again_with_another_amount_waits_until_somebody_has_asked_the_bank(till: Till):
    order_id = order(till)
    memo = memo_of(till, order_id)
    sent = came(till, memo)
    for _ in range(2):
        tell(till, transfer(memo, BASKET.minor - 1_000))
    assert (money(order_id), queue()) == ((345_000, []), [("FT1", "otherwise")])
    settle = partial(payments.settle_other_amount, transfer_id=sent, by=WHO, note="a slip of the bank", now=till.now)
    settle()
    assert (standing(sent), queue(), money(order_id)) == (("paid", "a slip of the bank"), [], (345_000, []))
    with pytest.raises(payments.TransferIs):
        settle()
    tell(till, transfer(memo, BASKET.minor - 1_000))
    assert queue() == [], "it is settled"
