"""When a hold that ends before the goods are packed is replaced, and until when its customer may pay again. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

#: So long before its end a hold is replaced: a day for the customer, should the bank want them, and a margin.
RENEW_BEFORE: Final = timedelta(hours=36)
#: Captures have to come so long before the end of the hold, and whoever pays again, too.
MARGIN: Final = timedelta(hours=12)
#: A hold that is found late still leaves its customer so long, as far as it lasts.
LEAST: Final = timedelta(hours=2)


def outlasts(ends_at: datetime, needed_until: datetime) -> bool:
    """Is a hold that ends then enough for goods that are handed over at `needed_until`?"""
    return ends_at - MARGIN >= needed_until


def pay_again_by(ends_at: datetime, *, now: datetime) -> datetime:
    """Until when the customer may pay again, where the kept card does not do."""
    return min(max(ends_at - MARGIN, now + LEAST), max(ends_at, now))
