"""Goods that come back of an order that was paid by card, over real HTTP to Stripe's sandbox: the money goes back
once, to the đồng, and whoever has to know where it is can see it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from grocery.accounts.models import User
from grocery.accounts.public import Role
from grocery.kernel import clock
from grocery.kernel.quantity import quantity
from grocery.ordering import public as ordering
from grocery.payments import public as payments
from grocery.payments.models import RefundPart
from tests.ordering.returning import SUPPORT, ask, decide, states, unwanted
from tests.ordering.staff import at_work, text
from tests.ordering.test_top_up_journeys import Till
from tests.sandbox.fixtures import sandbox, sandbox_process
from tests.sandbox.running import Sandbox
from tests.shop import Shop

__all__ = ["sandbox", "sandbox_process"]

pytestmark = pytest.mark.django_db(transaction=True)

ON_ITS_WAY, ARRIVED = "The money is on its way to your card", "You have the money back"


class Counter(Till):
    """Two milks that Lan has paid by card, 92.000 ₫ with the fee, on their way to her or back."""

    def on_the_road(self) -> None:
        ordering.dispatch(order_id=self.order_id, by=self.shop.picker, now=self.now)

    def delivered(self) -> None:
        self.on_the_road()
        ordering.deliver(order_id=self.order_id, by=self.shop.picker, now=self.now)
        self.deliver()

    def rejects(self, milk: int) -> None:
        ordering.reject_at_door(order_id=self.order_id, unwanted=unwanted(milk=milk), by=SUPPORT, now=self.now)
        self.deliver()

    def settles(self) -> None:
        """The time to undo is over; the worker comes by twice, as does everything else."""
        self.ahead += timedelta(minutes=6)
        for _ in range(2):
            ordering.settle_returns(now=self.now)
            self.hear()

    def arrives(self) -> None:
        """The bank has given it to the customer."""
        self.sandbox.advance(6)
        self.hear()

    def refunds(self) -> list[tuple[int, str]]:
        """What Stripe has given back, and whether it has arrived."""
        return [(one["amount"], one["status"]) for one in self.sandbox.objects("refund")]

    def taken(self) -> int:
        return sum(intent["amount_received"] for intent in self.sandbox.intents())

    def page(self) -> str:
        """What Lan sees."""
        client = Client()
        client.force_login(User.objects.get(id=self.lan.id))
        return text(client.get(f"/en/orders/{self.order_id}/"))

    def clock_runs(self) -> None:
        for _ in range(4):
            self.ahead += timedelta(minutes=1)
            payments.reconcile(now=self.now)
            self.deliver()


@pytest.fixture
def till(sandbox: Sandbox, deliver: Callable[[], int], settings: Any, monkeypatch: pytest.MonkeyPatch) -> Counter:
    settings.FIRESTORE_PROJECT = ""
    shop = Shop()
    shop.stock(milk=10)
    made = Counter(shop, sandbox, deliver, shop.customer("lan"))
    monkeypatch.setattr(clock, "now", lambda: made.now)
    made.buy()
    return made


def test_what_is_refused_at_the_door_goes_back_to_the_card_once(till: Counter):
    till.packed()
    till.on_the_road()
    till.rejects(milk=1)
    assert ("The money goes back to your card" in till.page(), till.refunds()) == (True, [])
    till.settles()
    assert (ON_ITS_WAY in till.page(), till.refunds()) == (True, [(38_500, "pending")])
    till.arrives()
    ordering.deliver(order_id=till.order_id, by=till.shop.picker, now=till.now)
    till.settles()
    assert (till.taken(), till.refunds(), ARRIVED in till.page()) == (92_000, [(38_500, "succeeded")], True)
    assert payments.payment(order_id=till.order_id).refunded.minor == 38_500


def test_what_is_returned_in_parts_goes_back_to_the_card_part_by_part(till: Counter):
    till.packed()
    till.delivered()
    for _ in range(2):
        decide(ask(till.order_id, till.lan.principal, milk=1), milk="shelf", now=till.now)
        till.settles()
    till.arrives()
    assert (till.refunds(), states(till.order_id)) == ([(38_500, "succeeded")] * 2, [("settled", 38_500)] * 2)
    assert (till.taken(), till.page().count(ARRIVED), till.shop.available("milk")) == (92_000, 2, quantity(10))


def test_everything_refused_before_the_capture_was_seen_goes_back_once_it_is(till: Counter):
    till.sandbox.fault("capture", "500_done", times=3)
    for step in (ordering.start_picking, ordering.mark_packed):
        step(order_id=till.order_id, by=till.shop.picker, now=till.now)
    till.deliver()
    till.sandbox.take_webhooks()  # lost, too
    till.on_the_road()
    till.rejects(milk=2)
    assert (till.shop.state(till.order_id), till.refunds()) == ("cancelled", [])
    assert ON_ITS_WAY in till.page()
    till.sandbox.clear_faults()
    till.clock_runs()
    till.arrives()
    assert (till.taken(), till.refunds(), ARRIVED in till.page()) == (92_000, [(92_000, "succeeded")], True)


def test_what_the_bank_will_not_take_back_waits_for_staff_who_try_again(till: Counter):
    till.packed()
    till.delivered()
    decide(ask(till.order_id, till.lan.principal, milk=1), milk="kept", now=till.now)
    till.settles()
    till.arrives()
    part = RefundPart.objects.get(refund__order_id=till.order_id)
    till.sandbox.play(part.reference, "fail_refund")
    till.hear()
    assert ("We are seeing to the refund" in till.page(), ARRIVED in till.page()) == (True, False)
    queue, number = "/en/admin/payments/refundpart/", ordering.order(order_id=till.order_id).number
    manager = at_work(till.shop.store.id, Role.MANAGER)
    assert number in text(manager.get(queue, follow=True))
    manager.post(f"{queue}{part.id}/change/", {"do": "retry"})
    till.hear()
    till.arrives()
    assert sorted(till.refunds()) == [(38_500, "failed"), (38_500, "succeeded")]
    assert (ARRIVED in till.page(), number in text(manager.get(queue, follow=True))) == (True, False)
