"""When an order should be begun, and in which order goods are walked to. Pure."""

from __future__ import annotations

import string
from datetime import datetime, timedelta
from typing import Final

from grocery.ordering.contracts.picking import Urgency

#: An order is urgent from so long before its start-by time.
SOON: Final = timedelta(minutes=15)
#: The orders of a wave are told apart by a letter on their crates.
LETTERS: Final = string.ascii_uppercase


def start_by(slot_starts_at: datetime, *, lead: timedelta) -> datetime:
    """When somebody should begin to pick for a slot."""
    return slot_starts_at - lead


def urgency(start_by: datetime, *, now: datetime) -> Urgency:
    """Late from the start-by time on, soon in the quarter of an hour before it."""
    if now >= start_by:
        return Urgency.LATE
    return Urgency.SOON if now >= start_by - SOON else Urgency.CALM


def letters_left(taken: set[str]) -> list[str]:
    """The letters that no order of the wave has yet."""
    return [letter for letter in LETTERS if letter not in taken]
