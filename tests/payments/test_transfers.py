"""A bank transfer is ours before the goods are packed: what is not kept of it goes back, and late money too."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from grocery.kernel.money import dong
from grocery.payments import public as payments
from grocery.payments.contracts import Method
from grocery.payments.services.receive_transfer import receive_transfer
from tests.payments.conftest import BASKET, COMMITTED, Till

pytestmark = COMMITTED


@pytest.fixture(autouse=True)
def offered(settings: Any) -> None:
    settings.PAYMENT_METHODS = ("bank_transfer",)


def opened(till: Till) -> UUID:
    return till.open(BASKET, Method.BANK_TRANSFER)


def arrive(till: Till, order_id: UUID, number: int = 0, reference: str = "FT1") -> bool:
    return receive_transfer(payment_id=till.payment(order_id, number).id, reference=reference, now=till.now)


def sent(till: Till) -> UUID:
    order_id = opened(till)
    arrive(till, order_id)
    return order_id


def refunds(order_id: UUID) -> list[tuple[int, str]]:
    """What goes back, and how far it is."""
    return [(refund.amount.minor, refund.state) for refund in payments.payment(order_id=order_id).refunds]


def test_an_order_waits_for_its_transfer(till: Till):
    order_id = opened(till)
    view = payments.payment(order_id=order_id)
    assert (view.state, view.to_pay, till.facts(order_id)) == ("pending", BASKET, [])


def test_a_transfer_that_arrived_pays_the_order_once(till: Till):
    order_id = opened(till)
    assert [arrive(till, order_id) for _ in range(2)] == [True, False]
    assert (till.state(order_id), till.facts(order_id)) == ("captured", ["PaymentAuthorised"])


def test_what_is_not_kept_is_owed(till: Till):
    order_id = sent(till)
    for _ in range(2):
        till.capture(order_id, dong(300_000))
    assert refunds(order_id) == [(45_000, "owed")]
    assert till.facts(order_id) == ["PaymentAuthorised", "RefundRequested", "PaymentCaptured"]


def test_all_of_it_may_be_kept(till: Till):
    order_id = sent(till)
    till.capture(order_id, BASKET)
    assert (refunds(order_id), till.facts(order_id)) == ([], ["PaymentAuthorised", "PaymentCaptured"])


def test_an_order_that_is_called_off_owes_all_of_it(till: Till):
    order_id = sent(till)
    for _ in range(2):
        till.cancel(order_id)
    assert refunds(order_id) == [(345_000, "owed")]


def test_once_the_goods_are_packed_nothing_is_called_off(till: Till):
    order_id = sent(till)
    till.capture(order_id, dong(300_000))
    with pytest.raises(payments.PaymentIs):
        till.cancel(order_id)


def test_money_that_comes_after_the_order_ended_is_owed(till: Till):
    order_id = opened(till)
    till.cancel(order_id)
    assert till.facts(order_id) == ["PaymentCancelled"]
    arrive(till, order_id)
    assert (refunds(order_id), till.facts(order_id)) == ([(345_000, "owed")], ["PaymentCancelled", "RefundRequested"])


def test_a_top_up_is_another_transfer(till: Till):
    order_id = sent(till)
    assert till.raise_to(order_id, dong(400_000)) == dong(55_000)
    arrive(till, order_id, number=1, reference="FT2")
    till.capture(order_id, dong(380_000))
    assert (payments.payment(order_id=order_id).captured, refunds(order_id)) == (dong(400_000), [(20_000, "owed")])


def test_a_top_up_that_is_not_needed_goes_back_whole(till: Till):
    order_id = sent(till)
    till.raise_to(order_id, dong(400_000))
    arrive(till, order_id, number=1, reference="FT2")
    till.lower_to(order_id, dong(345_000))
    till.capture(order_id, dong(345_000))
    assert refunds(order_id) == [(55_000, "owed")]


def test_one_transfer_pays_one_order(till: Till):
    first, second = opened(till), opened(till)
    arrive(till, first, reference="FT9")
    with pytest.raises(Exception, match="payments_one_per_reference"):
        arrive(till, second, reference="FT9")
