"""A change by card, over real HTTP to Stripe's sandbox: authorised, refused, never answered. The money adds up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from grocery.kernel import clock
from grocery.kernel.money import dong
from grocery.kernel.quantity import quantity
from grocery.ordering import models
from grocery.ordering import public as ordering
from grocery.payments import public as payments
from grocery.payments.models import Payment
from tests.sandbox.fixtures import sandbox, sandbox_process
from tests.sandbox.running import Sandbox
from tests.shop import Customer, Shop

__all__ = ["sandbox", "sandbox_process"]

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Till:
    """Lan, her order of two milks held on her card, and what Stripe has to say about it."""

    shop: Shop
    sandbox: Sandbox
    deliver: Callable[[], int]
    lan: Customer
    ahead: timedelta = field(default_factory=timedelta)
    order_id: UUID = field(init=False)

    @property
    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def buy(self) -> None:
        self.order_id = self.shop.order(self.lan, method="card", milk=2).id
        self.pays("pm_card_visa")

    def wants(self, milk: int) -> ordering.Edited:
        return ordering.edit(
            order_id=self.order_id, quantities={"milk": quantity(milk)}, by=self.lan.principal, now=self.now
        )

    def pays(self, card: str) -> Any:
        """What waits is confirmed in the browser; Stripe tells us; all facts are delivered."""
        ordering.pay(order_id=self.order_id, customer_id=self.lan.id, now=self.now)
        answer = self.sandbox.pay(self.newest().reference, card)
        self.hear()
        return answer

    def hear(self) -> None:
        for webhook in self.sandbox.take_webhooks():
            headers = {name.lower(): text for name, text in webhook["headers"].items()}
            signed = datetime.now(UTC)  # Stripe's clock goes as ours does
            payments.take_webhook(provider="stripe", body=webhook["body"].encode(), headers=headers, now=signed)
        self.deliver()

    def newest(self) -> Payment:
        return Payment.objects.filter(order_id=self.order_id).order_by("-number")[0]

    def held_at_stripe(self) -> int:
        """What the bank keeps for us."""
        intents = self.sandbox.objects("payment_intent")
        return sum(one["amount"] for one in intents if one["status"] == "requires_capture")

    def packed(self) -> int:
        """What is taken once the order is packed."""
        for step in (ordering.start_picking, ordering.mark_packed):
            step(order_id=self.order_id, by=self.shop.picker, now=self.now)
        self.deliver()
        self.hear()
        return payments.payment(order_id=self.order_id).captured.minor


@pytest.fixture
def till(sandbox: Sandbox, deliver: Callable[[], int], settings: Any, monkeypatch: pytest.MonkeyPatch) -> Till:
    settings.FIRESTORE_PROJECT = ""
    shop = Shop()
    shop.stock(milk=10)
    made = Till(shop, sandbox, deliver, shop.customer("lan"))
    monkeypatch.setattr(clock, "now", lambda: made.now)
    made.buy()
    assert shop.state(made.order_id) == "confirmed"
    return made


def milk(till: Till) -> int:
    (line,) = ordering.order(order_id=till.order_id).lines
    return int(line.quantity)


def test_once_the_rest_is_held_the_order_is_as_wanted_and_all_of_it_is_charged(till: Till):
    assert till.wants(3).to_pay == dong(38_500)
    till.pays("pm_card_visa")
    order = ordering.order(order_id=till.order_id)
    assert (milk(till), till.held_at_stripe(), till.shop.available("milk")) == (3, 130_500, quantity(7))
    assert till.packed() == order.total.minor == 130_500


def test_a_refused_card_leaves_the_change_waiting_and_another_one_makes_it(till: Till):
    till.wants(3)
    till.pays("pm_card_chargeDeclined")
    assert (milk(till), till.held_at_stripe()) == (2, 92_000)
    till.pays("pm_card_visa")
    assert (milk(till), till.held_at_stripe()) == (3, 130_500)


def test_never_answered_it_ends_and_the_order_is_as_it_was(till: Till):
    till.wants(5)
    ordering.pay(order_id=till.order_id, customer_id=till.lan.id, now=till.now)
    assert till.shop.available("milk") == quantity(5)
    till.ahead += timedelta(minutes=16)
    payments.reconcile(now=till.now)
    till.deliver()
    till.hear()
    assert (milk(till), till.shop.available("milk"), models.Revision.objects.get().state) == (2, quantity(8), "ended")
    assert (till.held_at_stripe(), till.packed()) == (92_000, 92_000)


def test_paid_a_moment_too_late_the_rest_is_let_go(till: Till):
    till.wants(3)
    ordering.pay(order_id=till.order_id, customer_id=till.lan.id, now=till.now)
    ordering.cancel(order_id=till.order_id, by=till.lan.principal, now=till.now)
    till.sandbox.pay(till.newest().reference, "pm_card_visa")
    till.hear()
    till.hear()
    assert (till.held_at_stripe(), till.shop.available("milk")) == (0, quantity(10))
    assert payments.payment(order_id=till.order_id).state is payments.PaymentState.CANCELLED
