"""Wallets are paid on pages of their own and take what is held or nothing; adding one is a file and a line."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from grocery.kernel.money import Money, dong
from grocery.payments import public as payments
from grocery.payments.contracts import Method, MethodNotOffered
from grocery.payments.models import Payment
from tests.payments import purse
from tests.payments.conftest import BASKET, COMMITTED, Till
from tests.payments.purse import Purse

pytestmark = COMMITTED


@pytest.fixture
def wallet(settings: Any) -> Purse:
    settings.PAYMENT_METHODS = ("momo",)
    settings.PAYMENT_GATEWAYS = {**settings.PAYMENT_GATEWAYS, "purse": "tests.payments.purse.the_one"}
    settings.PAYMENT_PROVIDERS = {"momo": "purse"}
    return purse.empty()


def opened(till: Till, amount: Money = BASKET) -> UUID:
    return till.open(amount, Method.MOMO)


def begun(till: Till) -> UUID:
    order_id = opened(till)
    payments.begin_authorisation(order_id=order_id, now=till.now)
    return order_id


def authorised(till: Till, wallet: Purse) -> UUID:
    order_id = begun(till)
    wallet.approve(till.reference(order_id))
    look(till)
    return order_id


def look(till: Till) -> None:
    """The time has come to ask, and to do what came of it."""
    Payment.objects.exclude(look_at=None).update(look_at=till.now)
    payments.reconcile(now=till.now)
    till.deliver()


def money(order_id: UUID) -> tuple[int, int]:
    """Taken, and given back."""
    view = payments.payment(order_id=order_id)
    return view.captured.minor, view.refunded.minor


def test_its_customer_is_led_to_its_page(till: Till, wallet: Purse):
    view = payments.begin_authorisation(order_id=opened(till), now=till.now)
    (reference,) = wallet.seen
    assert view.step == payments.PayLink(f"https://purse.example/{reference}", f"purse:{reference}")


def test_the_link_is_kept_because_it_is_said_once(till: Till, wallet: Purse):
    order_id = opened(till)
    steps = [payments.begin_authorisation(order_id=order_id, now=till.now).step for _ in range(2)]
    assert (steps[0], len(wallet.seen)) == (steps[1], 1)


def test_what_is_captured_beyond_what_we_keep_goes_back_by_itself(till: Till, wallet: Purse):
    order_id = authorised(till, wallet)
    till.capture(order_id, dong(300_000))
    till.deliver()
    assert money(order_id) == (345_000, 45_000)
    assert till.facts(order_id) == ["PaymentAuthorised", "PaymentCaptured", "RefundRequested", "RefundSucceeded"]


def test_nothing_goes_back_where_all_is_kept(till: Till, wallet: Purse):
    order_id = authorised(till, wallet)
    till.capture(order_id, BASKET)
    till.deliver()
    look(till)
    assert (money(order_id), wallet.given_back) == ((345_000, 0), {})


def test_the_same_capture_again_gives_back_once(till: Till, wallet: Purse):
    order_id = authorised(till, wallet)
    for _ in range(2):
        till.capture(order_id, dong(300_000))
        till.deliver()
    look(till)
    assert money(order_id) == (345_000, 45_000)


def test_a_return_is_given_back_beside_what_was_not_kept(till: Till, wallet: Purse):
    order_id = authorised(till, wallet)
    till.capture(order_id, dong(300_000))
    till.refund(order_id, dong(20_000))
    with pytest.raises(payments.MoreThanCaptured):
        till.refund(order_id, dong(280_001), key="too-much")
    till.deliver()
    assert money(order_id) == (345_000, 65_000)


def test_an_attempt_that_was_refused_is_followed_by_another(till: Till, wallet: Purse):
    order_id = begun(till)
    first = till.reference(order_id)
    wallet.refuse(first)
    look(till)
    assert (till.state(order_id), payments.payment(order_id=order_id).failure_code) == ("failed", "1006")
    payments.begin_authorisation(order_id=order_id, now=till.now)
    second = till.reference(order_id)
    wallet.approve(second)
    look(till)
    assert (second != first, till.facts(order_id)) == (True, ["PaymentFailed", "PaymentAuthorised"])


def test_whoever_comes_back_after_a_refusal_gets_a_new_link_at_once(till: Till, wallet: Purse):
    order_id = begun(till)
    wallet.refuse(till.reference(order_id), "1005")
    view = payments.begin_authorisation(order_id=order_id, now=till.now)
    assert (len(wallet.seen), view.step is not None) == (2, True)


def test_late_news_of_a_refused_attempt_changes_nothing(till: Till, wallet: Purse):
    order_id = begun(till)
    first = till.reference(order_id)
    wallet.refuse(first)
    payments.begin_authorisation(order_id=order_id, now=till.now)
    wallet.approve(till.reference(order_id))
    look(till)
    before = till.facts(order_id)
    payment = till.payment(order_id)
    assert payment.reference != first
    look(till)
    assert (till.facts(order_id), till.state(order_id)) == (before, "authorised")


def test_a_hold_of_an_order_that_is_off_is_let_go(till: Till, wallet: Purse):
    order_id = authorised(till, wallet)
    till.cancel(order_id)
    till.deliver()
    assert (till.state(order_id), money(order_id)) == ("cancelled", (0, 0))


@pytest.mark.parametrize("then", ["approves", "refuses"])
def test_an_order_that_ends_while_its_customer_is_at_the_page_ends_cancelled(till: Till, wallet: Purse, then: str):
    order_id = begun(till)
    reference = till.reference(order_id)
    till.cancel(order_id)
    till.deliver()
    assert till.state(order_id) == "pending"
    wallet.approve(reference) if then == "approves" else wallet.refuse(reference)
    look(till)
    assert (till.state(order_id), till.facts(order_id)) == ("cancelled", ["PaymentCancelled"])


def test_what_is_not_offered_cannot_be_chosen(till: Till, wallet: Purse):
    with pytest.raises(MethodNotOffered):
        till.open(BASKET, Method.CARD)
    assert not Payment.objects.exists()
