"""What is on the accounts: sums of days, months and years, and what a worker has not added to them yet."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from grocery.kernel.money import Money, dong, total
from grocery.ledger.contracts import Account, BalanceLine, TrialBalance
from grocery.ledger.models import Balance, Unfolded

#: So many entries are folded in one transaction.
_MOST: Final = 5_000


def trial_balance(*, first: date, last: date, store_id: UUID | None) -> TrialBalance:
    """Of one store, or of all with what is no store's; in one statement. Accounts that never moved are left out."""
    order = list(Account)
    lines = [
        BalanceLine(
            account=Account(moved.account),
            rate=moved.rate,
            subject=moved.provider,
            opening=dong(moved.opening),
            debit=dong(moved.debits),
            credit=dong(moved.credits),
        )
        for moved in Balance.objects.sums(first, last + timedelta(days=1), store_id)
    ]
    return TrialBalance(
        first, last, tuple(sorted(lines, key=lambda x: (order.index(x.account), x.rate or -1, x.subject)))
    )


def opening(*, account: Account, rate: Decimal | None, provider: str, day: date, store_id: UUID | None) -> Money:
    """What was on an account when that day began; by rate and provider where these say something."""
    return total(
        line.opening
        for line in trial_balance(first=day, last=day, store_id=store_id).lines
        if line.account is account and rate in {None, line.rate} and provider in {"", line.subject}
    )


def fold(*, now: datetime) -> int:
    """Add what was booked to the sums; how many entries. By the clock; what is read is right before it, too."""
    folded = 0
    while some := _fold_some(now):
        folded += some
    return folded


def refold(*, now: datetime) -> int:
    """Work out all sums anew from the postings: after the shop's time zone was changed, or a sum was found wrong."""
    with transaction.atomic():
        Unfolded.objects.unfold()
    return fold(now=now)


@transaction.atomic
def _fold_some(now: datetime) -> int:
    return Unfolded.objects.fold(_MOST, now)


def span(first: date, last: date) -> tuple[datetime, datetime]:
    """From the first moment of the first day to the first after the last, on the shop's calendar."""
    zone = ZoneInfo(settings.TIME_ZONE)
    return (
        datetime.combine(first, time.min, zone),
        datetime.combine(last + timedelta(days=1), time.min, zone),
    )
