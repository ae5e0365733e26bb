"""What may be packed instead of what was ordered. Pure."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from grocery.kernel.money import Money
from grocery.kernel.quantity import Quantity, quantity
from grocery.ordering.contracts import WeightOutOfTolerance

#: The least that may be packed of what is weighed or measured, as a part of what was ordered.
LEAST_PACKED: Final = Decimal("0.9")


def check_packed(sku: str, ordered: Quantity, packed: Quantity, *, unit: str) -> None:
    """Raise WeightOutOfTolerance unless that much may be packed: pieces as ordered, weights 90 to 100 %."""
    least, most = tolerance(ordered, unit=unit)
    if not least <= packed <= most:
        raise WeightOutOfTolerance(sku, least, most)


def packed_amount(net: Money, ordered: Quantity, packed: Quantity) -> Money:
    """What is charged for what was packed of a line that was to cost `net`: the same share of it as of the goods."""
    return net if packed == ordered else net * (packed / ordered)


def tolerance(ordered: Quantity, *, unit: str) -> tuple[Quantity, Quantity]:
    """The least and the most that may be packed of so much."""
    if unit == "piece":
        return ordered, ordered
    return quantity((ordered * LEAST_PACKED).quantize(Decimal("0.001"))), ordered
