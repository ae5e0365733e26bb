"""Killed at the worst moment, with -9, and started again: once each."""

from __future__ import annotations

import time
from collections.abc import Callable
from uuid import UUID

from django.db import connection

from grocery.kernel.money import dong
from grocery.payments import public as payments
from tests.forking import forks
from tests.payments import asking
from tests.payments.conftest import COMMITTED, Till

pytestmark = COMMITTED
_forks = forks(asking.__name__)


def killed_while_asking(till: Till, operation: str, what: str, order_id: UUID) -> None:
    """Another process does it; Stripe has done its part and is about to answer when that process is killed."""
    till.sandbox.fault(operation, "latency", times=1, seconds=30)
    database = connection.settings_dict["NAME"]
    child = _forks.Process(target=asking.ask, args=[database, till.sandbox.url, what, order_id])
    child.start()
    try:
        _wait_for(lambda: till.sandbox.requests(operation))
    finally:
        child.kill()
        child.join()
    assert child.exitcode == -9


def _wait_for(happened: Callable[[], object]) -> None:
    until = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < until, "it did not happen"


def test_killed_while_beginning(till: Till):
    order_id = till.open()
    killed_while_asking(till, "create", "begin", order_id)
    view = payments.begin_authorisation(order_id=order_id, now=till.now)
    assert (view.state, len(till.sandbox.intents()), view.step is None) == ("pending", 1, False)


def test_killed_while_capturing(till: Till):
    order_id = till.authorised(dong(345_000))
    till.capture(order_id, dong(300_000))
    killed_while_asking(till, "capture", "settle", order_id)
    till.deliver()
    assert (till.state(order_id), till.facts(order_id)) == ("captured", ["PaymentAuthorised", "PaymentCaptured"])
    assert [request["replayed"] for request in till.sandbox.requests("capture")] == [False]


def test_killed_after_the_intent_and_before_the_call(till: Till):
    order_id = till.authorised(dong(345_000))
    till.capture(order_id, dong(300_000))
    assert till.sandbox.requests("capture") == []
    till.later(minutes=2)
    payments.reconcile(now=till.now)
    till.deliver()
    assert (till.facts(order_id), len(till.sandbox.requests("capture"))) == (
        ["PaymentAuthorised", "PaymentCaptured"],
        1,
    )


def test_killed_between_two_captures(till: Till):
    order_id = till.authorised(dong(345_000))
    till.raise_to(order_id, dong(400_000))
    payments.begin_authorisation(order_id=order_id, now=till.now)
    till.customer_pays(order_id, number=1)
    till.webhooks()
    till.capture(order_id, dong(380_000))
    killed_while_asking(till, "capture", "settle", order_id)
    assert len(till.sandbox.requests("capture")) == 1
    till.deliver()
    taken = sorted(intent["amount_received"] for intent in till.sandbox.intents())
    assert (taken, till.facts(order_id)[2:]) == ([35_000, 345_000], ["PaymentCaptured"])


def test_killed_while_refunding(till: Till):
    order_id = till.captured(dong(345_000))
    till.refund(order_id, dong(25_000))
    killed_while_asking(till, "refund", "settle", order_id)
    till.deliver()
    refunded = till.sandbox.get(f"/v1/refunds?payment_intent={till.reference(order_id)}")["data"]
    assert [refund["amount"] for refund in refunded] == [25_000]
    assert [request["replayed"] for request in till.sandbox.requests("refund")] == [False]
