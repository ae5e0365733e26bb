"""An order that comes to another amount than it was placed for."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import transaction

from grocery.kernel.errors import Conflict
from grocery.kernel.ids import new_id
from grocery.kernel.models import OutboxEvent
from grocery.kernel.money import Money, dong
from grocery.payments import public as payments
from tests.payments.conftest import COMMITTED, Till

pytestmark = COMMITTED
CASH = payments.Method.CASH_ON_DELIVERY
AUTHORISED, ENDED = "PaymentAuthorised", "TopUpEnded"


def topped_up(till: Till, *amounts: int) -> UUID:
    """An order whose customer has paid for the first amount, and each time for what it was raised to."""
    order_id = till.authorised(dong(amounts[0]))
    for number, amount in enumerate(amounts[1:], start=1):
        till.raise_to(order_id, dong(amount))
        payments.begin_authorisation(order_id=order_id, now=till.now)
        till.customer_pays(order_id, number=number)
        till.webhooks()
    return order_id


def told(till: Till, order_id: UUID, name: str) -> list[object]:
    """The references that facts of that name carried."""
    rows = OutboxEvent.objects.filter(stream=f"payment:{order_id}", name=f"payments.{name}").order_by("id")
    return [row.payload["reference"] for row in rows]


def at_stripe(till: Till, order_id: UUID, number: int = 0) -> tuple[str, int]:
    intent = till.sandbox.intent(till.reference(order_id, number))
    return intent["status"], intent["amount_received"]


# --- more ---------------------------------------------------------------------------------------------------------
def test_more_is_a_second_payment_for_the_difference(till: Till):
    order_id = till.authorised(dong(345_000))
    assert till.raise_to(order_id, dong(400_000)) == dong(55_000)
    view = payments.begin_authorisation(order_id=order_id, now=till.now)
    intent = till.sandbox.intents()[0]
    assert (intent["amount"], view.to_pay, view.authorised) == (55_000, dong(55_000), dong(345_000))
    assert view.step == payments.CardForm(intent["client_secret"], "pk_test_sandbox", till.sandbox.js_url)


def test_a_paid_top_up_is_told_with_what_it_was_for(till: Till):
    change = new_id()
    order_id = till.authorised(dong(345_000))
    till.raise_to(order_id, dong(400_000), change)
    payments.begin_authorisation(order_id=order_id, now=till.now)
    till.customer_pays(order_id, number=1)
    till.webhooks()
    view = payments.payment(order_id=order_id)
    assert (view.state, view.authorised, view.amount, view.to_pay) == (
        "authorised",
        dong(400_000),
        dong(400_000),
        dong(0),
    )
    assert told(till, order_id, AUTHORISED) == [None, str(change)]


def test_a_top_up_is_at_least_what_a_card_can_pay(till: Till):
    order_id = till.authorised(dong(345_000))
    assert till.raise_to(order_id, dong(348_000)) == dong(15_000)


def test_what_is_held_already_needs_no_top_up(till: Till):
    order_id = till.authorised(dong(345_000))
    assert till.raise_to(order_id, dong(345_000)) == dong(0)
    assert payments.payment(order_id=order_id).to_pay == dong(0)


def test_an_order_that_nobody_has_paid_is_simply_paid_at_the_new_amount(till: Till):
    order_id = till.open(dong(345_000))
    assert till.raise_to(order_id, dong(400_000)) == dong(0)
    payments.begin_authorisation(order_id=order_id, now=till.now)
    till.customer_pays(order_id)
    till.webhooks()
    assert (payments.payment(order_id=order_id).authorised, told(till, order_id, AUTHORISED)) == (
        dong(400_000),
        [None],
    )


@pytest.mark.parametrize("amount", [400_000, 300_000])
def test_a_payment_that_was_begun_is_replaced_and_the_old_one_let_go(till: Till, amount: int):
    order_id = till.begun(dong(345_000))
    till.change(order_id, dong(amount))
    till.deliver()
    view = payments.begin_authorisation(order_id=order_id, now=till.now)
    assert (view.to_pay, at_stripe(till, order_id)[0], till.facts(order_id)) == (dong(amount), "canceled", [])
    till.customer_pays(order_id, number=1)
    till.webhooks()
    assert (payments.payment(order_id=order_id).authorised, till.facts(order_id)) == (dong(amount), [AUTHORISED])


def test_who_pays_the_old_amount_in_the_last_moment_gets_it_back_and_pays_the_new(till: Till):
    order_id = till.begun(dong(345_000))
    till.raise_to(order_id, dong(400_000))
    till.customer_pays(order_id)
    till.webhooks()
    assert (at_stripe(till, order_id)[0], till.facts(order_id)) == ("canceled", [])
    assert payments.payment(order_id=order_id).to_pay == dong(400_000)


def test_the_same_change_twice_is_one_top_up(till: Till):
    change, order_id = new_id(), till.authorised(dong(345_000))
    assert [till.raise_to(order_id, dong(400_000), change) for _ in range(2)] == [dong(55_000)] * 2
    assert till.payment(order_id, 1).amount == 55_000


def test_the_same_change_again_once_it_is_paid_asks_for_nothing(till: Till):
    order_id = topped_up(till, 345_000, 400_000)
    assert till.raise_to(order_id, dong(400_000), till.payment(order_id, 1).top_up_for) == dong(0)


def test_one_change_has_one_amount(till: Till):
    change, order_id = new_id(), till.authorised(dong(345_000))
    till.raise_to(order_id, dong(400_000), change)
    with pytest.raises(Conflict):
        till.raise_to(order_id, dong(410_000), change)


def test_a_newer_change_ends_the_one_that_waits(till: Till):
    older, newer, order_id = new_id(), new_id(), till.authorised(dong(345_000))
    till.raise_to(order_id, dong(400_000), older)
    payments.begin_authorisation(order_id=order_id, now=till.now)
    assert till.raise_to(order_id, dong(410_000), newer) == dong(65_000)
    till.deliver()
    assert (told(till, order_id, ENDED), at_stripe(till, order_id, 1)[0]) == ([str(older)], "canceled")


def test_an_order_can_be_topped_up_again_and_again(till: Till):
    order_id = topped_up(till, 345_000, 400_000, 450_000)
    assert payments.payment(order_id=order_id).authorised == dong(450_000)


@pytest.mark.parametrize("ended", ["captured", "cancelled"])
def test_what_is_over_is_not_raised(till: Till, ended: str):
    order_id = till.authorised(dong(345_000))
    if ended == "captured":
        till.capture(order_id, dong(300_000))
    else:
        till.cancel(order_id)
    with pytest.raises(payments.PaymentIs):
        till.raise_to(order_id, dong(400_000))


def test_more_than_a_card_pays_at_once_is_refused_and_changes_nothing(till: Till):
    order_id = till.authorised(dong(345_000))
    with pytest.raises(payments.AmountTooLarge):
        till.raise_to(order_id, dong(345_000 + 100_000_000))
    assert payments.payment(order_id=order_id).to_pay == dong(0)


def test_an_amount_changes_with_the_order_or_not_at_all(till: Till):
    order_id = till.authorised()
    with pytest.raises(transaction.TransactionManagementError):
        payments.raise_to(order_id=order_id, amount=dong(400_000), reference=new_id(), now=till.now)


# --- a top-up that comes to nothing ---------------------------------------------------------------------------------
def test_a_declined_top_up_leaves_the_first_payment_as_it_is(till: Till):
    order_id = till.authorised(dong(345_000))
    till.raise_to(order_id, dong(400_000))
    payments.begin_authorisation(order_id=order_id, now=till.now)
    till.customer_pays(order_id, "pm_card_chargeDeclined", number=1)
    till.webhooks()
    view = payments.payment(order_id=order_id)
    assert (view.state, view.authorised, view.to_pay, view.failure_code) == (
        "authorised",
        dong(345_000),
        dong(55_000),
        "generic_decline",
    )


@pytest.mark.parametrize("begun", [True, False])
def test_a_top_up_that_is_not_paid_in_time_ends_and_is_cancelled_at_the_provider(till: Till, begun: bool):
    change, order_id = new_id(), till.authorised(dong(345_000))
    till.raise_to(order_id, dong(400_000), change, minutes=15)
    if begun:
        payments.begin_authorisation(order_id=order_id, now=till.now)
    till.later(minutes=16)
    payments.reconcile(now=till.now)
    till.deliver()
    assert [intent["status"] for intent in till.sandbox.intents()] == ["canceled", "requires_capture"][not begun :]
    assert (told(till, order_id, ENDED), payments.payment(order_id=order_id).authorised) == (
        [str(change)],
        dong(345_000),
    )


def test_one_that_was_paid_in_time_stays_though_nobody_told_us(till: Till):
    order_id = till.authorised(dong(345_000))
    till.raise_to(order_id, dong(400_000), minutes=15)
    payments.begin_authorisation(order_id=order_id, now=till.now)
    till.customer_pays(order_id, number=1)
    till.later(minutes=16)
    payments.reconcile(now=till.now)
    assert (till.facts(order_id), payments.payment(order_id=order_id).authorised) == (
        [AUTHORISED, AUTHORISED],
        dong(400_000),
    )


def test_one_that_is_paid_after_its_end_is_let_go_and_told_to_nobody(till: Till):
    order_id = till.authorised(dong(345_000))
    till.raise_to(order_id, dong(400_000), minutes=15)
    payments.begin_authorisation(order_id=order_id, now=till.now)
    till.later(minutes=16)
    payments.reconcile(now=till.now)
    till.later(minutes=-16)  # webhooks are signed in real time
    till.customer_pays(order_id, number=1)
    till.webhooks()
    assert (till.facts(order_id), at_stripe(till, order_id, 1)[0]) == ([AUTHORISED, ENDED], "canceled")


def test_a_top_up_ends_in_time_though_the_provider_does_not_answer(till: Till):
    order_id = till.authorised(dong(345_000))
    till.raise_to(order_id, dong(400_000), minutes=15)
    payments.begin_authorisation(order_id=order_id, now=till.now)
    till.sandbox.fault("retrieve", "429", times=9)
    till.later(minutes=16)
    payments.reconcile(now=till.now)
    assert till.facts(order_id) == [AUTHORISED, ENDED]


def test_a_change_that_has_ended_is_not_begun_again(till: Till):
    change, order_id = new_id(), till.authorised(dong(345_000))
    till.raise_to(order_id, dong(400_000), change)
    till.lower_to(order_id, dong(345_000))
    with pytest.raises(Conflict):
        till.raise_to(order_id, dong(400_000), change)


def test_the_hold_of_a_top_up_that_is_lost_ends_it_alone(till: Till):
    order_id = topped_up(till, 345_000, 400_000)
    till.sandbox.play(till.reference(order_id, 1), "cancel")
    till.webhooks()
    assert (till.facts(order_id), payments.payment(order_id=order_id).authorised) == (
        [AUTHORISED, AUTHORISED, ENDED],
        dong(345_000),
    )


# --- less ---------------------------------------------------------------------------------------------------------
def test_less_ends_a_top_up_that_waits(till: Till):
    order_id = till.authorised(dong(345_000))
    till.raise_to(order_id, dong(400_000))
    till.lower_to(order_id, dong(345_000))
    assert (payments.payment(order_id=order_id).to_pay, till.facts(order_id)) == (dong(0), [AUTHORISED, ENDED])


def test_less_lets_a_hold_go_that_is_not_needed_any_more(till: Till):
    order_id = topped_up(till, 345_000, 400_000, 450_000)
    till.lower_to(order_id, dong(400_000))
    till.deliver()
    assert [at_stripe(till, order_id, n)[0] for n in range(3)] == ["requires_capture", "requires_capture", "canceled"]
    assert payments.payment(order_id=order_id).authorised == dong(400_000)


def test_less_keeps_a_hold_without_which_it_would_not_do(till: Till):
    order_id = topped_up(till, 345_000, 400_000)
    till.lower_to(order_id, dong(350_000))
    assert payments.payment(order_id=order_id).authorised == dong(400_000)


def test_what_is_asked_less_for_can_be_raised_again(till: Till):
    order_id = till.authorised(dong(345_000))
    till.lower_to(order_id, dong(300_000))
    assert till.raise_to(order_id, dong(360_000)) == dong(15_000)


# --- the end ------------------------------------------------------------------------------------------------------
def test_packed_goods_are_charged_on_the_oldest_payment_first(till: Till):
    order_id = topped_up(till, 345_000, 400_000)
    till.capture(order_id, dong(380_000))
    till.deliver()
    view = payments.payment(order_id=order_id)
    assert [at_stripe(till, order_id, n) for n in range(2)] == [("succeeded", 345_000), ("succeeded", 35_000)]
    assert (view.state, view.captured, [part.amount for part in view.captures]) == (
        "captured",
        dong(380_000),
        [dong(345_000), dong(35_000)],
    )


def test_several_captures_are_told_once_and_in_all(till: Till):
    order_id = topped_up(till, 345_000, 400_000)
    till.capture(order_id, dong(380_000))
    till.deliver()
    till.webhooks()
    rows = OutboxEvent.objects.filter(stream=f"payment:{order_id}", name="payments.PaymentCaptured")
    assert [row.payload["amount"] for row in rows] == [{"currency": "VND", "minor": 380_000}]


def test_a_hold_that_is_not_needed_is_let_go_when_the_goods_are_packed(till: Till):
    order_id = topped_up(till, 345_000, 400_000)
    till.capture(order_id, dong(330_000))
    till.deliver()
    assert [at_stripe(till, order_id, n) for n in range(2)] == [("succeeded", 330_000), ("canceled", 0)]
    assert till.facts(order_id) == [AUTHORISED, AUTHORISED, "PaymentCaptured"]


def test_a_top_up_that_still_waits_ends_when_the_goods_are_packed(till: Till):
    order_id = till.authorised(dong(345_000))
    till.raise_to(order_id, dong(400_000))
    till.capture(order_id, dong(345_000))
    till.deliver()
    assert till.facts(order_id) == [AUTHORISED, ENDED, "PaymentCaptured"]


def test_more_than_all_holds_together_is_never_taken(till: Till):
    order_id = topped_up(till, 345_000, 400_000)
    with pytest.raises(payments.MoreThanAuthorised):
        till.capture(order_id, dong(400_001))


def test_a_top_up_that_waits_is_no_money(till: Till):
    order_id = till.authorised(dong(345_000))
    till.raise_to(order_id, dong(400_000))
    with pytest.raises(payments.MoreThanAuthorised):
        till.capture(order_id, dong(345_001))


def test_when_one_of_two_captures_is_refused_what_is_ours_is_told(till: Till):
    order_id = topped_up(till, 345_000, 400_000)
    till.sandbox.play(till.reference(order_id, 1), "cancel")
    till.capture(order_id, dong(400_000))
    till.deliver()
    assert (payments.payment(order_id=order_id).captured, till.facts(order_id)) == (
        dong(345_000),
        [AUTHORISED, AUTHORISED, "PaymentCaptured", ENDED],
    )


def test_an_order_that_is_off_lets_all_its_holds_go_and_says_so_once(till: Till):
    order_id = topped_up(till, 345_000, 400_000)
    till.cancel(order_id)
    till.cancel(order_id)
    till.deliver()
    till.webhooks()
    assert [at_stripe(till, order_id, n)[0] for n in range(2)] == ["canceled", "canceled"]
    assert till.facts(order_id) == [AUTHORISED, AUTHORISED, "PaymentCancelled"]


def test_an_order_that_is_off_ends_a_top_up_that_nobody_has_begun(till: Till):
    order_id = till.authorised(dong(345_000))
    till.raise_to(order_id, dong(400_000))
    till.cancel(order_id)
    till.deliver()
    assert (till.facts(order_id), till.state(order_id)) == ([AUTHORISED, "PaymentCancelled"], "cancelled")


def test_a_lost_first_hold_is_told_and_the_rest_can_be_let_go(till: Till):
    order_id = topped_up(till, 345_000, 400_000)
    till.sandbox.play(till.reference(order_id), "cancel")
    till.webhooks()
    till.cancel(order_id)
    till.deliver()
    assert at_stripe(till, order_id, 1)[0] == "canceled"
    assert till.facts(order_id) == [AUTHORISED, AUTHORISED, "PaymentCancelled"]


# --- cash ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("amount", [300_000, 400_000])
def test_cash_is_whatever_the_order_comes_to(till: Till, amount: int):
    order_id = till.open(dong(345_000), CASH)
    till.change_cash(order_id, dong(amount))
    payments.record_cash(order_id=order_id, amount=dong(amount), now=till.now, by=new_id())
    assert payments.payment(order_id=order_id).captured == dong(amount)


def test_what_is_refused_at_the_door_is_not_collected(till: Till):
    order_id = till.open(dong(345_000), CASH)
    till.capture(order_id, dong(340_000))
    till.change_cash(order_id, dong(250_000))
    with pytest.raises(payments.MoreThanAuthorised):
        payments.record_cash(order_id=order_id, amount=dong(340_000), now=till.now, by=new_id())


def test_raising_cash_needs_nobody(till: Till):
    order_id = till.open(dong(345_000), CASH)
    assert till.raise_to(order_id, dong(400_000)) == dong(0)
    assert payments.payment(order_id=order_id).amount == dong(400_000)


def test_a_card_order_has_no_cash_to_change(till: Till):
    order_id = till.authorised()
    with pytest.raises(payments.PaymentIs):
        till.change_cash(order_id, dong(1_000))


def test_cash_that_was_taken_is_not_changed(till: Till):
    order_id = till.open(dong(345_000), CASH)
    payments.record_cash(order_id=order_id, amount=dong(345_000), now=till.now, by=new_id())
    with pytest.raises(payments.PaymentIs):
        till.change_cash(order_id, dong(300_000))


def test_no_amount_is_nothing_or_less(till: Till):
    order_id = till.open(dong(345_000), CASH)
    with pytest.raises(payments.AmountTooSmall):
        till.change_cash(order_id, Money(0))
