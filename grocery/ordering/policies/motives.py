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


def may_be_given(motive: CancelMotive, by: str) -> bool:
    """Whether somebody of that kind may say so; saying nothing is always allowed."""
    return motive is _M.UNSAID or motive in MOTIVES_OF.get(by, ())
