"""Bar codes that shops and their scales print themselves: GTIN-13 from 20 to 29, with the weight in them. Pure.

GS1 leaves these numbers to each shop (restricted circulation), so their layout is a setting: thirteen characters,
`2?IIIIIWWWWWC` unless said otherwise. A digit stands for itself, `?` for a digit that is part of the number, `I` for
the item's number, `W` for grams, `X` for a digit that is not looked at (scales put a check of their own there), `C`
for the check digit.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Final

from grocery.inventory.contracts.receiving import Scan
from grocery.inventory.policies.gs1 import check_digit
from grocery.kernel.quantity import Quantity

_GRAMS: Final = 1000
#: Of GTIN-13 written as fourteen digits.
_PAD: Final = "0"


def weighed(scan: Scan, layouts: Iterable[str]) -> Scan:
    """The same code with its weight, and as the number that all packs of this product have: the weight is zero in it.

    Codes that are laid out otherwise, and those that say more than a number, are returned as they are.
    """
    digits = scan.gtin.removeprefix(_PAD)
    if scan != Scan(scan.gtin) or not digits.startswith("2"):
        return scan
    for layout in layouts:
        if _fits(digits, layout):
            grams = int("".join(digit for digit, sign in zip(digits, layout, strict=True) if sign == "W"))
            weight = Quantity(Decimal(grams) / _GRAMS) if grams else None
            return replace(scan, gtin=_PAD + _without_weight(digits, layout), weight=weight)
    return scan


def number_of(gtin: str, layouts: Iterable[str]) -> str:
    """The number under which a product is known: of what is weighed, without the weight."""
    return weighed(Scan(gtin), layouts).gtin


def _fits(digits: str, layout: str) -> bool:
    return len(digits) == len(layout) and all(
        sign == digit or not sign.isdigit() for digit, sign in zip(digits, layout, strict=True)
    )


def _without_weight(digits: str, layout: str) -> str:
    body = "".join("0" if sign in "WX" else digit for digit, sign in zip(digits[:-1], layout[:-1], strict=True))
    return f"{body}{check_digit(body)}"
