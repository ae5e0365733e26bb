"""Several at once, on real connections."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection

from grocery.kernel.errors import DomainError
from grocery.kernel.ids import new_id
from grocery.kernel.money import dong
from grocery.payments import public as payments
from grocery.payments.models import Bill, Payment
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


def test_of_several_refunds_at_once_those_are_promised_that_there_is_money_for(till: Till):
    order_id = till.captured(dong(345_000))
    outcomes = at_once(lambda number: till.refund(order_id, dong(100_000), f"K{number}"))
    till.deliver()
    view = payments.payment(order_id=order_id)
    assert (outcomes.count(payments.MoreThanCaptured), view.refunding, len(till.sandbox.requests("refund"))) == (
        MANY - 3,
        dong(300_000),
        3,
    )


def test_without_the_lock_they_would_have_to_be_stopped_by_the_database(till: Till, monkeypatch: pytest.MonkeyPatch):
    order_id = till.captured(dong(345_000))
    barrier = Barrier(MANY)

    def read_together(wanted: object) -> Bill:
        bill = Bill(list(Payment.objects.of_order(order_id)))
        barrier.wait()
        return bill

    monkeypatch.setattr(Bill, "locked", read_together)
    outcomes = at_once(lambda number: refund_or_refusal(till, order_id, number))
    assert (outcomes.count(IntegrityError), outcomes.count(payments.MoreThanCaptured)) == (MANY - 3, 0)


def refund_or_refusal(till: Till, order_id: Any, number: int) -> Any:
    try:
        return till.refund(order_id, dong(100_000), f"K{number}")
    except IntegrityError as error:
        return type(error)


def test_an_impatient_caller_gets_one_refund_for_one_key(till: Till):
    order_id = till.captured(dong(345_000))
    refunds = at_once(lambda _: till.refund(order_id, dong(100_000), "K"))
    till.deliver()
    assert (len({refund.id for refund in refunds}), len(till.sandbox.requests("refund"))) == (1, 1)


def test_of_several_changes_at_once_one_is_left_to_be_paid(till: Till):
    order_id = till.authorised(dong(345_000))
    at_once(lambda number: till.raise_to(order_id, dong(400_000 + number)))
    waiting = [payment for payment in Payment.objects.of_order(order_id) if payment.is_waiting()]
    assert (len(waiting), till.facts(order_id).count("TopUpEnded")) == (1, MANY - 1)


def test_an_order_that_is_called_off_while_it_is_raised_keeps_no_hold(till: Till):
    order_id = till.authorised(dong(345_000))
    at_once(lambda n: till.raise_to(order_id, dong(400_000), new_id()) if n % 2 else till.cancel(order_id))
    till.deliver()
    assert {payment.state for payment in Payment.objects.of_order(order_id)} == {"cancelled"}


def test_packing_while_it_is_raised_takes_what_was_held_and_leaves_nothing_to_pay(till: Till):
    order_id = till.authorised(dong(345_000))
    at_once(lambda n: till.raise_to(order_id, dong(400_000)) if n % 2 else till.capture(order_id, dong(345_000)))
    till.deliver()
    view = payments.payment(order_id=order_id)
    assert (view.captured, view.to_pay) == (dong(345_000), dong(0))
