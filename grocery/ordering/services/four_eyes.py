"""Money that staff give back: much of it needs a second person, and each step is written down."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.db import transaction
from prometheus_client import Counter
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from grocery.kernel import clock, figures
from grocery.kernel.clock import local_date
from grocery.kernel.money import dong
from grocery.kernel.principal import Principal
from grocery.ordering import models
from grocery.ordering.contracts.refunds import RefundStep, WhyEyes
from grocery.ordering.contracts.returns import ReturnState

log = structlog.get_logger(__name__)
STEPS: Final = Counter("order_refund_steps", "What people did about money that goes back", ["step"])
HELD: Final = Counter("order_refunds_held", "Refunds that had to wait for a second person, by why", ["why"])


class _Waiting(Collector):
    """How many wait for a second person, for how long the oldest, and what was given back today."""

    def collect(self) -> Iterable[Metric]:
        now = clock.now()
        oldest = models.OrderReturn.objects.waiting().values_list("decided_at", flat=True)
        waiting = GaugeMetricFamily("order_refunds_waiting", "Refunds that wait for a second person.")
        waiting.add_metric([], len(oldest))
        age = GaugeMetricFamily("order_refunds_waiting_oldest_seconds", "Age of the oldest of them.")
        age.add_metric([], (now - oldest[0]).total_seconds() if oldest and oldest[0] else 0)
        return (waiting, age)

    def describe(self) -> Iterable[Metric]:
        """Nothing, so that registering asks the database nothing."""
        return ()


figures.show(_Waiting())


def ask(order: models.Order, row: models.OrderReturn, *, by: Principal, now: datetime) -> None:
    """What was decided stands, and goes out after the time to undo; or a second person has to agree first.

    Under the order's lock; the amount counts as given back from here on, in either case.
    """
    why = _why(order, row, by.signed_in(), now)
    row.why_eyes = why.value
    row.state = (ReturnState.WAITING if why else ReturnState.DECIDED).value
    row.settle_at = None if why else now + settings.RETURN_UNDO
    row.save(update_fields=["why_eyes", "state", "settle_at"])
    note(row, RefundStep.ASKED, by=by, now=now)
    if why:
        transaction.on_commit(HELD.labels(why.value).inc)


def _why(order: models.Order, row: models.OrderReturn, by: UUID, now: datetime) -> WhyEyes:
    """Sums of the day count what was decided before this, whatever became of its money."""
    amount, zone = dong(row.amount), ZoneInfo(order.zone)
    found = models.OrderReturn.objects
    found.lock_sums(order.store_id, by)
    today = found.given_since(datetime.combine(local_date(now, zone=order.zone), time(), zone)).exclude(id=row.id)
    if amount > dong(settings.REFUND_FOUR_EYES):
        return WhyEyes.AMOUNT
    if today.decided_by_person(by).total() + amount > dong(settings.REFUND_DAY_PERSON):
        return WhyEyes.STAFF
    if today.of_store(order.store_id).total() + amount > dong(settings.REFUND_DAY_STORE):
        return WhyEyes.STORE
    return WhyEyes.NONE


def note(row: models.OrderReturn, what: RefundStep, *, by: Principal | None, now: datetime, word: str = "") -> None:
    """Write down who did what about how much."""
    models.OrderReturnStep.objects.create(
        of_return=row,
        what=what.value,
        at=now,
        by=by.id if by else None,
        amount=row.amount,
        why=row.why_eyes,
        note=word,
    )
    log.info("refund_step", return_id=str(row.id), step=what.value, amount=row.amount, by=str(by.id) if by else None)
    transaction.on_commit(STEPS.labels(what.value).inc)
