"""Who may give which reason for calling off. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from grocery.ordering.contracts import CancelMotive

_M = CancelMotive

#: By who says it, in the order in which they are asked.
MOTIVES_OF: Final[Mapping[str, tuple[CancelMotive, ...]]] = {
    "customer": (_M.CHANGED_MIND, _M.MISTAKE, _M.WRONG_TIME, _M.WRONG_PLACE, _M.TOO_DEAR, _M.OTHER),
    "staff": (_M.CUSTOMER_ASKED, _M.GOODS_MISSING, _M.CANNOT_DELIVER, _M.FRAUD, _M.OTHER),
}


#: Motives of staff's by which they do what the customer wants; any other is the shop's own.
_FOR_THE_CUSTOMER: Final = frozenset({_M.CUSTOMER_ASKED})


def is_the_customers_wish(motive: CancelMotive, by: str) -> bool:
    """Whether something is called off for the customer, and not because the shop cannot give it."""
    return by == "customer" or motive in _FOR_THE_CUSTOMER


def may_be_given(motive: CancelMotive, by: str) -> bool:
    """Whether somebody of that kind may say so; saying nothing is always allowed."""
    return motive is _M.UNSAID or motive in MOTIVES_OF.get(by, ())
