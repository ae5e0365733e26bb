"""Until when an order may be changed. Pure."""

from __future__ import annotations

from datetime import datetime

from grocery.ordering.contracts import OrderState

_EDITABLE = frozenset({OrderState.PLACED, OrderState.CONFIRMED})


def may_be_edited(state: OrderState, *, cutoff: datetime, now: datetime) -> bool:
    """Until picking starts or the cut-off of the slot comes, whichever is first."""
    return state in _EDITABLE and now < cutoff
