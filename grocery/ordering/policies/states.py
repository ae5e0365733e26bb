"""An order's states, and who may end it when. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from grocery.ordering.contracts import CancelReason, OrderState

#: From each state to those that may follow it. What is not here does not happen.
NEXT: Final[Mapping[OrderState, frozenset[OrderState]]] = {
    OrderState.PLACED: frozenset({OrderState.CONFIRMED, OrderState.CANCELLED}),
    OrderState.CONFIRMED: frozenset({OrderState.PICKING, OrderState.CANCELLED}),
    OrderState.PICKING: frozenset({OrderState.PACKED, OrderState.CANCELLED}),
    #: Straight to delivered when the customer collects it.
    OrderState.PACKED: frozenset(
        {OrderState.OUT_FOR_DELIVERY, OrderState.DELIVERED, OrderState.UNDELIVERED, OrderState.CANCELLED}
    ),
    OrderState.OUT_FOR_DELIVERY: frozenset({OrderState.DELIVERED, OrderState.UNDELIVERED, OrderState.CANCELLED}),
    #: Tried again at once, or in another slot; handed over after all; or given up.
    OrderState.UNDELIVERED: frozenset(
        {OrderState.OUT_FOR_DELIVERY, OrderState.PACKED, OrderState.DELIVERED, OrderState.CANCELLED}
    ),
    OrderState.DELIVERED: frozenset(),
    OrderState.CANCELLED: frozenset(),
}

_BEFORE_PICKING: Final = frozenset({OrderState.PLACED, OrderState.CONFIRMED})
_BEFORE_PACKED: Final = _BEFORE_PICKING | {OrderState.PICKING}


def may_become(state: OrderState, wanted: OrderState) -> bool:
    return wanted in NEXT[state]


def may_be_cancelled(state: OrderState, reason: CancelReason) -> bool:
    """Customers until picking starts, staff and payments until the box is sealed, the clock while unpaid."""
    match reason:
        case CancelReason.CUSTOMER:
            return state in _BEFORE_PICKING
        case CancelReason.NOT_PAID:
            return state is OrderState.PLACED
        case CancelReason.NOT_PAID_AGAIN:
            return state is OrderState.CONFIRMED
        case CancelReason.OUT_OF_STOCK | CancelReason.STAFF | CancelReason.PAYMENT_CANCELLED:
            return state in _BEFORE_PACKED
        case CancelReason.REFUSED:
            return state in {OrderState.PACKED, OrderState.OUT_FOR_DELIVERY}
        case CancelReason.UNDELIVERED:
            return state is OrderState.UNDELIVERED


def may_be_reduced(state: OrderState) -> bool:
    """Lines are called off until picking starts; from there on what is missing is left out by the picker."""
    return state in _BEFORE_PICKING


def may_be_substituted(state: OrderState) -> bool:
    """What is missing is replaced or left out from confirmation to the sealing of the box."""
    return state in {OrderState.CONFIRMED, OrderState.PICKING}


def kept_until(slot_ends_at: datetime) -> datetime:
    """How long goods stay reserved for an order that is paid for: a day beyond its slot."""
    return slot_ends_at + timedelta(days=1)
