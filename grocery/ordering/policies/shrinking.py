"""What is left of a line's money when less of it is wanted, packed or kept. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from grocery.kernel.money import Money, spread
from grocery.kernel.quantity import Quantity

_THOUSANDTHS: Final = 1000


def share(discount: Money, *, of: Quantity, kept: Quantity, most: Money) -> Money:
    """The part of a line's discount that belongs to `kept` of its quantity `of`; never above `most`.

    Largest remainder: what is kept and what goes add up to the discount, to the đồng. More than `of` was never
    promised at a discount: it keeps the whole and no more.
    """
    if kept >= of:
        return min(discount, most)
    part, _gone = spread(discount, [_whole(kept), _whole(Quantity(of - kept))])
    return min(part, most)


def shares(discounts: Sequence[Money], *, whole: Money) -> list[Money]:
    """The rules' parts of a line's discount once it has become `whole`; they add up to it."""
    return spread(whole, [discount.minor for discount in discounts]) if discounts else []


def _whole(quantity: Decimal) -> int:
    return int(quantity * _THOUSANDTHS)
