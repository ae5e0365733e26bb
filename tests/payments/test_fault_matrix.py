"""Every fault at every operation of every provider ends where it should without a hand, and once.

Here those that differ most; `make fault-matrix` runs all and prints the ends as a table.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import product
from typing import Any, Final
from uuid import UUID

import pytest

from grocery.kernel.money import dong
from grocery.payments import public as payments
from tests.payments.conftest import BASKET, COMMITTED, Till
from tests.payments.counters import COUNTERS, Counter, hear
from tests.sandbox.faults import ANSWERS, NOTICES

pytestmark = COMMITTED
KEPT: Final = dong(300_000)
BACK: Final = dong(20_000)
EVERY: Final = "FAULT_MATRIX" in os.environ
CALLS: Final = tuple(ANSWERS) if EVERY else ("409", "500_done", "cut")
TOLD: Final = tuple(NOTICES) if EVERY else ("duplicate", "never", "wrong_amount", "bad_signature")
#: Minutes in which everything has come to its end, with nobody's help.
MINUTES: Final = 8

type Do = Callable[[Till, Counter], UUID]


@pytest.fixture(autouse=True)
def impatience(settings: Any) -> None:
    """One waits three tenths of a second for an answer."""
    settings.STRIPE_TIMEOUTS = settings.MOMO_TIMEOUTS = (2.0, 0.3)


def pass_time(till: Till, counter: Counter) -> None:
    """What some minutes of the clock do: notices arrive, the provider is asked."""
    for _ in range(MINUTES):
        till.later(minutes=1)
        till.sandbox.advance(60)
        hear(till, counter)
        payments.reconcile(now=till.now)
        till.deliver()


def begin(till: Till, counter: Counter) -> UUID:
    """The customer opens the payment page, again if it could not be shown."""
    order_id = till.open(BASKET, counter.method)
    for _ in range(3):
        with suppress(payments.ProviderUnavailable, payments.PaymentRefused):
            payments.begin_authorisation(order_id=order_id, now=till.now)
            break
        pass_time(till, counter)
    return order_id


def pay(till: Till, counter: Counter) -> UUID:
    order_id = begin(till, counter)
    counter.approve(till.sandbox, till.reference(order_id))
    pass_time(till, counter)
    return order_id


def held(till: Till, counter: Counter) -> UUID:
    """Paid, and known to be, before anything goes wrong."""
    order_id = till.open(BASKET, counter.method)
    payments.begin_authorisation(order_id=order_id, now=till.now)
    counter.approve(till.sandbox, till.reference(order_id))
    hear(till, counter)
    assert till.state(order_id) == "authorised"
    return order_id


def capture(till: Till, counter: Counter, order_id: UUID) -> None:
    till.capture(order_id, KEPT)
    till.deliver()


def cancel(till: Till, counter: Counter, order_id: UUID) -> None:
    till.cancel(order_id)
    till.deliver()


def refund(till: Till, counter: Counter, order_id: UUID) -> None:
    till.refund(order_id, BACK)
    till.deliver()


def taken(till: Till, counter: Counter) -> UUID:
    order_id = held(till, counter)
    capture(till, counter, order_id)
    pass_time(till, counter)
    assert till.state(order_id) == "captured"
    return order_id


def ends(till: Till, counter: Counter, order_id: UUID) -> str:
    """Where it all stands, in words: with us, and at the provider."""
    view = payments.payment(order_id=order_id)
    many, received, back = counter.balance(till.sandbox, {till.reference(order_id)})
    assert (received, back) == (view.captured.minor, view.refunded.minor), "we and the provider disagree"
    assert many <= 1, "charged twice"
    kept = f", kept {received - back:,}" if received else ""
    queue = ", a person gives back" if any(r.state is payments.RefundState.OWED for r in view.refunds) else ""
    return f"{view.state}{kept}{queue}"


def seen_through(till: Till, counter: Counter, record: Callable[[str, object], None], order_id: UUID) -> str:
    pass_time(till, counter)
    assert not till.sandbox.faults(), "nothing went wrong"
    end = ends(till, counter, order_id)
    record("end", end)
    return end


BEFORE: Final[dict[str, Do]] = {"capture": held, "cancel": held, "refund": taken}
THEN: Final = {"capture": capture, "cancel": cancel, "refund": refund}
GOOD: Final = {
    "authorise": "authorised",
    "poll": "authorised",
    "authorised": "authorised",
    "capture": "captured, kept 300,000",
    "captured": "captured, kept 300,000",
    "cancel": "cancelled",
    "cancelled": "cancelled",
    "refund": "captured, kept 280,000",
    "refunded": "captured, kept 280,000",
}
#: What makes a provider tell us, by what it tells.
OF: Final = {"captured": "capture", "cancelled": "cancel", "refunded": "refund"}


@pytest.mark.parametrize("fault", CALLS)
@pytest.mark.parametrize("operation", ["authorise", "capture", "cancel", "refund"])
@pytest.mark.parametrize("counter", COUNTERS, ids=lambda counter: counter.provider)
def test_a_call_that_fails(
    till: Till, counter: Counter, operation: str, fault: str, record_property: Callable[[str, object], None]
):
    if operation == "authorise":
        till.sandbox.fault(counter.calls[operation], fault, seconds=0.5, provider=counter.provider)
        order_id = pay(till, counter)
    else:
        order_id = BEFORE[operation](till, counter)
        till.sandbox.fault(counter.calls[operation], fault, seconds=0.5, provider=counter.provider)
        THEN[operation](till, counter, order_id)
    assert seen_through(till, counter, record_property, order_id) == GOOD[operation]


@pytest.mark.parametrize("fault", CALLS)
@pytest.mark.parametrize("counter", COUNTERS, ids=lambda counter: counter.provider)
def test_a_look_that_fails_where_nobody_told_us(
    till: Till, counter: Counter, fault: str, record_property: Callable[[str, object], None]
):
    order_id = begin(till, counter)
    counter.approve(till.sandbox, till.reference(order_id))
    counter.notices(till.sandbox)  # lost
    till.sandbox.fault(counter.calls["poll"], fault, seconds=0.5, provider=counter.provider)
    assert seen_through(till, counter, record_property, order_id) == GOOD["poll"]


def _notices() -> Iterator[tuple[Counter, str, str]]:
    """MoMo's know no currency."""
    for counter, fault in product(COUNTERS, TOLD):
        if (counter.provider, fault) != ("momo", "wrong_currency"):
            yield from ((counter, telling, fault) for telling in counter.tellings)


@pytest.mark.parametrize(
    ("counter", "telling", "fault"), list(_notices()), ids=lambda part: getattr(part, "provider", part)
)
def test_a_notice_that_goes_wrong(
    till: Till, counter: Counter, telling: str, fault: str, record_property: Callable[[str, object], None]
):
    if telling == "authorised":
        order_id = begin(till, counter)
        till.sandbox.fault(counter.tellings[telling], fault, seconds=25, provider=counter.provider)
        counter.approve(till.sandbox, till.reference(order_id))
    else:
        order_id = BEFORE[OF[telling]](till, counter)
        till.sandbox.fault(counter.tellings[telling], fault, seconds=25, provider=counter.provider)
        THEN[OF[telling]](till, counter, order_id)
    assert seen_through(till, counter, record_property, order_id) == GOOD[telling]
