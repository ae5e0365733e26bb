"""An order wants to be paid."""

from __future__ import annotations

import pytest
from django.db import transaction

from grocery.kernel.errors import Conflict, NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.models import OutboxEvent
from grocery.kernel.money import dong
from grocery.payments import public as payments
from grocery.payments.models import Payment
from tests.payments.conftest import COMMITTED, PAYER, STORE, Till

pytestmark = COMMITTED

CARD, CASH = payments.Method.CARD, payments.Method.CASH_ON_DELIVERY


def reopen(till: Till, order_id, amount, method=CARD):
    with transaction.atomic():
        return payments.open_payment(
            order_id=order_id,
            order_number="G-20418",
            payer_id=PAYER,
            store_id=STORE,
            amount=amount,
            method=method,
            now=till.now,
        )


def test_a_card_payment_is_only_intended(till: Till):
    order_id = till.open(dong(345_000))
    assert till.state(order_id) == "intended"


def test_a_card_payment_that_is_only_intended_has_told_nobody(till: Till):
    order_id = till.open(dong(345_000))
    assert till.facts(order_id) == []


def test_opening_asks_no_provider(till: Till):
    till.open()
    assert till.sandbox.requests("create") == []


def test_cash_on_delivery_is_promised_at_once(till: Till):
    order_id = till.open(method=CASH)
    assert (till.state(order_id), till.facts(order_id)) == ("authorised", ["PaymentAuthorised"])


def test_opening_twice_is_opening_once(till: Till):
    order_id = till.open(dong(345_000))
    assert reopen(till, order_id, dong(345_000)) == payments.payment(order_id=order_id)


def test_opening_cash_twice_tells_it_once(till: Till):
    order_id = till.open(dong(345_000), CASH)
    reopen(till, order_id, dong(345_000), CASH)
    assert till.facts(order_id) == ["PaymentAuthorised"]


def test_one_order_is_not_paid_twice_with_different_amounts(till: Till):
    order_id = till.open(dong(345_000))
    with pytest.raises(Conflict):
        reopen(till, order_id, dong(345_001))


def test_a_card_takes_no_less_than_the_provider_does(till: Till):
    with pytest.raises(payments.AmountTooSmall) as refusal:
        till.open(dong(14_999))
    assert refusal.value.minimum == dong(15_000)


def test_a_card_takes_no_more_than_the_provider_does(till: Till):
    with pytest.raises(payments.AmountTooLarge) as refusal:
        till.open(dong(100_000_000))
    assert refusal.value.maximum == dong(99_999_999)


def test_cash_knows_no_such_limits(till: Till):
    order_id = till.open(dong(100_000_000), CASH)
    assert till.state(order_id) == "authorised"


def test_a_payment_is_opened_with_its_order_or_not_at_all(till: Till):
    order_id = new_id()
    with pytest.raises(transaction.TransactionManagementError):
        payments.open_payment(
            order_id=order_id,
            order_number="G-1",
            payer_id=PAYER,
            store_id=STORE,
            amount=dong(345_000),
            method=CASH,
            now=till.now,
        )
    assert (Payment.objects.count(), OutboxEvent.objects.count()) == (0, 0)


def test_an_order_without_payment_has_none(till: Till):
    with pytest.raises(NotFound):
        payments.payment(order_id=new_id())


def test_a_message_reads_well_in_both_languages():
    error = payments.AmountTooSmall(dong(9_000), dong(15_000))
    assert (error.text("en"), error.text("vi")) == (
        "This way to pay takes 15.000\N{NO-BREAK SPACE}₫ or more.",
        "Hình thức này nhận thanh toán từ 15.000\N{NO-BREAK SPACE}₫ trở lên.",
    )
