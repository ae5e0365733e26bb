"""What was asked and not answered is asked again under its key, or looked at; see also the fault matrix."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest

from grocery.kernel.money import dong
from grocery.payments import public as payments
from tests.payments.conftest import COMMITTED, Till
from tests.sandbox.running import Sandbox

pytestmark = COMMITTED


@pytest.fixture(autouse=True)
def impatience(sandbox: Sandbox, settings: Any) -> None:
    """One waits three tenths of a second for an answer."""
    settings.STRIPE_TIMEOUTS = (2.0, 0.3)


def reconcile_until_quiet(till: Till, order_id: UUID) -> None:
    """What a few minutes of the clock do."""
    for _ in range(4):
        till.later(minutes=1)
        payments.reconcile(now=till.now)


def begin(till: Till) -> UUID:
    order_id = till.open()
    with suppress(payments.ProviderUnavailable):
        payments.begin_authorisation(order_id=order_id, now=till.now)
    return order_id


def capture(till: Till) -> UUID:
    order_id = till.authorised(dong(345_000))
    till.capture(order_id, dong(300_000))
    till.deliver()
    return order_id


@pytest.mark.parametrize("fault", ["cut", "500_done", "latency"])
def test_a_capture_that_was_made_unseen_is_not_made_again(till: Till, fault: str):
    till.sandbox.fault("capture", fault, times=1, seconds=0.5)
    order_id = capture(till)
    reconcile_until_quiet(till, order_id)
    assert payments.payment(order_id=order_id).captured == dong(300_000)


def test_while_there_is_no_answer_the_state_is_unknown(till: Till):
    till.sandbox.fault("capture", "cut", times=2)
    order_id = capture(till)
    assert (till.state(order_id), till.calls(order_id)) == (
        "unknown",
        [("authorise", "done"), ("capture", "unknown")],
    )


def test_a_payment_begun_unseen_is_not_begun_again(till: Till):
    till.sandbox.fault("create", "cut", times=2)
    order_id = begin(till)
    payments.begin_authorisation(order_id=order_id, now=till.now)
    assert len(till.sandbox.intents()) == 1


def test_asking_again_repeats_the_key(till: Till):
    till.sandbox.fault("create", "cut", times=2)
    order_id = begin(till)
    payments.begin_authorisation(order_id=order_id, now=till.now)
    keys = {request["idempotency_key"] for request in till.sandbox.requests("create")}
    assert keys == {f"authorise:{till.payment(order_id).id}:e0:r0"}


def test_after_a_remembered_error_the_key_is_a_new_one(till: Till):
    till.sandbox.fault("capture", "500_no_retry", times=1)
    order_id = capture(till)
    reconcile_until_quiet(till, order_id)
    keys = [request["idempotency_key"] for request in till.sandbox.requests("capture")]
    assert keys == [f"capture:{till.payment(order_id).id}:e0:r0", f"capture:{till.payment(order_id).id}:e0:r1"]


def test_after_a_restore_no_key_is_used_again(till: Till, settings: Any):
    settings.RESTORE_EPOCH = 3
    order_id = till.begun()
    assert till.sandbox.requests("create")[0]["idempotency_key"] == f"authorise:{till.payment(order_id).id}:e3:r0"


def test_a_payment_that_was_never_answered_can_be_cancelled(till: Till):
    till.sandbox.fault("create", "cut", times=2)
    order_id = begin(till)
    till.cancel(order_id)
    till.deliver()
    assert (till.state(order_id), till.sandbox.intents()[0]["status"]) == ("cancelled", "canceled")


def test_nothing_is_asked_while_nothing_is_due(till: Till):
    till.begun()
    assert payments.reconcile(now=till.now) == 0


def test_what_is_final_is_never_asked_about_again(till: Till):
    capture(till)
    till.later(days=30)
    assert payments.reconcile(now=till.now) == 0


def test_a_provider_that_does_not_answer_is_reported_so(till: Till):
    till.sandbox.fault("other", "cut_before", times=2)
    assert [(state.provider, state.answers) for state in payments.health()] == [("stripe", False), ("momo", True)]


def test_a_provider_that_answers_is_reported_so(till: Till):
    assert [(state.provider, state.answers) for state in payments.health()] == [("stripe", True), ("momo", True)]


def test_a_wrong_key_of_ours_is_reported(till: Till, settings: Any):
    settings.STRIPE_SECRET_KEY = "sk_test_wrong"
    assert payments.health()[0].answers is False
