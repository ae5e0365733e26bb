"""What a cart may hold. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from grocery.kernel.errors import Invalid
from grocery.kernel.quantity import ZERO, Quantity, quantity
from grocery.ordering.contracts import QuantityNotInSteps, QuantityNotPositive, QuantityTooLarge

LINES_MOST: Final = 200
NOTE_LONGEST: Final = 200
#: Of one product, in its own unit.
QUANTITY_MOST: Final = quantity(999)

#: How long a slot is kept for a cart that is being checked out.
SLOT_HELD_FOR: Final = timedelta(minutes=15)


def check_quantity(sku: str, wanted: Quantity, *, step: Quantity, most: Quantity = QUANTITY_MOST) -> None:
    """Raise QuantityNotPositive, QuantityTooLarge or QuantityNotInSteps unless a cart may hold `wanted` of this."""
    if wanted <= 0:
        raise QuantityNotPositive(sku, wanted)
    if wanted > most:
        raise QuantityTooLarge(sku, most)
    if wanted % step:
        raise QuantityNotInSteps(sku, step)


def merged(mine: Mapping[str, Quantity], guests: Mapping[str, Quantity]) -> dict[str, Quantity]:
    """Both carts in one: quantities added, each and their number capped; what was mine stays first."""
    both = {sku: capped(mine.get(sku, ZERO) + guests.get(sku, ZERO)) for sku in [*mine, *guests]}
    return dict(list(both.items())[:LINES_MOST])


def capped(wanted: Decimal) -> Quantity:
    return Quantity(min(wanted, QUANTITY_MOST))


def day_for(wanted: date | None, *, today: date) -> date:
    """The day that a cart without a slot is for: the one wanted, unless it has passed; else today."""
    return wanted if wanted and wanted >= today else today


def tidy_note(text: str) -> str:
    """A note on one line, blanks folded. Raises Invalid for more than 200 characters or what cannot be printed."""
    note = " ".join(unicodedata.normalize("NFC", text).split())
    if len(note) > NOTE_LONGEST or any(unicodedata.category(char) in {"Cc", "Cs"} for char in note):
        raise Invalid("note", "A note has at most 200 characters.", "Ghi chú dài tối đa 200 ký tự.")
    return note
