"""Cash is taken from the safe to the bank: written down, agreed to where it is much, undone until the bank has it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from prometheus_client import Counter
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from grocery.kernel import clock, figures
from grocery.kernel.clock import local_date
from grocery.kernel.errors import Conflict, Invalid
from grocery.kernel.money import Money, dong
from grocery.kernel.outbox import publish
from grocery.payments.contracts.deposits import DepositIs, DepositState, NotInTheSafe, OwnDeposit, SlipKnown
from grocery.payments.events import CashDeposited, CashDepositUndone
from grocery.payments.models import CashDeposit, Safe
from grocery.payments.policies.deposits import slip_number
from grocery.payments.services.match_deposit import about, find_at_bank

log = structlog.get_logger()
DEPOSITS: Final = Counter("payments_cash_deposits", "Cash taken to the bank, by what was done", ["what"])
#: Nobody writes one down that is older.
_OLDEST: Final = timedelta(days=60)


class _Unseen(Collector):
    """What the bank has not booked for too long, and what a second person has to see: two queries per scrape."""

    def collect(self) -> Iterable[Metric]:
        found = CashDeposit.objects
        unseen = GaugeMetricFamily("payments_deposits_unseen", "Deposits not at the bank after DEPOSIT_SEEN_DAYS.")
        unseen.add_metric([], found.unseen(clock.now() - settings.DEPOSIT_SEEN).count())
        waiting = GaugeMetricFamily("payments_deposits_waiting", "Deposits that wait for a second person.")
        waiting.add_metric([], found.waiting().count())
        return unseen, waiting

    def describe(self) -> Iterable[Metric]:
        """Nothing, so that registering asks the database nothing."""
        return ()


figures.show(_Unseen())


def in_the_safe(*, store_id: UUID) -> Money:
    """What a store's safe holds: what was handed in, less what was taken to the bank."""
    return Safe.objects.holds(store_id)


@transaction.atomic
def deposit_cash(
    *,
    deposit_id: UUID,
    store_id: UUID,
    amount: Money,
    slip: str,
    taken_on: date,
    by: UUID,
    now: datetime,
    note: str = "",
) -> DepositState:
    """Write down that so much of the safe was taken to the bank; where it stands then.

    Above `REFUND_FOUR_EYES` it waits until a second person agrees; it is out of the safe meanwhile. `deposit_id` is
    made up by the asker: the same again is harmless, other figures under it a Conflict. Where the bank has told of it
    already it is found. Fact: CashDeposited. Raises NotInTheSafe, SlipKnown; Invalid for nothing, for what is no slip
    and for a day that is not of these weeks.
    """
    known_as = _checked(amount, slip, taken_on, now)
    CashDeposit.objects.take_turn()
    if done := CashDeposit.objects.with_id(deposit_id).first():
        if not done.same_as(store_id=store_id, amount=amount.minor, slip=known_as):
            raise Conflict
        return DepositState(done.state)
    if CashDeposit.objects.with_slip(known_as):
        raise SlipKnown(known_as)
    if not Safe.objects.take(store_id, amount):
        raise NotInTheSafe(Safe.objects.holds(store_id))
    deposit = CashDeposit(id=deposit_id, store_id=store_id, amount=amount.minor, slip=known_as, taken_on=taken_on)
    deposit.at, deposit.by, deposit.note, deposit.state = now, by, note, DepositState.WAITING.value
    deposit.save(force_insert=True)
    _noted(deposit, "written_down", by)
    if amount <= dong(settings.REFUND_FOUR_EYES):
        _send(deposit, now)
    return DepositState(deposit.state)


@transaction.atomic
def agree_to_deposit(*, deposit_id: UUID, by: UUID, now: datetime) -> None:
    """A second person has seen slip and figures: the books have it from now on.

    Raises NotFound, OwnDeposit; DepositIs unless it waits for that.
    """
    CashDeposit.objects.take_turn()
    deposit = CashDeposit.objects.one(deposit_id)
    if not deposit.is_waiting():
        raise DepositIs
    if deposit.by == by:
        raise OwnDeposit
    _send(deposit, now, agreed_by=by, agreed_at=now)
    _noted(deposit, "agreed", by)


@transaction.atomic
def undo_deposit(*, deposit_id: UUID, by: UUID, why: str, now: datetime) -> None:
    """It is in the safe: a slip of the pen, or the second person does not agree. Fact, where the books had it:
    CashDepositUndone. Raises NotFound; DepositIs once it is at the bank, or undone."""
    CashDeposit.objects.take_turn()
    deposit = CashDeposit.objects.one(deposit_id)
    if not deposit.is_open():
        raise DepositIs
    was_booked = deposit.is_on_its_way()
    deposit.become(DepositState.UNDONE, undone_by=by, undone_at=now, undone_why=why)
    Safe.objects.put(deposit.store_id, deposit.total)
    if was_booked:
        publish(CashDepositUndone(**about(deposit, now, by=by) | {"note": why}))
    _noted(deposit, "undone", by)


def _send(deposit: CashDeposit, now: datetime, **noted: Any) -> None:
    deposit.become(DepositState.ON_ITS_WAY, **noted)
    publish(CashDeposited(**about(deposit, now, by=deposit.by)))
    find_at_bank(deposit, now=now)


def _checked(amount: Money, slip: str, taken_on: date, now: datetime) -> str:
    if amount < dong(1):
        raise Invalid("amount", "Nothing to take to the bank.", "Không có tiền để nộp ngân hàng.")
    today = local_date(now, zone=settings.TIME_ZONE)
    if not today - _OLDEST <= taken_on <= today:
        raise Invalid("taken_on", "That day is not of these weeks.", "Ngày này không thuộc những tuần gần đây.")
    known_as = slip_number(slip)
    if known_as is None:
        raise Invalid(
            "slip",
            "Type the number as it stands on the slip: 4 to 24 letters and digits.",
            "Nhập số như trên phiếu: 4 đến 24 chữ và số.",
        )
    return known_as


def _noted(deposit: CashDeposit, what: str, by: UUID) -> None:
    transaction.on_commit(DEPOSITS.labels(what).inc)
    log.info("cash_deposit", what=what, deposit_id=str(deposit.id), by=str(by), amount=deposit.amount)
