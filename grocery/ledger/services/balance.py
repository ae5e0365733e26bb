"""What is on the accounts."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from grocery.kernel.money import dong
from grocery.ledger.contracts import Account, BalanceLine, TrialBalance
from grocery.ledger.models import Posting


def trial_balance(*, first: date, last: date, store_id: UUID | None) -> TrialBalance:
    """Of one store, or of all with what is no store's; in one statement. Accounts that never moved are left out."""
    begin, end = span(first, last)
    order = list(Account)
    lines = [
        BalanceLine(
            account=Account(row["account"]),
            rate=row["rate"],
            subject=row["provider"],
            opening=dong(row["opening"]),
            debit=dong(row["debits"]),
            credit=dong(row["credits"]),
        )
        for row in Posting.objects.of_store(store_id).sums(begin, end)
    ]
    return TrialBalance(
        first, last, tuple(sorted(lines, key=lambda x: (order.index(x.account), x.rate or -1, x.subject)))
    )


def span(first: date, last: date) -> tuple[datetime, datetime]:
    """From the first moment of the first day to the first after the last, on the shop's calendar."""
    zone = ZoneInfo(settings.TIME_ZONE)
    return (
        datetime.combine(first, time.min, zone),
        datetime.combine(last + timedelta(days=1), time.min, zone),
    )
