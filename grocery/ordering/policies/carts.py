"""What a cart may hold. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Final

from grocery.kernel.quantity import ZERO, Quantity, quantity
from grocery.ordering.contracts import QuantityNotInSteps, QuantityTooLarge

LINES_MOST: Final = 200
#: Of one product, in its own unit.
QUANTITY_MOST: Final = quantity(999)

#: How long a slot is kept for a cart that is being checked out.
SLOT_HELD_FOR: Final = timedelta(minutes=15)


def check_quantity(sku: str, wanted: Quantity, *, step: Quantity) -> None:
    """Raise QuantityTooLarge or QuantityNotInSteps unless a cart may hold `wanted` of this product."""
    if wanted > QUANTITY_MOST:
        raise QuantityTooLarge(sku, QUANTITY_MOST)
    if wanted % step:
        raise QuantityNotInSteps(sku, step)


def merged(mine: Mapping[str, Quantity], guests: Mapping[str, Quantity]) -> dict[str, Quantity]:
    """Both carts in one: quantities added, each and their number capped; what was mine stays first."""
    both = {sku: capped(mine.get(sku, ZERO) + guests.get(sku, ZERO)) for sku in [*mine, *guests]}
    return dict(list(both.items())[:LINES_MOST])


def capped(wanted: Decimal) -> Quantity:
    return Quantity(min(wanted, QUANTITY_MOST))
