"""Units near their date, as the store has them for a day, and the part of a line that takes them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from grocery.inventory import public as inventory
from grocery.kernel.quantity import ZERO, Quantity
from grocery.ordering import models, policies
from grocery.ordering.contracts import NearExpiry, whole_pieces
from grocery.ordering.policies import near_expiry


def taken(
    line: models.CartLine, found: inventory.Availability | None, piece_weight: Quantity | None = None
) -> tuple[policies.Reduced, ...]:
    """The near-expiry units that a line takes: none unless its customer accepts them, the cheapest first.

    Of goods that are counted by the piece only whole ones are near their date.
    """
    if found is None or not line.near_expiry:
        return ()
    there = [
        policies.Reduced(units.percent, whole_pieces(units.available, piece_weight), units.expires_on)
        for units in found.reduced
    ]
    return near_expiry.take(line.quantity, there)


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a store has of one SKU for the day, and what of its near-expiry units a line takes."""

    found: inventory.Availability | None
    taken: tuple[policies.Reduced, ...]

    @property
    def available(self) -> Quantity:
        """What this line may have: goods at their full price, and the near-expiry units that it takes."""
        plain = self.found.available if self.found else ZERO
        return Quantity(plain + sum((part.quantity for part in self.taken), Decimal(0))) if self.taken else plain

    @property
    def reduced(self) -> tuple[NearExpiry, ...]:
        """What there is near its date, whether the line takes it or not; first expired first."""
        if self.found is None or not self.found.reduced:
            return ()
        return tuple(NearExpiry(units.percent, units.available, units.expires_on) for units in self.found.reduced)


def by_percent(parts: tuple[policies.Reduced, ...]) -> tuple[tuple[int, Quantity], ...]:
    """The same as the stockroom is asked for it: so much at each percentage."""
    sums: dict[int, Quantity] = {}
    for part in parts:
        sums[part.percent] = Quantity(sums.get(part.percent, ZERO) + part.quantity)
    return tuple(sums.items())
