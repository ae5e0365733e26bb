"""A customer's bank wants money back: written down, told to the books, and never given back beside that."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import structlog
from django.db import transaction
from prometheus_client import Counter
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from grocery.kernel import figures
from grocery.kernel.money import Money, dong
from grocery.kernel.outbox import publish
from grocery.payments.contracts.disputes import DisputeView, PaymentDisputed
from grocery.payments.events import (
    DisputeEvent,
    DisputeFeeTaken,
    DisputeLossUndone,
    DisputeLost,
    DisputeReinstated,
    DisputeWithdrawn,
)
from grocery.payments.gateways.registry import disputed
from grocery.payments.models import Bill, Dispute, Payment
from grocery.payments.policies.disputes import DisputeSeen, DisputeState, follows
from grocery.payments.services.held_refunds import release

log = structlog.get_logger()
DISPUTES = Counter("payments_disputes", "Disputes, by the state into which they came", ["state"])


class _ToAnswer(Collector):
    """How many wait for a person's answer at this moment: one query per scrape."""

    def collect(self) -> Iterable[Metric]:
        waiting = GaugeMetricFamily("payments_disputes_open", "Disputes that a person has to answer in time.")
        waiting.add_metric([], Dispute.objects.to_answer().count())
        return (waiting,)

    def describe(self) -> Iterable[Metric]:
        """Nothing, so that registering asks the database nothing."""
        return ()


figures.show(_ToAnswer())


def disputes(*, order_id: UUID) -> tuple[DisputeView, ...]:
    """The disputes about an order's payments, oldest first."""
    return tuple(dispute.view() for dispute in Dispute.objects.of_order(order_id))


def look_at_dispute(*, provider: str, reference: str, now: datetime) -> str:
    """Ask the provider how a dispute stands, and believe it. Raises OutcomeUnknown, Refused."""
    seen = disputed(provider).dispute(reference=reference)
    payments = Payment.objects.that_the_provider_means(
        provider=provider, reference=seen.payment, payment_id=seen.payment_id
    )
    payment = payments.first() if seen.payment else None
    if payment is None:
        return "unknown_payment"
    return record_dispute(payment_id=payment.id, seen=seen, now=now)


@transaction.atomic
def record_dispute(*, payment_id: UUID, seen: DisputeSeen, now: datetime) -> str:
    """Bring a dispute up to what its provider says, in whatever order that arrives; what came of it, in one word."""
    _, payment = Bill.locked_with(payment_id)
    if seen.currency.upper() != payment.total.currency or not 0 <= seen.amount <= payment.captured:
        log.error("dispute_does_not_fit", order_id=str(payment.order_id), reference=seen.reference)
        return "mismatch"
    dispute = Dispute.objects.known_as(payment.provider, seen.reference)
    before = dispute.state if dispute else None
    if dispute is None:
        dispute = Dispute(payment=payment, reference=seen.reference, state=seen.state, opened_at=seen.opened_at)
        _came_into(dispute, seen.state, now)
    dispute.payment = payment
    facts = [*_moved_money(dispute, seen, now), *_moved(dispute, seen, now)]
    dispute.reason, dispute.amount = seen.reason[:64], seen.amount
    dispute.answer_by = seen.answer_by or dispute.answer_by
    dispute.save()
    publish(*facts)
    if dispute.state != before:
        release(payment, now=now)
    return "applied"


def refuse_beside_dispute(bill: Bill, amount: Money, *, left: Money) -> None:
    """Under the bill's lock: nothing goes back while a bank decides, nor what it has given back already.

    Raises PaymentDisputed.
    """
    of_order = Dispute.objects.of_order(bill.order_id)
    if of_order.blocking().exists() or amount > left - min(left, of_order.lost()):
        raise PaymentDisputed(bill.base.order_number)


def _moved_money(dispute: Dispute, seen: DisputeSeen, now: datetime) -> list[DisputeEvent]:
    """What has left or come since we looked last; a sum that is lower than ours is late news."""
    facts: list[DisputeEvent] = []
    for name, fact in (
        ("withdrawn", DisputeWithdrawn),
        ("fee", DisputeFeeTaken),
        ("reinstated", DisputeReinstated),
    ):
        more = getattr(seen, name) - getattr(dispute, name)
        if more > 0:
            setattr(dispute, name, getattr(seen, name))
            facts.append(fact(**_movement(dispute, dong(more), now)))
    return facts


def _moved(dispute: Dispute, seen: DisputeSeen, now: datetime) -> list[DisputeEvent]:
    if follows(DisputeState(dispute.state), seen.state):
        dispute.state = cast("str", seen.state)
        _came_into(dispute, seen.state, now)
    return _decided(dispute, now)


def _decided(dispute: Dispute, now: datetime) -> list[DisputeEvent]:
    """What is lost is told once; what is won after that, too."""
    lost = dispute.withdrawn - dispute.reinstated if dispute.state == DisputeState.LOST else dispute.lost
    if dispute.state == DisputeState.WON:
        lost = 0
    more, dispute.lost = lost - dispute.lost, lost
    if not more:
        return []
    fact = DisputeLost if more > 0 else DisputeLossUndone
    return [fact(**_movement(dispute, dong(abs(more)), now))]


def _came_into(dispute: Dispute, state: DisputeState, now: datetime) -> None:
    DISPUTES.labels(state.value).inc()
    log.warning("payment_disputed", order_id=str(dispute.payment.order_id), state=state.value)
    if state in {DisputeState.WON, DisputeState.LOST, DisputeState.CLOSED}:
        dispute.decided_at = now


def _movement(dispute: Dispute, amount: Money, now: datetime) -> dict[str, Any]:
    payment = dispute.payment
    return {
        "order_id": payment.order_id,
        "order_number": payment.order_number,
        "store_id": payment.store_id,
        "payment_id": payment.id,
        "dispute_id": dispute.id,
        "amount": amount,
        "method": str(payment.method),
        "provider": payment.provider,
        "reference": dispute.reference,
        "at": now,
    }
