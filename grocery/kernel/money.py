"""Money: an integer of the currency's minor unit, never a float, never rounded behind one's back.

The đồng has no minor unit in use (ISO 4217 exponent 0), so 345.000 ₫ is `Money(345000, "VND")` everywhere,
at every payment provider too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import total_ordering
from typing import Final

#: Digits after the point, ISO 4217. A currency that is not listed is refused, never guessed.
EXPONENTS: Final = {"VND": 0, "USD": 2, "EUR": 2}
VND: Final = "VND"
_set: Final = object.__setattr__
NO_BREAK_SPACE: Final = "\N{NO-BREAK SPACE}"


@total_ordering
@dataclass(frozen=True, slots=True, init=False)
class Money:
    """An exact amount. `minor` counts the smallest unit of `currency`; mixing currencies raises ValueError."""

    minor: int
    currency: str = VND

    def __init__(self, minor: int, currency: str = VND) -> None:
        # By hand: a cart makes hundreds of them, and a generated one takes twice as long.
        if currency not in EXPONENTS:
            raise ValueError(f"unknown currency {currency!r}")
        if type(minor) is not int:
            raise TypeError(f"money is counted in whole minor units, not {minor!r}")
        _set(self, "minor", minor)
        _set(self, "currency", currency)

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other).minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __mul__(self, factor: int | Decimal) -> Money:
        """Times a quantity, rounded half up to the minor unit: 0.45 kg at 219.000 ₫ is 98.550 ₫."""
        exact = self.minor * factor
        if isinstance(exact, Decimal):
            exact = int(exact.to_integral_value(ROUND_HALF_UP))
        return Money(exact, self.currency)

    __rmul__ = __mul__

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other).minor

    def __bool__(self) -> bool:
        return self.minor != 0

    def __str__(self) -> str:
        """As customers read it in either language: `125.000 ₫`, minus as `−`."""
        whole, exponent = abs(self.minor), EXPONENTS[self.currency]
        units, cents = divmod(whole, 10**exponent)
        text = f"{units:,}".replace(",", ".") + (f",{cents:0{exponent}d}" if exponent else "")
        symbol = "₫" if self.currency == VND else self.currency
        return f"{'−' if self.minor < 0 else ''}{text}{NO_BREAK_SPACE}{symbol}"

    def _same(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not mix")
        return other


def dong(amount: int) -> Money:
    """So many đồng."""
    return Money(amount, VND)


def total(amounts: Iterable[Money], *, currency: str = VND) -> Money:
    """The sum; of nothing, zero."""
    minor = 0
    for amount in amounts:
        if amount.currency != currency:
            raise ValueError(f"{currency} and {amount.currency} do not mix")
        minor += amount.minor
    return Money(minor, currency)


def spread(amount: Money, weights: Sequence[int]) -> list[Money]:
    """Split `amount` in proportion to non-negative `weights`; the parts add up to it exactly.

    Largest remainder (Hamilton): each part is rounded down, what is left goes to the largest fractions,
    the earlier part first on a tie. All weights zero: everything falls on the first part.
    """
    if not weights or any(weight < 0 for weight in weights):
        raise ValueError("weights are non-negative and there is at least one")
    weights = weights if any(weights) else [1] + [0] * (len(weights) - 1)
    sign, whole, base = (-1 if amount.minor < 0 else 1), abs(amount.minor), sum(weights)
    parts = [whole * weight // base for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(whole * weights[i] % base), i))
    for i in by_remainder[: whole - sum(parts)]:
        parts[i] += 1
    return [Money(sign * part, amount.currency) for part in parts]
