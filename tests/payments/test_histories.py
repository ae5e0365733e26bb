"""Whatever happens to an order's money, in whatever order it is told: the sums hold, and Stripe agrees in the end.

Orders are raised, lowered, paid, declined, packed, called off and refunded by chance, while Stripe fails, forgets to
answer, repeats itself and tells things late or never. `PAYMENT_HISTORIES=500 pytest …` for a long look.
"""

from __future__ import annotations

import os
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import stripe
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from grocery.kernel.errors import DomainError
from grocery.kernel.ids import new_id
from grocery.kernel.models import OutboxEvent
from grocery.kernel.money import dong
from grocery.payments import public as payments
from grocery.payments.models import Bill, ProviderCall, RefundPart
from tests.payments.conftest import COMMITTED, Till

HISTORIES = int(os.environ.get("PAYMENT_HISTORIES", "6"))
STEPS = 18
amounts = st.sampled_from([20_000, 100_000, 104_000, 150_000, 300_000])
CARDS = ["pm_card_visa", "pm_card_visa", "pm_card_visa", "pm_card_chargeDeclined"]
FAULTS = ["429", "500_no_retry", "500_done", "cut", "cut_before"]
OPERATIONS = ["create", "retrieve", "capture", "cancel", "refund", "other"]


class Money(RuleBasedStateMachine):
    """One order, its payments, and what Stripe holds."""

    till: Till

    @initialize(amount=amounts)
    def place(self, amount: int) -> None:
        self.till.sandbox.clear_faults()
        self.till.sandbox.knobs(duplicates=0, drop=[])
        self.till.sandbox.take_webhooks()
        self.order = self.till.open(dong(amount))
        self.ahead = timedelta()
        self.late: list[Any] = []
        self.asked: dict[str, int] = {}

    @property
    def bill(self) -> Bill:
        return Bill.of(self.order)

    # --- ordering, and the customer ---

    @rule(card=st.sampled_from(CARDS))
    def pay(self, card: str) -> None:
        with suppress(DomainError):
            view = payments.begin_authorisation(order_id=self.order, now=self.till.now)
            if isinstance(view.step, payments.CardForm):
                self.till.sandbox.pay(view.step.client_secret.partition("_secret_")[0], card)

    @rule(card=st.sampled_from(CARDS), amount=amounts, minutes=st.sampled_from([None, 15]))
    def raise_and_pay(self, card: str, amount: int, minutes: int | None) -> None:
        with suppress(DomainError):
            self.till.raise_to(self.order, self.bill.view().amount + dong(amount), new_id(), minutes)
        self.pay(card)

    @rule(amount=amounts)
    def lower(self, amount: int) -> None:
        with suppress(DomainError):
            self.till.lower_to(self.order, dong(amount))

    @rule(less=st.sampled_from([0, 1, 5_000, 60_000]))
    def pack(self, less: int) -> None:
        with suppress(DomainError):
            self.till.capture(self.order, self.bill.authorised() - dong(less))

    @rule(yes=st.booleans())
    def call_off(self, yes: bool) -> None:
        if yes:
            with suppress(DomainError):
                self.till.cancel(self.order)

    @rule(amount=amounts, key=st.sampled_from("ABC"))
    def refund(self, amount: int, key: str) -> None:
        with suppress(DomainError):
            self.till.refund(self.order, dong(amount), key)
            self.asked[key] = amount

    # --- Stripe, and the way to it ---

    @rule(operation=st.sampled_from(OPERATIONS), kind=st.sampled_from(FAULTS), times=st.sampled_from([1, 2]))
    def fail(self, operation: str, kind: str, times: int) -> None:
        self.till.sandbox.fault(operation, kind, times=times)

    @rule(duplicates=st.sampled_from([0, 2]), drop=st.booleans())
    def misbehave(self, duplicates: int, drop: bool) -> None:
        self.till.sandbox.knobs(duplicates=duplicates, drop=["*"] if drop else [])

    @rule(data=st.data())
    def tell_in_any_order_some_of_it_later(self, data: st.DataObject) -> None:
        waiting = self.late + self.till.sandbox.take_webhooks()
        order = data.draw(st.permutations(range(len(waiting))))
        now = data.draw(st.integers(0, len(waiting)))
        for place in order[:now]:
            self.till.receive(waiting[place])
        self.late = [waiting[place] for place in order[now:]]

    @rule()
    def relay(self) -> None:
        with suppress(DomainError):
            self.till.deliver()

    @rule(minutes=st.sampled_from([1, 20]))
    def clock(self, minutes: int) -> None:
        self.ahead += timedelta(minutes=minutes)
        payments.reconcile(now=self.till.now + self.ahead)

    @rule(what=st.sampled_from(["cancel", "capture"]), which=st.integers(0, 3), yes=st.integers(0, 3))
    def act_by_hand_at_stripe(self, what: str, which: int, yes: int) -> None:
        known = [payment.reference for payment in self.bill.payments if payment.reference]
        if known and not yes:
            self.till.sandbox.play(known[which % len(known)], what)

    @rule()
    def refunds_arrive(self) -> None:
        self.till.sandbox.advance(6)

    @rule(which=st.integers(0, 3))
    def a_refund_comes_back(self, which: int) -> None:
        if ours := self.refunds_at_stripe():
            self.till.sandbox.play(ours[which % len(ours)]["id"], "fail_refund")

    @rule()
    def staff_try_again(self) -> None:
        for part in RefundPart.objects.owed().filter(refund__order_id=self.order):
            payments.retry_refund(part_id=part.id, now=self.till.now)

    # --- what holds at any moment ---

    def intents(self) -> list[Any]:
        """Every payment of this order that Stripe knows, whether or not we do."""
        found = self.till.sandbox.objects("payment_intent")
        return [intent for intent in found if intent["metadata"]["order_id"] == str(self.order)]

    def refunds_at_stripe(self) -> list[Any]:
        """Those that have not failed."""
        known = {intent["id"] for intent in self.intents()}
        found = self.till.sandbox.objects("refund")
        return [r for r in found if r["payment_intent"] in known and r["status"] != "failed"]

    @invariant()
    def no_more_is_taken_than_held_or_given_back_than_taken(self) -> None:
        if not hasattr(self, "order"):
            return
        view = self.bill.view()
        intents = self.intents()
        taken, back = sum(i["amount_received"] for i in intents), sum(r["amount"] for r in self.refunds_at_stripe())
        assert all(intent["amount_received"] <= intent["amount"] for intent in intents)
        assert view.captured.minor <= taken
        assert back <= sum(self.asked.values()) <= view.captured.minor
        assert (view.refunded + view.refunding).minor == sum(self.asked.values())

    # --- and when everything has calmed down ---

    def teardown(self) -> None:
        if hasattr(self, "order"):
            self.calm()
            self.nothing_is_open()
            self.stripe_agrees()
            self.everything_was_told_once()
            self.the_books_can_be_kept()

    def calm(self) -> None:
        self.till.sandbox.clear_faults()
        self.till.sandbox.advance(6)
        for webhook in self.late + self.till.sandbox.take_webhooks():
            self.till.receive(webhook)
        for _ in range(4):
            self.till.deliver()
            self.clock(20)

    def nothing_is_open(self) -> None:
        calls = ProviderCall.objects.open().filter(payment__order_id=self.order)
        assert [str(call) for call in calls] == []

    def stripe_agrees(self) -> None:
        bill, intents = self.bill, {intent["id"]: intent for intent in self.intents()}
        known = {payment.reference for payment in bill.payments if payment.reference}
        assert known <= set(intents)
        # One that was made though the answer was 500 is begun anew under another key; nobody has its secret to pay.
        assert {intents[unknown]["status"] for unknown in set(intents) - known} <= {"requires_payment_method"}
        for payment in bill.payments:
            intent = intents.get(payment.reference)
            assert payment.captured == (intent["amount_received"] if intent else 0)
            if payment.is_final() and intent:
                assert intent["status"] == {"captured": "succeeded", "cancelled": "canceled"}[payment.state]
        parts = RefundPart.objects.filter(refund__order_id=self.order)
        assert sum(p.amount for p in parts if p.state != "owed") == sum(r["amount"] for r in self.refunds_at_stripe())

    def everything_was_told_once(self) -> None:
        told = OutboxEvent.objects.filter(stream=f"payment:{self.order}")
        facts = Counter((fact.name.partition(".")[2], fact.payload.get("reference")) for fact in told)
        assert all(facts[fact] == 1 for fact in facts if fact[0] in {"PaymentAuthorised", "TopUpEnded"})
        assert all(facts[name, None] <= 1 for name in ("PaymentCancelled",))
        asked = [fact.payload["key"] for fact in told if fact.name == "payments.RefundRequested"]
        assert sorted(asked) == sorted(self.asked)
        assert self.authorised_if_told(facts) == {
            p.top_up_for for p in self.bill.payments if p.is_live() and p.is_held()
        }

    def the_books_can_be_kept(self) -> None:
        """What was told of each movement adds up to what there is, whatever came back in between."""
        sums = Counter[str]()
        for fact in OutboxEvent.objects.filter(stream=f"payment:{self.order}", payload__has_key="payment_id"):
            sums[fact.name.partition(".")[2]] += fact.payload["amount"]["minor"]
        view = self.bill.view()
        assert sums["MoneyTaken"] == view.captured.minor
        assert sums["MoneyReturned"] - sums["MoneyReturnUndone"] == view.refunded.minor

    def authorised_if_told(self, facts: Counter[Any]) -> set[UUID | None]:
        """The changes, None for the order itself, that ought to be held by what others have heard."""
        began = {reference for name, reference in facts if name == "PaymentAuthorised"}
        ended = {reference for name, reference in facts if name == "TopUpEnded"}
        live = {payment.top_up_for for payment in self.bill.payments if payment.is_live()}
        return {reference and UUID(reference) for reference in began - ended} & live


@COMMITTED
@pytest.mark.timeout(60 + 10 * HISTORIES)
def test_whatever_happens_the_sums_hold_and_stripe_agrees(till: Till, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.001)
    monkeypatch.setattr(stripe.HTTPClient, "MAX_DELAY", 0.001)
    monkeypatch.setattr(Money, "till", till, raising=False)
    run_state_machine_as_test(
        Money,
        settings=settings(
            max_examples=HISTORIES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            derandomize=HISTORIES < 100,
            print_blob=False,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
