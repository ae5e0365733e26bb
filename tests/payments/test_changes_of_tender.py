"""A customer who has placed an order pays in another way: what they chose first goes when the other one holds, money
that comes for it all the same goes back, and of two that hold one is kept."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from grocery.kernel.ids import new_id
from grocery.kernel.models import OutboxEvent
from grocery.kernel.money import Money, dong
from grocery.payments import public as payments
from grocery.payments.contracts import Method
from grocery.payments.contracts.providers import MethodAway
from grocery.payments.gateways import breaker
from grocery.payments.models import Payment
from grocery.payments.policies import LetGo
from grocery.payments.services.receive_transfer import receive_transfer
from tests.payments import purse
from tests.payments.conftest import BASKET, COMMITTED, Till
from tests.payments.purse import Purse
from tests.payments.test_credit import granted
from tests.payments.test_racing import MANY, at_once

pytestmark = COMMITTED
CARD, MOMO, TRANSFER, CASH = Method.CARD, Method.MOMO, Method.BANK_TRANSFER, Method.CASH_ON_DELIVERY


@pytest.fixture
def wallet(settings: Any) -> Purse:
    settings.PAYMENT_METHODS = ("card", "momo", "bank_transfer", "cash_on_delivery")
    settings.PAYMENT_GATEWAYS = {**settings.PAYMENT_GATEWAYS, "purse": "tests.payments.purse.the_one"}
    settings.PAYMENT_PROVIDERS = {"card": "stripe", "momo": "purse"}
    return purse.empty()


@pytest.fixture
def desk(till: Till, wallet: Purse) -> Desk:
    return Desk(till, wallet)


class Desk:
    """A customer with four ways to pay."""

    def __init__(self, till: Till, wallet: Purse) -> None:
        self.till, self.wallet = till, wallet

    def change(self, order_id: UUID, method: Method, amount: Money = BASKET) -> payments.PaymentView:
        until = self.till.now + timedelta(minutes=30)
        with transaction.atomic():
            return payments.change_tender(
                order_id=order_id, amount=amount, method=method, until=until, now=self.till.now
            )

    def last(self, order_id: UUID) -> Payment:
        return Payment.objects.of_order(order_id).reverse()[0]

    def begun(self, method: Method, credit: int = 0) -> UUID:
        """An order that waits for its customer, who was told how to pay."""
        order_id = self.till.open(BASKET, method, credit=credit)
        payments.begin_authorisation(order_id=order_id, now=self.till.now)
        return order_id

    def pay(self, payment: Payment) -> None:
        """Its customer pays just this, and we hear of it."""
        payment.refresh_from_db()
        match payment.method:
            case Method.CARD:
                self.till.sandbox.pay(payment.reference, "pm_card_visa")
                self.till.webhooks()
            case Method.MOMO:
                self.wallet.approve(payment.reference)
                self.look()
            case Method.BANK_TRANSFER:
                receive_transfer(payment_id=payment.id, reference=f"FT{payment.id}", now=self.till.now)
        self.till.deliver()

    def paid(self, method: Method, credit: int = 0) -> UUID:
        order_id = self.begun(method, credit)
        self.pay(self.last(order_id))
        return order_id

    def pay_otherwise(self, order_id: UUID, method: Method, amount: Money = BASKET) -> None:
        """All of it: choose, begin, pay."""
        self.change(order_id, method, amount)
        payments.begin_authorisation(order_id=order_id, now=self.till.now)
        self.pay(self.last(order_id))

    def look(self) -> None:
        """The time has come to ask, and to do what came of it."""
        Payment.objects.exclude(look_at=None).update(look_at=self.till.now)
        payments.reconcile(now=self.till.now)
        self.till.deliver()

    def held(self) -> int:
        """How many holds and charges there are at all providers."""
        at_stripe = [intent["status"] for intent in self.till.sandbox.objects("payment_intent")]
        return sum(one in {"requires_capture", "succeeded"} for one in at_stripe) + sum(
            seen.state in {"authorised", "captured"} for seen in self.wallet.seen.values()
        )


def told(order_id: UUID) -> list[tuple[str, str]]:
    """From which way to pay to which, as others hear it."""
    rows = OutboxEvent.objects.filter(stream=f"payment:{order_id}", name="payments.TenderChanged").order_by("id")
    return [(row.payload["before"], row.payload["method"]) for row in rows]


def counts_on(order_id: UUID) -> tuple[str, int, int]:
    """How it is paid, what is held or ours, what is to be paid next."""
    view = payments.payment(order_id=order_id)
    return view.method.value, view.authorised.minor, view.to_pay.minor


# --- from each to each ------------------------------------------------------------------------------------------
def test_whoever_has_not_paid_pays_in_any_other_way(desk: Desk):
    held = 0
    for first, then in permutations([CARD, MOMO, TRANSFER, CASH], 2):
        order_id = desk.begun(first)
        desk.pay_otherwise(order_id, then)
        held += then in {CARD, MOMO}
        assert (counts_on(order_id), desk.held()) == ((then, BASKET.minor, 0), held)
        assert (told(order_id), desk.till.facts(order_id).count("PaymentAuthorised")) == ([(first, then)], 1)
        assert desk.till.payment(order_id).let_go == LetGo.OTHER_TENDER


def test_what_was_held_counts_until_the_other_one_holds(desk: Desk):
    held = 0
    for first, then in [(CARD, CASH), (CARD, MOMO), (MOMO, TRANSFER), (CASH, CARD)]:
        order_id = desk.paid(first)
        view = desk.change(order_id, then)
        if then is not CASH:
            assert (view.changes_to, counts_on(order_id)) == (then, (first, BASKET.minor, BASKET.minor))
            desk.pay_otherwise(order_id, then)
        desk.till.deliver()
        held += then in {CARD, MOMO}
        assert (counts_on(order_id), desk.held()) == ((then, BASKET.minor, 0), held)
        assert desk.till.payment(order_id).state == "cancelled"
        assert desk.till.facts(order_id).count("PaymentAuthorised") == 1


def test_store_credit_stays_and_the_rest_is_paid_otherwise(desk: Desk):
    granted(desk.till, 120_000)
    order_id = desk.begun(CARD, credit=120_000)
    desk.pay_otherwise(order_id, MOMO)
    assert counts_on(order_id) == ("momo", BASKET.minor, 0)
    assert [p.amount for p in Payment.objects.of_order(order_id)] == [120_000, 225_000, 225_000]


def test_a_declined_card_becomes_cash_while_its_provider_is_away(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    order_id = desk.begun(CARD)
    desk.till.customer_pays(order_id, "pm_card_chargeDeclined")
    desk.till.webhooks()
    monkeypatch.setattr(breaker, "is_believed_away", lambda _name: True)
    with pytest.raises(MethodAway):
        desk.change(order_id, MOMO)
    desk.change(order_id, CASH)
    assert counts_on(order_id) == ("cash_on_delivery", BASKET.minor, 0)


def test_what_top_ups_held_goes_with_the_rest_and_one_that_waits_ends(desk: Desk):
    for pays in (True, False):
        order_id = desk.paid(CARD)
        desk.till.raise_to(order_id, dong(400_000))
        payments.begin_authorisation(order_id=order_id, now=desk.till.now)
        if pays:
            desk.pay(desk.last(order_id))
        desk.change(order_id, CASH, dong(400_000) if pays else BASKET)
        desk.till.deliver()
        assert (counts_on(order_id)[::2], desk.held()) == (("cash_on_delivery", 0), 0)
        assert ("TopUpEnded" in desk.till.facts(order_id)) is not pays


# --- what comes in between --------------------------------------------------------------------------------------
def test_who_pays_in_the_first_way_after_all_has_paid(desk: Desk):
    order_id = desk.begun(CARD)
    desk.change(order_id, MOMO)
    payments.begin_authorisation(order_id=order_id, now=desk.till.now)
    desk.pay(desk.till.payment(order_id))
    assert (counts_on(order_id), told(order_id)) == (("card", BASKET.minor, 0), [])
    desk.pay(desk.last(order_id))  # in the other tab: let go again
    assert (counts_on(order_id), desk.held()) == (("card", BASKET.minor, 0), 1)


def test_money_that_comes_for_what_was_chosen_before_goes_back(desk: Desk):
    order_id = desk.begun(TRANSFER)
    desk.pay_otherwise(order_id, MOMO)
    desk.pay(desk.till.payment(order_id))
    refund = payments.payment(order_id=order_id).refunds[0]
    assert (refund.amount, refund.state, counts_on(order_id)) == (BASKET, "owed", ("momo", BASKET.minor, 0))
    order_id = desk.begun(CARD)
    desk.change(order_id, CASH)
    desk.till.customer_pays(order_id)
    desk.till.webhooks()
    assert (desk.held(), counts_on(order_id)) == (1, ("cash_on_delivery", BASKET.minor, 0))


def test_once_the_goods_are_packed_the_first_is_charged_and_the_other_let_go(desk: Desk):
    order_id = desk.paid(CARD)
    desk.change(order_id, MOMO)
    payments.begin_authorisation(order_id=order_id, now=desk.till.now)
    desk.till.capture(order_id, BASKET)
    desk.pay(desk.last(order_id))
    assert (payments.payment(order_id=order_id).captured, desk.held(), told(order_id)) == (BASKET, 1, [])
    with pytest.raises(payments.PaymentIs):
        desk.change(order_id, CASH)


def test_packed_cash_is_collected_whatever_was_being_chosen(desk: Desk):
    order_id = desk.paid(CASH)
    desk.change(order_id, TRANSFER)
    desk.till.capture(order_id, BASKET)
    desk.pay(desk.last(order_id))
    view = payments.payment(order_id=order_id)
    assert (view.method, view.to_pay, view.refunds[0].amount) == (CASH, dong(0), BASKET)
    with pytest.raises(payments.PaymentIs):
        desk.change(order_id, CARD)


def test_an_order_that_is_called_off_keeps_neither(desk: Desk):
    order_id = desk.paid(CARD)
    desk.change(order_id, MOMO)
    payments.begin_authorisation(order_id=order_id, now=desk.till.now)
    desk.till.cancel(order_id)
    desk.till.deliver()
    desk.pay(desk.last(order_id))
    assert (desk.held(), desk.till.facts(order_id)[-1]) == (0, "PaymentCancelled")


def test_the_order_stays_as_it_is_where_nobody_pays_otherwise_in_time(desk: Desk):
    order_id = desk.paid(CASH)
    desk.change(order_id, TRANSFER)
    desk.till.later(minutes=31)
    payments.reconcile(now=desk.till.now)
    assert (counts_on(order_id), desk.last(order_id).let_go) == (("cash_on_delivery", BASKET.minor, 0), "not_paid")
    desk.pay(desk.last(order_id))
    assert payments.payment(order_id=order_id).refunds[0].amount == BASKET


def test_who_changes_the_order_chooses_anew(desk: Desk):
    for becomes in (300_000, 400_000):
        order_id = desk.paid(CASH)
        desk.change(order_id, MOMO)
        desk.till.raise_to(order_id, dong(becomes))
        assert payments.payment(order_id=order_id).changes_to is None
        assert counts_on(order_id) == ("cash_on_delivery", becomes, 0)


# --- twice, and not at all --------------------------------------------------------------------------------------
def test_asking_again_is_harmless_and_the_first_way_takes_it_back(desk: Desk):
    order_id = desk.paid(CARD)
    for _ in range(2):
        desk.change(order_id, MOMO)
    assert Payment.objects.of_order(order_id).count() == 2
    for _ in range(2):
        assert desk.change(order_id, CARD).changes_to is None
    assert counts_on(order_id) == ("card", BASKET.minor, 0)


def test_what_was_sent_to_us_or_paid_with_store_credit_is_paid(desk: Desk):
    granted(desk.till, 500_000)
    for order_id in (desk.paid(TRANSFER), desk.till.open(BASKET, CARD, credit=500_000)):
        with pytest.raises(payments.PaymentIs):
            desk.change(order_id, CASH)


def test_a_way_that_is_not_offered_or_too_small_changes_nothing(desk: Desk, settings: Any):
    order_id = desk.begun(CASH)
    with pytest.raises(payments.AmountTooSmall):
        desk.change(order_id, CARD, dong(900))
    settings.PAYMENT_METHODS = ("cash_on_delivery",)
    with pytest.raises(payments.MethodNotOffered):
        desk.change(order_id, MOMO)
    assert counts_on(order_id) == ("cash_on_delivery", BASKET.minor, 0)


# --- at the same moment -----------------------------------------------------------------------------------------
def test_of_two_tabs_one_choice_waits(desk: Desk):
    order_id = desk.paid(CASH)
    at_once(lambda number: desk.change(order_id, [CARD, MOMO, TRANSFER][number % 3]))
    waiting = [p for p in Payment.objects.of_order(order_id) if p.is_waiting()]
    assert (len(waiting), counts_on(order_id)[:2]) == (1, ("cash_on_delivery", BASKET.minor))


def test_the_money_of_the_first_way_and_the_change_to_cash_at_once(desk: Desk):
    order_id = desk.begun(TRANSFER)
    first = desk.till.payment(order_id)

    def one(number: int) -> object:
        if number % 2:
            return desk.change(order_id, CASH)
        return receive_transfer(payment_id=first.id, reference="FT1", now=desk.till.now)

    at_once(one)
    view = payments.payment(order_id=order_id)
    back = sum(refund.amount.minor for refund in view.refunds)
    assert (view.method, back) in {(TRANSFER, 0), (CASH, BASKET.minor)}
    assert (view.authorised, desk.till.facts(order_id).count("PaymentAuthorised")) == (BASKET, 1)


def test_both_ways_are_confirmed_at_once_and_one_is_kept(desk: Desk):
    order_id = desk.begun(CARD)
    desk.change(order_id, MOMO)
    payments.begin_authorisation(order_id=order_id, now=desk.till.now)
    desk.till.customer_pays(order_id)
    desk.wallet.approve(desk.last(order_id).reference)
    Payment.objects.exclude(look_at=None).update(look_at=desk.till.now)
    webhooks = desk.till.sandbox.take_webhooks()

    def hear(number: int) -> None:
        if number % 2:
            payments.reconcile(now=desk.till.now)
        else:
            desk.till.receive(webhooks[-1])

    at_once(hear)
    desk.look()
    assert (desk.held(), counts_on(order_id)[1:]) == (1, (BASKET.minor, 0))
    assert desk.till.facts(order_id).count("PaymentAuthorised") == 1


def test_without_the_lock_the_database_refuses_a_second_choice(desk: Desk):
    order_id = desk.paid(CASH)
    desk.change(order_id, MOMO)
    twin = Payment.objects.filter(id=desk.last(order_id).id).values().get()
    with pytest.raises(IntegrityError, match="payments_one_change_of_tender"):
        Payment.objects.create(**twin | {"id": new_id(), "number": twin["number"] + 1, "reference": ""})


def test_packing_and_choosing_at_once_charge_once(desk: Desk):
    order_id = desk.paid(CARD)
    outcomes = at_once(lambda n: desk.till.capture(order_id, BASKET) if n % 2 else desk.change(order_id, CASH))
    desk.till.deliver()
    view = payments.payment(order_id=order_id)
    assert outcomes.count(payments.PaymentIs) <= MANY // 2
    assert (view.method, view.captured, desk.held()) in {(CARD, BASKET, 1), (CASH, dong(0), 0)}
