"""Units of marked-down lots in a basket. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from grocery.kernel.money import Money
from grocery.kernel.quantity import Quantity
from grocery.ordering.contracts.prices import Adjustment, OfferKind


@dataclass(frozen=True, slots=True)
class Reduced:
    """So many units of lots that are marked down by `percent`; the first of them is good until `expires_on`."""

    percent: int
    quantity: Quantity
    expires_on: date | None = None

    def adjustment(self, amount: Money) -> Adjustment:
        """The markdown's effect on a line, in words that stay with the order."""
        if self.expires_on is None:
            en, vi = f"Near expiry: −{self.percent}%", f"Cận hạn: giảm {self.percent}%"
        else:
            day = f"{self.expires_on:%d/%m}"
            en, vi = f"Best before {day}: −{self.percent}%", f"HSD {day}: giảm {self.percent}%"
        return Adjustment(None, OfferKind.NEAR_EXPIRY, en, vi, self.quantity, amount)


def still_reduced(written: Iterable[tuple[int, str]], wanted: Quantity) -> tuple[tuple[int, Quantity], ...]:
    """What an order line was promised of marked-down lots, as far as so much of it is still wanted."""
    return capped(((percent, Quantity(Decimal(text))) for percent, text in written), wanted)


def capped(parts: Iterable[tuple[int, Quantity]], wanted: Quantity) -> tuple[tuple[int, Quantity], ...]:
    """So much at each percentage, together no more than is wanted."""
    kept: list[tuple[int, Quantity]] = []
    left = Decimal(wanted)
    for percent, there in parts:
        units = min(left, there)
        if units > 0:
            kept.append((percent, Quantity(units)))
            left -= units
    return tuple(kept)


def take(wanted: Quantity, there: Iterable[Reduced]) -> tuple[Reduced, ...]:
    """Of so many wanted units those that come from marked-down lots: cheapest first, never more than there are."""
    taken: list[Reduced] = []
    left = Decimal(wanted)
    for pool in sorted(there, key=lambda pool: (-pool.percent, pool.expires_on or date.max)):
        units = min(left, pool.quantity)
        if units > 0:
            taken.append(Reduced(pool.percent, Quantity(units), pool.expires_on))
            left -= units
    return tuple(taken)
