"""The part of inventory's face for goods that come back from customers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from grocery.inventory.contracts import GivenOut, GoodsReturn, MoreThanIssued, Returned, ReturnedLot, ReturnIsPast
from grocery.inventory.services import put_back as _putting_back

__all__ = [
    "put_back",
    "undo_put_back",
    "given_out",
    # what these take and return
    "GivenOut",
    "GoodsReturn",
    "Returned",
    "ReturnedLot",
    # what they refuse
    "MoreThanIssued",
    "ReturnIsPast",
]


def put_back(*, return_id: UUID, holder: str, returned: Sequence[Returned], now: datetime, by: UUID) -> GoodsReturn:
    """Goods that left for `holder` are in the store again: movements "returned" on the lots they came from.

    Which lot is as `Returned.lot_id` says, else as if the first to expire had come back. What is `spoilt`, or past
    its day by now, is thrown away in the same breath, as waste with its reason. `return_id` is made by the caller:
    the same sent again changes nothing and answers the same. Never more than was issued for this holder and has not
    come back: raises MoreThanIssued, Invalid; then nothing was changed. It says nothing about money.
    """
    return _putting_back.put_back(return_id=return_id, holder=holder, returned=returned, now=now, by=by)


def given_out(*, holder: str) -> list[GivenOut]:
    """What left for `holder` and has not come back, by SKU, first to expire first. One statement."""
    return _putting_back.given_out(holder)


def undo_put_back(*, return_id: UUID, now: datetime, by: UUID) -> bool:
    """It did not come back after all; False if that has been said before. Only on the store's same day.

    Goods leave the shelf again, what was thrown away is not. Raises ReturnIsPast, ChangesRefused where the goods have
    been promised or sold since, NotFound.
    """
    return _putting_back.undo(return_id=return_id, now=now, by=by)
