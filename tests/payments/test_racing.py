"""Several at once, on real connections."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection

from grocery.kernel.errors import DomainError
from grocery.kernel.money import dong
from grocery.payments import public as payments
from grocery.payments.services.settle import settle
from tests.payments.conftest import COMMITTED, Till

pytestmark = COMMITTED
MANY = 6


def at_once(do: Callable[[int], Any]) -> list[Any]:
    """`do(0)`, `do(1)` … at the same moment; what they returned, or the domain's error."""
    barrier = Barrier(MANY)

    def one(number: int) -> Any:
        barrier.wait()
        try:
            return do(number)
        except DomainError as error:
            return type(error)
        finally:
            connection.close()

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(one, range(MANY)))


def test_an_impatient_customer_begins_one_payment(till: Till):
    order_id = till.open()
    at_once(lambda _: payments.begin_authorisation(order_id=order_id, now=till.now))
    assert len(till.sandbox.intents()) == 1


def test_one_amount_wins(till: Till):
    order_id = till.authorised(dong(345_000))
    outcomes = at_once(lambda number: till.capture(order_id, dong(300_000 + number)))
    till.deliver()
    assert (outcomes.count(None), len(till.sandbox.requests("capture"))) == (1, 1)


def test_capture_and_cancellation_never_both_happen(till: Till):
    order_id = till.authorised(dong(345_000))
    at_once(lambda n: till.capture(order_id, dong(345_000)) if n % 2 else till.cancel(order_id))
    till.deliver()
    told = till.facts(order_id)[1:]
    assert told in (["PaymentCaptured"], ["PaymentCancelled"])


def test_several_relays_make_a_call_once(till: Till):
    order_id = till.authorised(dong(345_000))
    till.capture(order_id, dong(300_000))
    at_once(lambda _: settle(order_id=order_id, now=till.now))
    till.later(minutes=2)
    payments.reconcile(now=till.now)
    assert (till.facts(order_id), till.sandbox.intents()[0]["amount_received"]) == (
        ["PaymentAuthorised", "PaymentCaptured"],
        300_000,
    )


def test_a_webhook_delivered_several_times_at_once_is_kept_once(till: Till):
    order_id = till.begun()
    till.sandbox.take_webhooks()
    till.customer_pays(order_id)
    webhook = next(w for w in till.sandbox.take_webhooks() if "amount_capturable" in w["body"])
    at_once(lambda _: till.receive(webhook))
    till.deliver()
    assert (len(till.notices()), till.facts(order_id)) == (1, ["PaymentAuthorised"])


def test_several_reconcilers_look_at_a_payment_once(till: Till):
    till.begun()
    till.later(minutes=2)
    assert sum(at_once(lambda _: payments.reconcile(now=till.now))) == 1
