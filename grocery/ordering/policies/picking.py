"""When an order should be begun, and in which order goods are walked to. Pure."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from grocery.kernel.quantity import Quantity
from grocery.ordering.contracts.picking import Cold, ItemState, Spot, Urgency, WalkItem
from grocery.ordering.policies.packing import tolerance

#: An order is urgent from so long before its start-by time.
SOON: Final = timedelta(minutes=15)
#: The orders of a wave are told apart by a letter on their crates.
LETTERS: Final = string.ascii_uppercase

_NUMBERS: Final = re.compile(r"(\d+)")


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


def walked(items: Iterable[WalkItem]) -> tuple[WalkItem, ...]:
    """In walking order: cold goods last, then as the store is walked, shelf by shelf; one product at a time."""
    return tuple(sorted(items, key=lambda item: (*_step(item.spot), item.sku, item.letter)))


def _step(spot: Spot) -> tuple[Cold, int, list[tuple[int, str]], list[tuple[int, str]]]:
    return spot.cold, spot.rank, _counted(spot.aisle), _counted(spot.shelf)


def _counted(place: str) -> list[tuple[int, str]]:
    """A2 before A10."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in _NUMBERS.split(place) if part]


def item_state(ordered: Quantity, found: Quantity, *, unit: str, asked: bool, taken: bool = False) -> ItemState:
    """Done when enough is in the crate, or the customer takes what is; while they are asked nothing else counts."""
    least, most = tolerance(ordered, unit=unit)
    if asked and (not least <= found <= most):
        return ItemState.ASKED
    if taken or (found and least <= found <= most):
        return ItemState.DONE
    return ItemState.TAKE_OUT if found > most else ItemState.OPEN
