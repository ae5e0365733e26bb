"""A card payment, from the customer's click to the money being ours."""

from __future__ import annotations

import pytest
from django.db import transaction

from grocery.kernel.errors import Conflict
from grocery.kernel.money import dong
from grocery.payments import public as payments
from grocery.payments.gateways.provider import NetworkInTransaction
from grocery.payments.models import Payment
from tests.payments.conftest import COMMITTED, Till

pytestmark = COMMITTED


# --- beginning ----------------------------------------------------------------------------------------------------
def test_the_browser_gets_what_it_needs_to_confirm(till: Till):
    view = payments.begin_authorisation(order_id=till.open(), now=till.now)
    intent = till.sandbox.intents()[0]
    assert view.step == payments.CardForm(intent["client_secret"], "pk_test_sandbox", till.sandbox.js_url)


def test_stripe_is_asked_for_the_amount_in_dong_and_to_wait_with_the_capture(till: Till):
    till.begun(dong(345_000))
    intent = till.sandbox.intents()[0]
    assert (intent["amount"], intent["currency"], intent["capture_method"]) == (345_000, "vnd", "manual")


def test_beginning_again_leads_to_the_same_payment(till: Till):
    order_id = till.begun()
    again = payments.begin_authorisation(order_id=order_id, now=till.now)
    assert isinstance(again.step, payments.CardForm)
    assert [intent["client_secret"] for intent in till.sandbox.intents()] == [again.step.client_secret]


def test_once_paid_there_is_nothing_to_confirm(till: Till):
    order_id = till.authorised()
    assert payments.begin_authorisation(order_id=order_id, now=till.now).step is None


def test_beginning_notices_a_payment_that_nobody_told_us_of(till: Till):
    order_id = till.begun()
    till.customer_pays(order_id)
    view = payments.begin_authorisation(order_id=order_id, now=till.now)
    assert (view.state, view.step, till.facts(order_id)) == ("authorised", None, ["PaymentAuthorised"])


def test_cash_needs_no_step(till: Till):
    order_id = till.open(method=payments.Method.CASH_ON_DELIVERY)
    assert payments.begin_authorisation(order_id=order_id, now=till.now).step is None


def test_stripe_is_never_asked_inside_a_transaction(till: Till):
    order_id = till.open()
    with pytest.raises(NetworkInTransaction), transaction.atomic():
        payments.begin_authorisation(order_id=order_id, now=till.now)
    assert till.sandbox.requests("create") == []


def test_a_payment_that_stripe_will_not_begin_has_failed(till: Till):
    order_id = till.open()
    Payment.objects.filter(order_id=order_id).update(amount=100)
    with pytest.raises(payments.PaymentRefused) as refusal:
        payments.begin_authorisation(order_id=order_id, now=till.now)
    assert (refusal.value.reason, till.state(order_id), till.facts(order_id)) == (
        "amount_too_small",
        "failed",
        ["PaymentFailed"],
    )


def test_a_payment_that_could_not_begin_may_begin_later(till: Till):
    order_id = till.open()
    Payment.objects.filter(order_id=order_id).update(amount=100)
    with pytest.raises(payments.PaymentRefused):
        payments.begin_authorisation(order_id=order_id, now=till.now)
    Payment.objects.filter(order_id=order_id).update(amount=345_000)
    view = payments.begin_authorisation(order_id=order_id, now=till.now)
    assert (view.state, view.failure_code) == ("pending", "")


# --- authorised ---------------------------------------------------------------------------------------------------
def test_a_customer_who_pays_is_told_of_once(till: Till):
    order_id = till.authorised()
    till.webhooks()
    assert (till.state(order_id), till.facts(order_id)) == ("authorised", ["PaymentAuthorised"])


def test_the_end_of_the_hold_is_known(till: Till):
    order_id = till.authorised()
    until = payments.payment(order_id=order_id).capture_before
    assert (until and (until - till.now).days) == 6


def test_a_decline_leaves_the_payment_open(till: Till):
    order_id = till.begun()
    till.customer_pays(order_id, "pm_card_chargeDeclinedInsufficientFunds")
    till.webhooks()
    view = payments.payment(order_id=order_id)
    assert (view.state, view.failure_code) == ("pending", "insufficient_funds")


def test_each_decline_is_told_once(till: Till):
    order_id = till.begun()
    for _ in range(2):
        till.customer_pays(order_id, "pm_card_chargeDeclined")
        till.webhooks()
        till.webhooks()
    assert till.facts(order_id) == ["PaymentFailed", "PaymentFailed"]


def test_after_a_decline_another_card_may_do(till: Till):
    order_id = till.begun()
    till.customer_pays(order_id, "pm_card_chargeDeclined")
    till.webhooks()
    till.customer_pays(order_id, "pm_card_visa")
    till.webhooks()
    view = payments.payment(order_id=order_id)
    assert (view.state, view.failure_code, till.facts(order_id)) == (
        "authorised",
        "",
        ["PaymentFailed", "PaymentAuthorised"],
    )


def test_a_customer_who_has_to_authenticate_has_not_paid_yet(till: Till):
    order_id = till.begun()
    till.customer_pays(order_id, "pm_card_authenticationRequired")
    till.webhooks()
    assert (till.state(order_id), till.facts(order_id)) == ("pending", [])


@pytest.mark.parametrize(
    ("answer", "state", "facts"),
    [("approve", "authorised", ["PaymentAuthorised"]), ("refuse", "pending", ["PaymentFailed"])],
)
def test_the_banks_page_decides(till: Till, answer: str, state: str, facts: list[str]):
    order_id = till.begun()
    till.customer_pays(order_id, "pm_card_authenticationRequired")
    till.sandbox.play(till.reference(order_id), answer)
    till.webhooks()
    assert (till.state(order_id), till.facts(order_id)) == (state, facts)


# --- captured -----------------------------------------------------------------------------------------------------
def test_what_was_packed_is_taken_and_the_rest_let_go(till: Till):
    order_id = till.authorised(dong(397_000))
    till.capture(order_id, dong(345_000))
    till.deliver()
    view = payments.payment(order_id=order_id)
    assert (view.state, view.captured, till.facts(order_id)) == (
        "captured",
        dong(345_000),
        ["PaymentAuthorised", "PaymentCaptured"],
    )


def test_more_than_was_authorised_is_never_taken(till: Till):
    order_id = till.authorised(dong(345_000))
    with pytest.raises(payments.MoreThanAuthorised):
        till.capture(order_id, dong(345_001))


def test_nothing_is_taken_before_it_is_authorised(till: Till):
    order_id = till.begun()
    with pytest.raises(payments.PaymentIs) as refusal:
        till.capture(order_id, dong(345_000))
    assert refusal.value.state == "pending"


def test_asking_twice_takes_once(till: Till):
    order_id = till.authorised(dong(345_000))
    till.capture(order_id, dong(300_000))
    till.capture(order_id, dong(300_000))
    till.deliver()
    assert len(till.sandbox.requests("capture")) == 1


def test_a_second_amount_is_a_conflict(till: Till):
    order_id = till.authorised(dong(345_000))
    till.capture(order_id, dong(300_000))
    with pytest.raises(Conflict):
        till.capture(order_id, dong(310_000))


def capture_and_stumble(till: Till, order_id) -> None:
    payments.request_capture(order_id=order_id, amount=dong(300_000), now=till.now)
    raise ZeroDivisionError


def test_a_capture_that_is_rolled_back_with_its_order_is_never_made(till: Till):
    order_id = till.authorised()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        capture_and_stumble(till, order_id)
    till.deliver()
    assert till.sandbox.requests("capture") == []


def test_the_webhook_about_our_own_capture_changes_nothing(till: Till):
    order_id = till.authorised()
    till.capture(order_id, dong(345_000))
    till.deliver()
    till.webhooks()
    assert till.facts(order_id) == ["PaymentAuthorised", "PaymentCaptured"]


def test_a_capture_made_by_hand_at_stripe_is_believed(till: Till):
    order_id = till.authorised(dong(345_000))
    till.sandbox.play(till.reference(order_id), "capture")
    till.webhooks()
    assert (till.state(order_id), till.facts(order_id)) == ("captured", ["PaymentAuthorised", "PaymentCaptured"])


# --- cancelled ----------------------------------------------------------------------------------------------------
def test_what_stripe_never_heard_of_is_cancelled_at_once(till: Till):
    order_id = till.open()
    till.cancel(order_id)
    assert (till.state(order_id), till.facts(order_id), till.calls(order_id)) == (
        "cancelled",
        ["PaymentCancelled"],
        [],
    )


@pytest.mark.parametrize("paid", [True, False])
def test_a_cancelled_order_lets_the_money_go(till: Till, paid: bool):
    order_id = till.authorised() if paid else till.begun()
    till.cancel(order_id)
    till.deliver()
    assert (till.state(order_id), till.sandbox.intents()[0]["status"]) == ("cancelled", "canceled")


def test_cancelling_twice_asks_once_and_tells_once(till: Till):
    order_id = till.begun()
    till.cancel(order_id)
    till.cancel(order_id)
    till.webhooks()
    till.webhooks()
    assert (till.facts(order_id), len(till.sandbox.requests("cancel"))) == (["PaymentCancelled"], 1)


def test_a_customer_who_pays_too_late_gets_the_money_back_and_no_order(till: Till):
    order_id = till.begun()
    till.cancel(order_id)
    till.customer_pays(order_id)
    till.webhooks()
    assert (till.state(order_id), till.facts(order_id), till.sandbox.intents()[0]["status"]) == (
        "cancelled",
        ["PaymentCancelled"],
        "canceled",
    )


def test_a_cancelled_payment_cannot_be_begun(till: Till):
    order_id = till.begun()
    till.cancel(order_id)
    with pytest.raises(payments.PaymentIs):
        payments.begin_authorisation(order_id=order_id, now=till.now)


def test_what_is_taken_cannot_be_cancelled(till: Till):
    order_id = till.authorised()
    till.capture(order_id, dong(345_000))
    with pytest.raises(payments.PaymentIs):
        till.cancel(order_id)


def test_a_hold_that_expires_is_told_as_cancelled(till: Till):
    order_id = till.authorised()
    till.sandbox.advance(7 * 86_400 + 1)
    till.webhooks()
    assert (till.state(order_id), till.facts(order_id)) == ("cancelled", ["PaymentAuthorised", "PaymentCancelled"])


def test_a_capture_after_the_hold_expired_ends_as_cancelled(till: Till):
    order_id = till.authorised()
    till.sandbox.advance(7 * 86_400 + 1)
    till.capture(order_id, dong(345_000))
    till.deliver()
    assert (till.state(order_id), till.calls(order_id)) == (
        "cancelled",
        [("authorise", "done"), ("capture", "refused")],
    )


def test_money_in_another_amount_or_currency_moves_nothing(till: Till):
    order_id = till.begun()
    Payment.objects.filter(order_id=order_id).update(amount=345_001)
    till.customer_pays(order_id)
    till.webhooks()
    assert (till.state(order_id), till.facts(order_id)) == ("pending", [])
