"""What was to be taken and was not: noted when it is known, seen to by a person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction
from prometheus_client import Counter
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from grocery.kernel import figures
from grocery.kernel.money import Money
from grocery.kernel.outbox import publish
from grocery.payments.contracts import Method, PaymentIs, PaymentState, ShortfallIs
from grocery.payments.events import CaptureFellShort
from grocery.payments.models import Bill, Payment, Shortfall
from grocery.payments.policies import LetGo, ShortfallOutcome
from grocery.payments.services import money_facts
from grocery.payments.services.captures import capture
from grocery.payments.services.facts import facts_of_captures
from grocery.payments.services.let_go import let_go

log = structlog.get_logger()
SHORTFALLS = Counter("payments_shortfalls", "Captures that did not come about, by what became of them", ["outcome"])


class _Waiting(Collector):
    """How many wait for a person at this moment: one query per scrape."""

    def collect(self) -> Iterable[Metric]:
        waiting = GaugeMetricFamily("payments_shortfalls_open", "Captures that did not come about and wait.")
        waiting.add_metric([], Shortfall.objects.open().count())
        return (waiting,)

    def describe(self) -> Iterable[Metric]:
        """Nothing, so that registering asks the database nothing."""
        return ()


figures.show(_Waiting())


def fell_short(payment: Payment, amount: Money, code: str, *, now: datetime) -> None:
    """Note that this was to be taken and was not, under the bill's lock; a person sees to it."""
    Shortfall.objects.create(payment=payment, amount=amount.minor, code=code, opened_at=now)
    SHORTFALLS.labels("noted").inc()
    log.error("capture_fell_short", order_id=str(payment.order_id), code=code)
    publish(CaptureFellShort(order_id=payment.order_id, amount=amount))


def waive(order_id: UUID, amount: Money, *, now: datetime) -> None:
    """So much would be given back, had it been taken: less is missing, the oldest first. Under the bill's lock."""
    for shortfall in Shortfall.objects.of_order(order_id).never_taken():
        if part := min(amount, shortfall.missing):
            shortfall.waive(part, now=now)
            amount -= part
            if shortfall.outcome == ShortfallOutcome.WRITTEN_OFF:
                publish(money_facts.write_off_reduced(shortfall, part, now=now))
        if not shortfall.is_open():
            _let_go(shortfall.payment, now)


def tried_again(payment: Payment, *, now: datetime, by: UUID | None = None) -> None:
    """The provider is asked once more, under the bill's lock: if it refuses again, that is noted anew."""
    if payment.shortfalls.open().settle(ShortfallOutcome.RETRIED, now=now, by=by):
        SHORTFALLS.labels("retried").inc()


@transaction.atomic
def retry_capture(*, shortfall_id: UUID, by: UUID, now: datetime) -> None:
    """Have the provider asked once more for what is missing. Refused again, it stands in the queue again.

    Raises NotFound; ShortfallIs unless it is open; PaymentIs where the hold is gone, so that nothing can be taken.
    """
    _, shortfall = _locked(shortfall_id)
    payment = shortfall.payment
    if payment.state != PaymentState.AUTHORISED or not payment.is_live():
        raise PaymentIs(PaymentState(payment.state))
    tried_again(payment, now=now, by=by)
    payment.to_capture = shortfall.missing.minor
    payment.save(update_fields=["to_capture"])
    capture(payment, now=now)


@transaction.atomic
def record_collected(*, shortfall_id: UUID, by: UUID, note: str, now: datetime) -> None:
    """Note that the customer has paid it otherwise, in cash or by a transfer that `note` tells how to find.

    It counts as taken in cash: what is given back of it is owed in cash. Twice is once. Raises NotFound, ShortfallIs.
    """
    bill, shortfall = _locked(shortfall_id, but=ShortfallOutcome.COLLECTED)
    if shortfall.is_open():
        _settle(shortfall, ShortfallOutcome.COLLECTED, by=by, note=note, now=now)
        paid = _paid_by_hand(bill, shortfall, by, now)
        publish(*facts_of_captures(bill), money_facts.taken(paid, now=now))


@transaction.atomic
def write_off(*, shortfall_id: UUID, by: UUID, note: str, now: datetime) -> None:
    """Give it up, with a reason: nobody is asked for it any more. Twice is once. Raises NotFound, ShortfallIs."""
    _, shortfall = _locked(shortfall_id, but=ShortfallOutcome.WRITTEN_OFF)
    if shortfall.is_open():
        _settle(shortfall, ShortfallOutcome.WRITTEN_OFF, by=by, note=note, now=now)
        publish(money_facts.written_off(shortfall, by=by, now=now))


def _locked(shortfall_id: UUID, *, but: ShortfallOutcome = ShortfallOutcome.OPEN) -> tuple[Bill, Shortfall]:
    """It with its bill, locked; open, or settled as somebody wants to settle it. Raises NotFound, ShortfallIs."""
    bill, payment = Bill.locked_with(Shortfall.objects.payment_of(shortfall_id))
    shortfall = Shortfall.objects.get(id=shortfall_id)
    shortfall.payment = payment
    if shortfall.outcome not in {ShortfallOutcome.OPEN, but}:
        raise ShortfallIs
    return bill, shortfall


def _settle(shortfall: Shortfall, outcome: ShortfallOutcome, *, by: UUID, note: str, now: datetime) -> None:
    Shortfall.objects.filter(id=shortfall.id).settle(outcome, now=now, by=by, note=note)
    SHORTFALLS.labels(outcome.value).inc()
    _let_go(shortfall.payment, now)


def _let_go(payment: Payment, now: datetime) -> None:
    """Nothing will be taken of what is still held."""
    if payment.state == PaymentState.AUTHORISED and payment.is_live():
        let_go(payment, LetGo.NOT_NEEDED, now=now)


def _paid_by_hand(bill: Bill, shortfall: Shortfall, by: UUID, now: datetime) -> Payment:
    missing = shortfall.missing.minor
    return bill.add(
        method=Method.CASH_ON_DELIVERY,
        top_up_for=shortfall.id,
        amount=missing,
        to_capture=missing,
        captured=missing,
        state=PaymentState.CAPTURED,
        opened_at=now,
        authorised_at=now,
        captured_at=now,
        cash_taken_by=by,
    )
