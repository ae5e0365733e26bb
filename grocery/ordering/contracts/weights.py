"""Goods by weight: what is ordered is an estimate, what is charged is weighed, and there is a most."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from grocery.kernel.money import Money
from grocery.kernel.quantity import Quantity

#: What may be packed of goods by weight or volume, as parts of what was ordered.
LEAST_PACKED: Final = Decimal("0.9")
MOST_PACKED: Final = Decimal("1.1")
#: More than twice what was ordered is no portion to ask about: it is weighed anew.
MOST_ASKED: Final = 2


def headroom(net: Money, *, unit: str) -> Money:
    """By how much a line may come to more than its estimate `net`: a tenth, rounded down; pieces by nothing."""
    return Money(0 if unit == "piece" else net.minor // 10, net.currency)


def pieces_of(quantity: Decimal, piece_weight: Quantity | None) -> int | None:
    """How many pieces so much is, of goods that are counted and then weighed; None of others, or where it is none."""
    if piece_weight is None or quantity % piece_weight:
        return None
    return int(quantity / piece_weight)


def whole_pieces(quantity: Quantity, piece_weight: Quantity | None) -> Quantity:
    """As much of it as can be had: of goods that are counted by the piece no part of one."""
    return quantity if piece_weight is None else Quantity(quantity - quantity % piece_weight)
