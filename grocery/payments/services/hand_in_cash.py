"""Cash comes into the store at the end of a round: counted, compared with what was collected, booked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, cast
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from django.db import transaction
from prometheus_client import Counter
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from grocery.kernel import clock, figures
from grocery.kernel.errors import Conflict, Invalid
from grocery.kernel.money import Money, dong
from grocery.kernel.outbox import publish
from grocery.payments.contracts.cash import (
    CarriedCash,
    CashDifference,
    CashIs,
    CashRound,
    DifferenceUnexplained,
    Into,
    OwnCash,
)
from grocery.payments.contracts.deposits import NotInTheSafe
from grocery.payments.events import CashEvent, CashHandedIn, CashHandInUndone
from grocery.payments.models import CashHandIn, Payment, Safe

log = structlog.get_logger()
HAND_INS: Final = Counter("payments_cash_hand_ins", "Cash handed in, by how it compared", ["outcome"])


class _Carried(Collector):
    """How much cash is out, and for how long the oldest of it: one query per scrape."""

    def collect(self) -> Iterable[Metric]:
        money, since = Payment.objects.carried_by_all()
        out = GaugeMetricFamily("payments_cash_carried", "Cash, in đồng, that was collected and not handed in.")
        out.add_metric([], money.minor)
        age = GaugeMetricFamily("payments_cash_carried_oldest_seconds", "Age of the oldest cash not handed in.")
        age.add_metric([], (clock.now() - since).total_seconds() if since else 0)
        return (out, age)

    def describe(self) -> Iterable[Metric]:
        """Nothing, so that registering asks the database nothing."""
        return ()


figures.show(_Carried())


def cash_rounds(*, store_id: UUID, zone: str) -> list[CashRound]:
    """What is carried for a store and not handed in: by carrier and by day on the clock of `zone`, oldest first."""
    found = defaultdict(list)
    for payment in Payment.objects.carried(store_id):
        at = cast("datetime", payment.captured_at)  # what is carried was taken
        order = CarriedCash(payment.id, payment.order_id, payment.order_number, dong(payment.captured), at)
        found[at.astimezone(ZoneInfo(zone)).date(), payment.cash_carrier].append(order)
    return [CashRound(carrier, day, tuple(orders)) for (day, carrier), orders in found.items()]


@transaction.atomic
def hand_in_cash(
    *,
    hand_in_id: UUID,
    store_id: UUID,
    carrier: str,
    payment_ids: Sequence[UUID],
    counted: Money,
    by: UUID,
    now: datetime,
    into: Into = Into.SAFE,
    reason: CashDifference = CashDifference.NONE,
    note: str = "",
) -> Money:
    """Take in what `carrier` collected with these payments, all or none, and book it; what it differs by.

    `hand_in_id` is made up by the asker: the same again is harmless, other figures under it a Conflict. Fact:
    CashHandedIn. Raises CashIs where some of it is not carried by them (any more); OwnCash; DifferenceUnexplained
    for a difference without a reason; Invalid for less than nothing.
    """
    if counted < dong(0):
        raise Invalid("counted", "Cash cannot be less than nothing.", "Số tiền đếm được không thể âm.")
    if carrier == str(by):
        raise OwnCash
    payments = list(Payment.objects.carried_by(carrier, store_id=store_id, among=payment_ids))
    if done := CashHandIn.objects.with_id(hand_in_id).first():
        if not done.same_as(store_id=store_id, carrier=carrier, counted=counted.minor):
            raise Conflict
        return done.difference
    if not payment_ids or len(payments) != len(set(payment_ids)):
        raise CashIs
    handed = CashHandIn(id=hand_in_id, store_id=store_id, carrier=carrier, counted=counted.minor, at=now, by=by)
    handed.into, handed.reason, handed.note = into.value, reason.value, note
    _write(handed, payments)
    return handed.difference


def _write(handed: CashHandIn, payments: Sequence[Payment]) -> None:
    handed.expected = sum(payment.captured for payment in payments)
    handed.orders = [[payment.order_number, payment.captured] for payment in payments]
    if not handed.difference:
        handed.reason = CashDifference.NONE.value
    elif not handed.reason:
        raise DifferenceUnexplained(handed.collected, handed.total)
    handed.save(force_insert=True)
    Payment.objects.hand_in(payments, handed)
    if handed.into == Into.SAFE:
        Safe.objects.put(handed.store_id, handed.total)
    publish(_told(CashHandedIn, handed, at=handed.at, by=handed.by, note=handed.note))
    outcome = "short" if handed.difference < dong(0) else "over" if handed.difference else "exact"
    HAND_INS.labels(outcome).inc()
    log.info("cash_handed_in", hand_in_id=str(handed.id), by=str(handed.by), difference=handed.difference.minor)


@transaction.atomic
def undo_hand_in(*, hand_in_id: UUID, by: UUID, why: str, now: datetime) -> None:
    """It was a slip: the carrier has the cash still, and the books say so. Fact: CashHandInUndone.

    Raises NotFound; CashIs where it was undone before; NotInTheSafe where it was taken to the bank meanwhile.
    """
    handed = CashHandIn.objects.locked(hand_in_id)
    if handed.is_undone():
        raise CashIs
    if handed.into == Into.SAFE and not Safe.objects.take(handed.store_id, handed.total):
        raise NotInTheSafe(Safe.objects.holds(handed.store_id))
    handed.undo(by=by, why=why, now=now)
    Payment.objects.handed_in_with(hand_in_id).update(hand_in=None)
    publish(_told(CashHandInUndone, handed, at=now, by=by, note=why))
    HAND_INS.labels("undone").inc()
    log.info("cash_hand_in_undone", hand_in_id=str(handed.id), by=str(by))


def _told[Fact: CashEvent](fact: type[Fact], handed: CashHandIn, *, at: datetime, by: UUID, note: str) -> Fact:
    return fact(
        hand_in_id=handed.id,
        store_id=handed.store_id,
        carrier=handed.carrier,
        expected=handed.collected,
        counted=handed.total,
        into=handed.into,
        reason=handed.reason,
        note=note,
        at=at,
        by=by,
    )
