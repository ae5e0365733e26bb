"""What may be packed instead of what was ordered. Pure."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal
from typing import Final

from grocery.kernel.money import Money
from grocery.kernel.quantity import Quantity, quantity
from grocery.ordering.contracts import LEAST_PACKED, MOST_ASKED, MOST_PACKED, WeightOutOfTolerance, headroom

_GRAM: Final = Decimal("0.001")


def check_packed(sku: str, ordered: Quantity, packed: Quantity, *, unit: str) -> None:
    """Raise WeightOutOfTolerance unless that much may be packed: pieces as ordered, weights 90 to 110 %."""
    least, most = tolerance(ordered, unit=unit)
    if not least <= packed <= most:
        raise WeightOutOfTolerance(sku, least, most)


def may_be_asked(sku: str, ordered: Quantity, weighed: Quantity, *, unit: str) -> bool:
    """Whether the customer has to say if so much may be packed; not where it may be anyway, and never of pieces.

    Raises WeightOutOfTolerance for nothing at all and for more than anybody would mean.
    """
    least, most = tolerance(ordered, unit=unit)
    if unit == "piece" or least <= weighed <= most:
        return False
    if not 0 < weighed <= ordered * MOST_ASKED:
        raise WeightOutOfTolerance(sku, least, most)
    return True


def packed_amount(net: Money, ordered: Quantity, packed: Quantity, *, unit: str) -> Money:
    """What is charged for what was packed of a line that was to cost `net`: the same share of it as of the goods,
    and never more than the most that was promised."""
    if packed == ordered:
        return net
    return min(net * (packed / ordered), net + headroom(net, unit=unit))


def tolerance(ordered: Quantity, *, unit: str) -> tuple[Quantity, Quantity]:
    """The least and the most that may be packed of so much."""
    if unit == "piece":
        return ordered, ordered
    least = (ordered * LEAST_PACKED).quantize(_GRAM)
    return quantity(least), quantity((ordered * MOST_PACKED).quantize(_GRAM, ROUND_FLOOR))
