"""Exact quantities: pieces, kilograms, litres, with three decimals and never a float."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Final, NewType

#: An exact amount in the thing's own unit, at most three decimals (grams, millilitres).
Quantity = NewType("Quantity", Decimal)

DECIMALS: Final = 3
STEP: Final = Decimal("0.001")
#: What a column `numeric(12, 3)` holds.
LARGEST: Final = Decimal("999999999.999")
ZERO: Final = Quantity(Decimal(0))


def quantity(value: int | str | Decimal) -> Quantity:
    """Read a quantity. Raises ValueError for what is not finite, finer than 0.001 or too large; floats are bugs."""
    if isinstance(value, float):
        raise TypeError("a quantity is never a float")
    try:
        exact = Decimal(value)
    except InvalidOperation as error:
        raise ValueError(f"not a quantity: {value!r}") from error
    if not exact.is_finite() or abs(exact) > LARGEST or exact != exact.quantize(STEP):
        raise ValueError(f"not a quantity: {value!r}")
    return Quantity(exact)


def plain(amount: Decimal) -> str:
    """Without needless zeros: `2`, `0.45`."""
    text = f"{amount:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text
