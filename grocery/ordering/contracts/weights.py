"""Goods by weight: what is ordered is an estimate, what is charged is weighed, and there is a most."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from grocery.kernel.money import Money

#: What may be packed of goods by weight or volume, as parts of what was ordered.
LEAST_PACKED: Final = Decimal("0.9")
MOST_PACKED: Final = Decimal("1.1")


def headroom(net: Money, *, unit: str) -> Money:
    """By how much a line may come to more than its estimate `net`: a tenth, rounded down; pieces by nothing."""
    return Money(0 if unit == "piece" else net.minor // 10, net.currency)
