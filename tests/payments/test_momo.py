"""MoMo over HTTP, as its sandbox behaves: whatever goes wrong, it ends well, once, and without a hand."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest

from grocery.kernel.money import Money, dong
from grocery.payments import public as payments
from grocery.payments.contracts import Method
from grocery.payments.models import Payment, ProviderNotice, RefundPart
from tests.payments.conftest import BASKET, COMMITTED, Till
from tests.sandbox.momo_client import Merchant
from tests.sandbox.running import Sandbox

pytestmark = COMMITTED
FAULTS = ["409", "429", "500", "500_done", "cut", "cut_before", "latency", "10", "13", "40", "41", "43"]
#: MoMo's own words, one of each kind, and silence; the errors of HTTP are told apart by test_fault_matrix.
TELLING = ["cut", "latency", "10", "13", "41", "43"]
#: After these MoMo knows a payment whose link nobody has, or says that it does.
LOST = {"500_done", "cut", "latency"}


@pytest.fixture(autouse=True)
def impatience(sandbox: Sandbox, settings: Any) -> None:
    """One waits three tenths of a second for an answer."""
    settings.MOMO_TIMEOUTS = (2.0, 0.3)


def begin(till: Till, amount: Money = BASKET) -> UUID:
    order_id = till.open(amount, Method.MOMO)
    with suppress(payments.ProviderUnavailable):
        payments.begin_authorisation(order_id=order_id, now=till.now)
    return order_id


def authorised(till: Till, amount: Money = BASKET) -> UUID:
    order_id = begin(till, amount)
    till.sandbox.momo.play(till.reference(order_id))
    notices(till)
    return order_id


def captured(till: Till, amount: Money = BASKET, keep: Money = BASKET) -> UUID:
    order_id = authorised(till, amount)
    till.capture(order_id, keep)
    till.deliver()
    return order_id


def cancelled(till: Till) -> UUID:
    order_id = authorised(till)
    till.cancel(order_id)
    till.deliver()
    return order_id


def given_back(till: Till) -> UUID:
    order_id = captured(till)
    till.refund(order_id, dong(25_000))
    till.deliver()
    return order_id


def receive(notice: Any) -> None:
    payments.take_webhook(
        provider="momo", body=notice["body"].encode(), headers={}, now=Payment.objects.get().opened_at
    )


def notices(till: Till) -> None:
    """Everything that MoMo has to say reaches us, and is acted upon."""
    for notice in till.sandbox.momo.take_notices():
        receive(notice)
    till.deliver()


def minutes_pass(till: Till, times: int = 4) -> None:
    for _ in range(times):
        till.later(minutes=1)
        Payment.objects.exclude(look_at=None).update(look_at=till.now)
        payments.reconcile(now=till.now)
        till.deliver()


def money(order_id: UUID) -> tuple[str, int, int]:
    """How it stands, what was taken, what was given back."""
    view = payments.payment(order_id=order_id)
    return view.state.value, view.captured.minor, view.refunded.minor


# --- beginning ------------------------------------------------------------------------------------------------------
def test_its_customer_is_led_to_momo(till: Till, settings: Any):
    order_id = till.open(method=Method.MOMO)
    step = payments.begin_authorisation(order_id=order_id, now=till.now, return_url="http://shop.example/back").step
    [made] = till.sandbox.momo.payments()
    assert isinstance(step, payments.PayLink)
    assert made["token"] in step.url
    assert made["token"] in step.qr
    asked = {name: made[name] for name in ("amount", "autoCapture", "redirectUrl", "ipnUrl", "requestType")}
    assert asked == {
        "amount": 345_000,
        "autoCapture": False,
        "redirectUrl": "http://shop.example/back",
        "ipnUrl": f"{settings.PUBLIC_URL}/api/v1/webhooks/momo",
        "requestType": "captureWallet",
    }


def test_whoever_comes_again_gets_the_same_link(till: Till):
    order_id = begin(till)
    steps = {payments.begin_authorisation(order_id=order_id, now=till.now).step for _ in range(2)}
    assert (len(steps), len(till.sandbox.momo.payments())) == (1, 1)


@pytest.mark.parametrize("repeats", [True, False])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_create_that_went_wrong_ends_in_a_link_that_can_be_paid(till: Till, fault: str, repeats: bool):
    till.sandbox.momo.knobs(repeat_create=repeats)
    till.sandbox.momo.fault("create", fault, times=1, seconds=0.5)
    order_id = begin(till)
    step = payments.begin_authorisation(order_id=order_id, now=till.now).step
    assert isinstance(step, payments.PayLink)
    till.sandbox.momo.play(till.reference(order_id))
    notices(till)
    begun = 2 if fault in LOST and not repeats else 1
    assert (till.state(order_id), len(till.sandbox.momo.payments())) == ("authorised", begun)


def test_a_link_that_was_lost_cannot_be_paid_and_another_attempt_begins(till: Till):
    till.sandbox.momo.fault("create", "cut", times=1)
    order_id = begin(till)
    assert till.state(order_id) == "unknown"
    payments.begin_authorisation(order_id=order_id, now=till.now)
    payment = till.payment(order_id)
    calls = [(call.error, call.state) for call in payment.calls.order_by("id")]
    assert (calls, payment.reference) == ([("link_lost", "refused"), ("", "done")], f"{payment.id}-e0r1")


# --- paying ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("what", "code"), [("refuse", "1006"), ("insufficient", "1001"), ("over_limit", "1004")])
def test_after_a_refusal_a_second_attempt_is_paid(till: Till, what: str, code: str):
    order_id = begin(till)
    till.sandbox.momo.play(till.reference(order_id), what)
    notices(till)
    assert (till.state(order_id), payments.payment(order_id=order_id).failure_code) == ("failed", code)
    payments.begin_authorisation(order_id=order_id, now=till.now)
    till.sandbox.momo.play(till.reference(order_id))
    notices(till)
    assert till.facts(order_id) == ["PaymentFailed", "PaymentAuthorised"]


def test_a_link_that_expired_is_followed_by_another(till: Till):
    order_id = begin(till)
    till.sandbox.advance(15 * 60)
    view = payments.begin_authorisation(order_id=order_id, now=till.now)
    assert (view.step is not None, till.reference(order_id)[-4:]) == (True, "e0r1")


def test_what_is_slow_is_waited_for(till: Till):
    order_id = begin(till)
    till.sandbox.momo.play(till.reference(order_id), "slow")
    seen = []
    for seconds in (1, 31, 61):
        till.sandbox.advance(seconds)
        payments.look_again(order_id=order_id, now=till.now)
        seen.append(till.state(order_id))
    assert seen == ["pending", "pending", "authorised"]


def test_whoever_comes_back_before_the_notice_is_seen_to_have_paid(till: Till):
    order_id = begin(till)
    till.sandbox.momo.play(till.reference(order_id))
    payments.look_again(order_id=order_id, now=till.now)
    assert till.state(order_id) == "authorised"


# --- notices --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "knobs",
    [
        {"duplicates": 2},
        {"reordered": 1},
        {"wrong_amount": 1},
        {"amount_as_text": True},
        {"unknown_fields": True},
    ],
    ids=str,
)
def test_however_it_is_told_it_is_authorised_once(till: Till, knobs: dict[str, Any]):
    till.sandbox.momo.knobs(**knobs)
    order_id = authorised(till)
    assert (till.state(order_id), till.facts(order_id)) == ("authorised", ["PaymentAuthorised"])
    assert ProviderNotice.objects.count() == 1


def test_a_notice_with_another_amount_moves_no_more_than_was_paid(till: Till):
    till.sandbox.momo.knobs(wrong_amount=1)
    order_id = captured(till)
    assert money(order_id) == ("captured", 345_000, 0)


def test_a_forged_notice_is_refused_and_nothing_is_looked_at(till: Till):
    till.sandbox.momo.knobs(bad_signature=1)
    order_id = begin(till)
    till.sandbox.momo.play(till.reference(order_id))
    [forged] = till.sandbox.momo.take_notices()
    with pytest.raises(payments.BadWebhook):
        receive(forged)
    assert (till.state(order_id), ProviderNotice.objects.count()) == ("pending", 0)


def test_a_refusal_that_is_told_after_the_next_attempt_was_paid_changes_nothing(till: Till):
    order_id = begin(till)
    till.sandbox.momo.play(till.reference(order_id), "refuse")
    late = till.sandbox.momo.take_notices()
    payments.begin_authorisation(order_id=order_id, now=till.now)
    till.sandbox.momo.play(till.reference(order_id))
    notices(till)
    for notice in late:
        receive(notice)
    till.deliver()
    assert (till.state(order_id), till.facts(order_id)) == ("authorised", ["PaymentFailed", "PaymentAuthorised"])


def test_what_is_never_told_is_asked_for(till: Till):
    till.sandbox.momo.knobs(never=True)
    order_id = begin(till)
    till.sandbox.momo.play(till.reference(order_id))
    minutes_pass(till, 1)
    assert till.facts(order_id) == ["PaymentAuthorised"]


# --- taking and letting go ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("fault", TELLING)
@pytest.mark.parametrize(
    ("operation", "do", "end"),
    [
        ("confirm", captured, ("captured", 345_000, 0)),
        ("confirm", cancelled, ("cancelled", 0, 0)),
        ("refund", given_back, ("captured", 345_000, 25_000)),
        ("query", given_back, ("captured", 345_000, 25_000)),
    ],
    ids=["capture", "cancel", "refund", "query"],
)
def test_a_fault_ends_well_and_takes_effect_once(
    till: Till, fault: str, operation: str, do: Callable[[Till], UUID], end: tuple[str, int, int]
):
    till.sandbox.momo.fault(operation, fault, times=1, seconds=0.5)
    with suppress(payments.ProviderUnavailable):
        do(till)
    order_id = till.payment(Payment.objects.get().order_id).order_id
    minutes_pass(till)
    if end[1] and not payments.payment(order_id=order_id).captures:  # the notice could not be looked into at first
        till.capture(order_id, BASKET)
        till.refund(order_id, dong(25_000))
        minutes_pass(till)
    assert money(order_id) == end
    assert sum(refund["amount"] for refund in till.sandbox.momo.refunds()) == end[2]


def test_all_that_is_held_is_taken_and_the_difference_goes_back(till: Till):
    order_id = captured(till, keep=dong(300_000))
    assert money(order_id) == ("captured", 345_000, 45_000)
    assert [request["amount"] for request in till.sandbox.momo.refunds()] == [45_000]
    assert till.facts(order_id) == ["PaymentAuthorised", "PaymentCaptured", "RefundRequested", "RefundSucceeded"]


def test_a_difference_that_momo_would_not_give_back_waits_for_a_person(till: Till):
    captured(till, keep=dong(344_500))
    part = RefundPart.objects.get()
    assert (part.state, part.failure_code, till.sandbox.momo.refunds()) == ("owed", "amount_too_small", [])


def test_a_capture_of_what_momo_has_let_go_is_seen_as_lost(till: Till):
    order_id = authorised(till)
    till.sandbox.momo.play(till.reference(order_id), "let_go")
    till.capture(order_id, BASKET)
    till.deliver()
    assert money(order_id) == ("cancelled", 0, 0)


@pytest.mark.parametrize(("then", "state"), [("approve", "cancelled"), ("refuse", "cancelled")])
def test_an_order_that_ends_while_its_customer_is_at_momo_ends_cancelled(till: Till, then: str, state: str):
    order_id = begin(till)
    till.cancel(order_id)
    till.deliver()
    assert till.state(order_id) == "pending"
    till.sandbox.momo.play(till.reference(order_id), then)
    minutes_pass(till)
    assert (money(order_id), till.facts(order_id)) == ((state, 0, 0), ["PaymentCancelled"])
    assert till.sandbox.momo.payments()[0]["resultCode"] == {"approve": 1017, "refuse": 1006}[then]


# --- giving back ----------------------------------------------------------------------------------------------------
def hourly(till: Till, hours: int) -> None:
    """Clocks go on by the hour; the clock of payments ticks at each, and twice."""
    for _ in range(hours):
        till.later(hours=1, seconds=1)
        for _tick in range(2):
            payments.reconcile(now=till.now)
        till.deliver()


def refunds_asked(till: Till) -> int:
    return len(till.sandbox.momo.requests("refund"))


def test_a_refund_that_momo_puts_off_is_asked_for_each_hour_until_it_arrives(till: Till):
    till.sandbox.momo.fault("refund", "1080", times=2)
    order_id = given_back(till)
    minutes_pass(till)
    part = RefundPart.objects.get()
    assert (part.state, part.failure_code, refunds_asked(till)) == ("requested", "1080", 1)
    assert "RefundFailed" not in till.facts(order_id)
    hourly(till, 1)
    assert (money(order_id)[2], refunds_asked(till)) == (0, 2)
    hourly(till, 2)
    assert (money(order_id), refunds_asked(till)) == (("captured", 345_000, 25_000), 3)
    assert till.facts(order_id).count("RefundSucceeded") == 1


def test_a_refund_that_momo_puts_off_for_a_day_goes_to_a_person(till: Till):
    till.sandbox.momo.fault("refund", "1080", times=1_000)
    order_id = given_back(till)
    hourly(till, 26)
    part = RefundPart.objects.get()
    assert (part.state, part.failure_code, till.facts(order_id).count("RefundFailed")) == ("owed", "1080", 1)
    assert 20 <= refunds_asked(till) <= 24


def test_a_refund_that_was_put_off_and_whose_next_answer_is_lost_is_made_once(till: Till):
    till.sandbox.momo.fault("refund", "1080", times=1)
    till.sandbox.momo.fault("refund", "cut", times=1)
    order_id = given_back(till)
    hourly(till, 3)
    made = [refund for refund in till.sandbox.momo.refunds() if refund["resultCode"] == 0]
    assert (money(order_id), len(made)) == (("captured", 345_000, 25_000), 1)


@pytest.mark.parametrize("code", ["1081", "1088"])
def test_a_refund_that_momo_refuses_is_owed_and_may_be_tried_again(till: Till, code: str):
    till.sandbox.momo.fault("refund", code, times=1)
    order_id = given_back(till)
    minutes_pass(till)
    part = RefundPart.objects.get()
    assert (part.state, part.failure_code) == ("owed", code)
    payments.retry_refund(part_id=part.id, now=till.now)
    till.deliver()
    assert money(order_id) == ("captured", 345_000, 25_000)


def test_a_refund_that_takes_its_time_arrives_by_itself_and_the_next_after_it(till: Till):
    till.sandbox.momo.knobs(refund_seconds=90.0)
    order_id = given_back(till)
    till.refund(order_id, dong(10_000), key="second")
    till.deliver()
    assert money(order_id)[2] == 0
    till.sandbox.advance(91)
    till.sandbox.momo.knobs(refund_seconds=0.0)
    minutes_pass(till)
    assert money(order_id)[2] == 35_000


def test_a_refund_that_somebody_made_at_momo_is_counted(till: Till):
    order_id = captured(till)
    paid = till.sandbox.momo.payments()[0]
    Merchant(till.sandbox.momo.url).refund(paid["transId"], 40_000, "made-by-hand")
    till.refund(order_id, dong(25_000))
    till.deliver()
    minutes_pass(till)
    assert money(order_id)[2] == 65_000


# --- the rest -------------------------------------------------------------------------------------------------------
def test_it_is_asked_whether_it_answers_and_knows_us(till: Till, settings: Any):
    states = [state.answers for state in payments.health() if state.provider == "momo"]
    settings.MOMO_SECRET_KEY = "wrong"
    states += [state.answers for state in payments.health() if state.provider == "momo"]
    assert states == [True, False]


@pytest.mark.parametrize("amount", [999, 50_000_001])
def test_less_or_more_than_a_wallet_takes_cannot_be_opened(till: Till, amount: int):
    with pytest.raises((payments.AmountTooSmall, payments.AmountTooLarge)):
        till.open(dong(amount), Method.MOMO)
