"""A provider that does not answer is left alone, and one that takes its time holds up nobody."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
import redis

from grocery.kernel import valkey
from grocery.kernel.money import dong
from grocery.payments import public as payments
from grocery.payments.contracts import Method
from grocery.payments.gateways import breaker
from tests.payments.conftest import BASKET, COMMITTED, Till

pytestmark = COMMITTED
ROW = 3


@pytest.fixture
def watched(till: Till, settings: Any) -> Iterator[Till]:
    """Three failures in a row are enough."""
    settings.PAYMENT_BREAKER_FAILURES, settings.PAYMENT_METHODS = ROW, ("card", "momo", "cash_on_delivery")

    def forget() -> None:
        valkey.client().delete(*(valkey.client().keys("payments:away:*") or ["payments:away:none"]))
        breaker._heard.clear()

    forget()
    yield till
    forget()


def held(till: Till) -> UUID:
    """An order that its customer has paid with MoMo."""
    order_id = till.open(BASKET, Method.MOMO)
    payments.begin_authorisation(order_id=order_id, now=till.now)
    till.sandbox.momo.play(till.reference(order_id))
    payments.look_again(order_id=order_id, now=till.now)
    return order_id


def out_of_order(till: Till) -> None:
    """MoMo does not answer, and we have noticed."""
    till.sandbox.momo.fault("any", "500", times=1_000)
    order_id = till.open(BASKET, Method.MOMO)
    for _ in range(ROW):
        with suppress(payments.ProviderUnavailable):
            payments.begin_authorisation(order_id=order_id, now=till.now)


def asked(till: Till) -> int:
    return sum(len(till.sandbox.momo.requests(what)) for what in ("create", "query", "confirm", "refund"))


def test_what_was_wanted_of_it_waits_and_is_done_once_it_is_well(watched: Till):
    orders = [held(watched), held(watched)]
    out_of_order(watched)
    for order_id in orders:
        watched.capture(order_id, BASKET)
    watched.deliver()
    before = asked(watched)
    for _ in range(5):
        watched.later(minutes=2)
        payments.reconcile(now=watched.now)
    assert (payments.providers_away(), asked(watched)) == (["momo"], before)
    assert [watched.calls(order_id)[-1] for order_id in orders] == [("capture", "intended")] * 2

    assert payments.probe_providers() == []
    watched.sandbox.clear_faults()
    assert payments.probe_providers() == []  # it was asked a moment ago
    [state] = [health for health in payments.health() if health.provider == "momo"]
    payments.reconcile(now=watched.now)
    assert (state.answers, [watched.state(order_id) for order_id in orders]) == (True, ["captured"] * 2)


def test_the_clock_finds_out_that_it_is_well(watched: Till):
    out_of_order(watched)
    watched.sandbox.clear_faults()
    assert (payments.probe_providers(), payments.providers_away()) == (["momo"], [])


def test_its_way_to_pay_is_not_offered_until_it_is_well(watched: Till):
    out_of_order(watched)
    assert payments.offered() == (Method.CARD, Method.CASH_ON_DELIVERY)
    with pytest.raises(payments.MethodAway):
        watched.open(BASKET, Method.MOMO)
    payments.health()  # it is not
    assert Method.MOMO not in payments.offered()
    watched.sandbox.clear_faults()
    payments.health()
    assert Method.MOMO in payments.offered()


def test_a_refusal_is_an_answer(watched: Till):
    watched.sandbox.momo.fault("create", "500", times=ROW - 1)
    order_id = watched.open(BASKET, Method.MOMO)
    for _ in range(ROW - 1):
        with suppress(payments.ProviderUnavailable):
            payments.begin_authorisation(order_id=order_id, now=watched.now)
    watched.sandbox.momo.fault("create", "1006")
    with suppress(payments.PaymentRefused):
        payments.begin_authorisation(order_id=watched.open(BASKET, Method.MOMO), now=watched.now)
    watched.sandbox.momo.fault("create", "500")
    with suppress(payments.ProviderUnavailable):
        payments.begin_authorisation(order_id=watched.open(BASKET, Method.MOMO), now=watched.now)
    assert payments.providers_away() == []


def test_without_valkey_nobody_is_left_alone(watched: Till, monkeypatch: pytest.MonkeyPatch):
    nowhere = redis.Redis.from_url("redis://127.0.0.1:1/0", socket_connect_timeout=1)
    monkeypatch.setattr(valkey, "client", lambda: nowhere)
    out_of_order(watched)
    watched.sandbox.clear_faults()
    order_id = watched.open(BASKET, Method.MOMO)
    assert payments.begin_authorisation(order_id=order_id, now=watched.now).step
    monkeypatch.undo()


# --- one that takes its time --------------------------------------------------------------------------------------
def until[T](found: Callable[[], T]) -> T:
    """What is found within five seconds."""
    end = time.monotonic() + 5
    while not (what := found()):
        assert time.monotonic() < end
        time.sleep(0.02)
    return what


def test_a_page_does_not_wait_for_a_slow_provider_and_finds_its_answer_later(till: Till, settings: Any):
    settings.PAYMENT_WAIT_SECONDS = 0.05
    order_id = till.open(BASKET, Method.MOMO)
    till.sandbox.momo.fault("create", "latency", seconds=0.6)
    for _ in range(4):  # whoever looks meanwhile begins nothing of their own
        begun = time.monotonic()
        with pytest.raises(payments.PaymentOpening):
            payments.begin_authorisation(order_id=order_id, now=till.now)
        assert time.monotonic() - begun < 0.4
    until(lambda: till.payment(order_id).handoff)
    settings.PAYMENT_WAIT_SECONDS = 5
    step = payments.begin_authorisation(order_id=order_id, now=till.now).step
    assert isinstance(step, payments.PayLink)
    assert (len(till.sandbox.momo.payments()), len(till.sandbox.momo.requests("create"))) == (1, 1)


def test_another_process_that_is_asked_meanwhile_begins_nothing(till: Till):
    order_id = till.open(BASKET, Method.MOMO)
    payments.begin_authorisation(order_id=order_id, now=till.now)
    payment = till.payment(order_id)
    payment.calls.update(state="sent", sent_at=till.now)
    payment.reference, payment.handoff = "", {}
    payment.save()
    with pytest.raises(payments.PaymentOpening):
        payments.begin_authorisation(order_id=order_id, now=till.now)
    assert len(till.sandbox.momo.requests("create")) == 1


def test_the_link_is_shown_again_though_the_provider_takes_its_time(till: Till, settings: Any):
    order_id = till.open(dong(345_000), Method.MOMO)
    step = payments.begin_authorisation(order_id=order_id, now=till.now).step
    settings.PAYMENT_WAIT_SECONDS = 0.05
    till.sandbox.momo.fault("query", "latency", seconds=0.5)
    assert payments.begin_authorisation(order_id=order_id, now=till.now).step == step
    settings.PAYMENT_WAIT_SECONDS = None
