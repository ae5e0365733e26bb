"""VAT groups and how a plain rate is read as one. Pure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

#: Fresh food and what else is taxed at 5 %.
FRESH: Final = "fresh"
#: 10 %, lowered to 8 % through 2026: Resolution 204/2025/QH15, Decree 174/2025. What most goods and delivery are in.
REDUCED: Final = "reduced"
#: 10 % that the resolution does not lower: excise goods such as beer and spirits.
STANDARD: Final = "standard"
#: What carries no VAT.
NONE: Final = "none"

#: What the law says: code, names, and each rate (percent) with the day on which it begins.
LAW: Final[tuple[tuple[str, str, str, tuple[tuple[date, int], ...]], ...]] = (
    (FRESH, "Fresh food, 5%", "Thực phẩm tươi sống, 5%", ((date(2000, 1, 1), 5),)),
    (
        REDUCED,
        "General, lowered to 8% through 2026",
        "Phổ thông, giảm còn 8% đến hết 2026",
        ((date(2000, 1, 1), 10), (date(2025, 7, 1), 8), (date(2027, 1, 1), 10)),
    ),
    (STANDARD, "General, never lowered, 10%", "Phổ thông, không được giảm, 10%", ((date(2000, 1, 1), 10),)),
    (NONE, "No VAT", "Không chịu thuế", ((date(2000, 1, 1), 0),)),
)

#: What a file or the past meant by a rate that it wrote down.
MEANT: Final = {Decimal(5): FRESH, Decimal(8): REDUCED, Decimal(10): STANDARD, Decimal(0): NONE}


def group_of(rate: Decimal) -> str | None:
    """The group that a rate (percent) of 2026 stands for; None where it stands for none."""
    return MEANT.get(rate.normalize()) if rate.is_finite() else None
