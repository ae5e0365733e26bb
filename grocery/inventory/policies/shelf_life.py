"""How long goods keep, against what we promise. Pure."""

from __future__ import annotations

from datetime import date
from typing import Final

from grocery.inventory.contracts.receiving import ShortDated

#: No product promises more days at the door than this; further ahead no lot is looked at.
LONGEST_PROMISE: Final = 60


def days_needed(min_freshness_days: int) -> int:
    """The days that goods must have when they come in: those promised at the door, and one to sell them in."""
    return min_freshness_days + 1


def short_dated(expires_on: date | None, *, today: date, min_freshness_days: int) -> ShortDated | None:
    """Why goods that come in today are short-dated; None if they are not. Products without a promise never are."""
    if expires_on is None or min_freshness_days == 0:
        return None
    left, needed = (expires_on - today).days, days_needed(min_freshness_days)
    return ShortDated(left, needed) if left < needed else None
