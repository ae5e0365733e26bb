"""What a line costs that has become another quantity. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from grocery.kernel.money import Money
from grocery.kernel.quantity import Quantity
from grocery.ordering.contracts import OrderState

_EDITABLE = frozenset({OrderState.PLACED, OrderState.CONFIRMED})


@dataclass(frozen=True, slots=True)
class Repriced:
    """`price` times the quantity is `amount`; `kept` of it is off because part of it was agreed at another price."""

    price: Money
    amount: Money
    kept: Money


def may_be_edited(state: OrderState, *, cutoff: datetime, now: datetime) -> bool:
    """Until picking starts or the cut-off of the slot comes, whichever is first."""
    return state in _EDITABLE and now < cutoff


def more_of(agreed: Quantity, at: Money, *, wanted: Quantity, today: Money) -> Repriced:
    """More of a line than was agreed: that much keeps its price, the rest costs today's.

    A line has one price: the higher of the two; what the agreed part is cheaper (or the rest) is told as taken off.
    """
    costs = at * agreed + today * Quantity(wanted - agreed)
    price = max(at, today)
    amount = price * wanted
    return Repriced(price, max(amount, costs), max(amount, costs) - costs)
