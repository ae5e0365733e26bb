"""An order for a day beyond the end of its hold: the money is held anew before, once, and the customer is asked only
where their bank wants them."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import transaction

from grocery.kernel.money import dong
from grocery.payments import public as payments
from grocery.payments.models import Payment
from tests.payments.conftest import BASKET, COMMITTED, Till

pytestmark = COMMITTED
#: Days until the order is handed over, and until its hold is about to end.
SLOT, SOON = 10, 6


def far_order(till: Till, card: str = "pm_card_visa", *, days: int = SLOT) -> UUID:
    """Paid now, for a day later than any bank holds money."""
    order_id = till.open()
    payments.begin_authorisation(order_id=order_id, needed_until=till.now + timedelta(days=days), now=till.now)
    till.customer_pays(order_id, card)
    if "action" in str(till.sandbox.intent(till.reference(order_id))["status"]):
        till.sandbox.play(till.reference(order_id), "approve")
    till.webhooks()
    return order_id


def soon_ends(till: Till, order_id: UUID) -> None:
    """The hold is about to end, and a tick of the workers finds it."""
    pass_days(till, SOON)
    assert [hold.order_id for hold in payments.holds_to_renew(now=till.now)] == [order_id]


def pass_days(till: Till, days: float) -> None:
    till.later(days=days)
    till.sandbox.advance(days * 86_400)


def renew(till: Till, order_id: UUID, *, days: float = SLOT - SOON) -> bool:
    with transaction.atomic():
        return payments.renew_hold(order_id=order_id, needed_until=till.now + timedelta(days=days), now=till.now)


def held(till: Till) -> int:
    """How many holds and charges there are at Stripe."""
    return sum(i["status"] in {"requires_capture", "succeeded"} for i in till.sandbox.objects("payment_intent"))


def test_the_kept_card_is_asked_without_its_owner_and_the_old_hold_let_go(till: Till):
    order_id = far_order(till)
    soon_ends(till, order_id)
    assert renew(till, order_id)
    till.deliver()
    till.webhooks()
    old, new = till.payment(order_id), till.payment(order_id, 1)
    assert (old.state, old.let_go, new.state, new.standby) == ("cancelled", "renewed", "authorised", "")
    assert held(till) == 1
    assert new.capture_before
    assert old.capture_before
    assert new.capture_before > old.capture_before
    assert till.facts(order_id) == ["PaymentAuthorised"]
    view = payments.payment(order_id=order_id)
    assert (view.authorised, view.amount, view.to_pay) == (BASKET, BASKET, dong(0))
    till.capture(order_id, dong(300_000))
    till.deliver()
    till.webhooks()
    assert payments.payment(order_id=order_id).captured == dong(300_000)
    assert held(till) == 1


def test_a_second_tick_does_nothing_while_the_first_is_at_work(till: Till):
    order_id = far_order(till)
    soon_ends(till, order_id)
    assert renew(till, order_id)
    assert not renew(till, order_id)
    assert payments.holds_to_renew(now=till.now) == []
    till.deliver()
    assert Payment.objects.of_order(order_id).count() == 2


def test_a_hold_that_lasts_until_the_goods_are_handed_over_stays(till: Till):
    order_id = far_order(till)
    soon_ends(till, order_id)
    assert not renew(till, order_id, days=0.2)
    assert "customer" not in till.sandbox.objects("payment_intent")[0] or held(till) == 1


def test_a_card_is_kept_only_where_no_hold_lasts_so_long(till: Till):
    near, far = till.open(), till.open()
    for order_id, days in ((near, 6), (far, SLOT)):
        payments.begin_authorisation(order_id=order_id, needed_until=till.now + timedelta(days=days), now=till.now)
    keeps = {i["metadata"]["order_id"]: i["setup_future_usage"] for i in till.sandbox.objects("payment_intent")}
    assert keeps == {str(near): None, str(far): "off_session"}
    assert len(till.sandbox.objects("customer")) == 1


@pytest.mark.parametrize("becomes", ["pm_sandbox_alwaysAuthenticate", "pm_card_chargeDeclinedInsufficientFunds"])
def test_where_the_bank_wants_the_customer_they_pay_again_until_a_time(till: Till, becomes: str):
    order_id = far_order(till)
    soon_ends(till, order_id)
    till.sandbox.becomes(till.payment(order_id).kept_card, becomes)
    renew(till, order_id)
    till.deliver()
    till.webhooks()
    assert till.facts(order_id) == ["PaymentAuthorised", "PayAgainAsked"]
    view = payments.payment(order_id=order_id)
    assert (view.pays_again, view.to_pay, view.authorised) == (True, BASKET, BASKET)
    assert view.pay_until
    assert view.capture_before
    assert view.pay_until == view.capture_before - timedelta(hours=12)
    assert Payment.objects.waiting_for_renewal().count() == 1
    payments.begin_authorisation(order_id=order_id, now=till.now)
    till.customer_pays(order_id, number=1)
    till.webhooks()
    assert (till.payment(order_id, 1).state, held(till)) == ("authorised", 1)
    assert till.facts(order_id) == ["PaymentAuthorised", "PayAgainAsked"]


def test_who_has_no_kept_card_is_asked_at_once_and_unpaid_it_is_said(till: Till):
    order_id = till.authorised()
    soon_ends(till, order_id)
    renew(till, order_id)
    assert till.facts(order_id)[-1] == "PayAgainAsked"
    pass_days(till, 0.6)
    payments.reconcile(now=till.now)
    assert till.facts(order_id)[-1] == "HoldNotRenewed"
    assert till.payment(order_id, 1).state == "cancelled"
    payments.reconcile(now=till.now)
    assert till.facts(order_id).count("HoldNotRenewed") == 1


def test_a_lost_answer_leaves_one_hold(till: Till):
    order_id = far_order(till)
    soon_ends(till, order_id)
    till.sandbox.fault("confirm", "cut", times=2)
    renew(till, order_id)
    till.deliver()
    till.later(minutes=2)
    payments.reconcile(now=till.now)
    till.webhooks()
    assert (till.payment(order_id, 1).state, held(till)) == ("authorised", 1)
    assert till.facts(order_id) == ["PaymentAuthorised"]


def test_a_lost_refusal_asks_the_customer_once_and_the_bank_no_second_time(till: Till):
    order_id = far_order(till)
    soon_ends(till, order_id)
    till.sandbox.becomes(till.payment(order_id).kept_card, "pm_card_chargeDeclined")
    till.sandbox.fault("confirm", "cut", times=2)
    renew(till, order_id)
    till.deliver()
    till.later(minutes=2)
    payments.reconcile(now=till.now)
    till.webhooks()
    assert till.facts(order_id) == ["PaymentAuthorised", "PayAgainAsked"]
    assert len([c for c in till.sandbox.objects("charge") if c["payment_intent"] == till.reference(order_id, 1)]) == 1


def test_goods_packed_meanwhile_are_charged_on_the_old_hold_and_the_new_one_is_let_go(till: Till):
    order_id = far_order(till)
    soon_ends(till, order_id)
    renew(till, order_id)
    till.capture(order_id, BASKET)
    till.deliver()
    till.webhooks()
    assert (till.payment(order_id).state, till.payment(order_id, 1).state) == ("captured", "cancelled")
    assert held(till) == 1


def test_an_order_that_is_called_off_lets_both_go(till: Till):
    order_id = far_order(till)
    soon_ends(till, order_id)
    renew(till, order_id)
    till.cancel(order_id)
    till.deliver()
    till.webhooks()
    assert held(till) == 0
    assert till.facts(order_id) == ["PaymentAuthorised", "PaymentCancelled"]


def test_a_top_up_is_held_anew_beside_what_it_adds_to(till: Till):
    order_id = far_order(till)
    pass_days(till, 1)
    till.raise_to(order_id, dong(400_000))
    payments.begin_authorisation(order_id=order_id, needed_until=till.now + timedelta(days=9), now=till.now)
    till.customer_pays(order_id, number=1)
    till.webhooks()
    for _ in range(2):
        pass_days(till, 5.4 if _ == 0 else 1)
        renew(till, order_id, days=6)
        till.deliver()
        till.webhooks()
    states = [(p.number, p.state, p.let_go) for p in Payment.objects.of_order(order_id)]
    assert [state for state in states if state[1] == "authorised"] == [(2, "authorised", ""), (3, "authorised", "")]
    assert payments.payment(order_id=order_id).authorised == dong(400_000)
    assert till.payment(order_id, 3).top_up_for == till.payment(order_id, 1).top_up_for
