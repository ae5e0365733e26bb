"""Cash at the door."""

from __future__ import annotations

import pytest

from grocery.kernel.errors import Conflict
from grocery.kernel.ids import new_id
from grocery.kernel.money import Money, dong
from grocery.payments import public as payments
from tests.payments.conftest import COMMITTED, Till

pytestmark = COMMITTED

DRIVER = new_id()
BASKET = dong(345_000)


def cash_order(till: Till, amount: Money = BASKET):
    return till.open(amount, payments.Method.CASH_ON_DELIVERY)


def record(till: Till, order_id, amount: Money) -> None:
    payments.record_cash(order_id=order_id, amount=amount, now=till.now, by=DRIVER)


def test_cash_taken_is_captured(till: Till):
    order_id = cash_order(till)
    record(till, order_id, dong(345_000))
    view = payments.payment(order_id=order_id)
    assert (view.state, view.captured, till.facts(order_id)) == (
        "captured",
        dong(345_000),
        ["PaymentAuthorised", "PaymentCaptured"],
    )


def test_the_same_cash_twice_counts_once(till: Till):
    order_id = cash_order(till)
    record(till, order_id, dong(345_000))
    record(till, order_id, dong(345_000))
    assert till.facts(order_id) == ["PaymentAuthorised", "PaymentCaptured"]


def test_other_cash_for_the_same_order_is_a_conflict(till: Till):
    order_id = cash_order(till)
    record(till, order_id, dong(345_000))
    with pytest.raises(Conflict):
        record(till, order_id, dong(300_000))


@pytest.mark.parametrize("amount", [0, -1])
def test_no_cash_is_no_cash(till: Till, amount: int):
    order_id = cash_order(till)
    with pytest.raises(payments.AmountTooSmall):
        record(till, order_id, dong(amount))


def test_more_cash_than_is_due_is_a_slip(till: Till):
    order_id = cash_order(till, dong(345_000))
    with pytest.raises(payments.MoreThanAuthorised):
        record(till, order_id, dong(3_450_000))


def test_a_card_order_takes_no_cash(till: Till):
    order_id = till.open()
    with pytest.raises(payments.PaymentIs):
        record(till, order_id, dong(345_000))


def test_a_cancelled_cash_order_asks_nobody(till: Till):
    order_id = cash_order(till)
    till.cancel(order_id)
    assert (till.state(order_id), till.facts(order_id)) == ("cancelled", ["PaymentAuthorised", "PaymentCancelled"])


def test_what_is_to_be_collected_can_be_said_and_said_again(till: Till):
    order_id = cash_order(till, dong(345_000))
    till.capture(order_id, dong(300_000))
    till.capture(order_id, dong(290_000))
    record(till, order_id, dong(290_000))
    assert payments.payment(order_id=order_id).captured == dong(290_000)
