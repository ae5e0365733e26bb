"""Goods that come back from customers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from grocery.inventory.contracts.shelf_care import WasteReason
from grocery.kernel.errors import DomainError
from grocery.kernel.quantity import Quantity, plain


@dataclass(frozen=True, slots=True)
class Returned:
    """So much of a SKU came back. `spoilt` None: it may be sold again; otherwise why it is thrown away.

    `lot_id`: from which lot it is, where the label says so. Thrown away for `WasteReason.OTHER` it needs a `note`.
    """

    sku: str
    quantity: Quantity
    spoilt: WasteReason | None = None
    note: str = ""
    lot_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class GivenOut:
    """So much of a lot left for a holder and has not come back."""

    sku: str
    lot_id: UUID
    lot_code: str
    expires_on: date | None
    quantity: Quantity


@dataclass(frozen=True, slots=True)
class ReturnedLot:
    """What came back of one lot; `wasted`: why it was thrown away, None: it is on the shelf again."""

    sku: str
    lot_id: UUID
    lot_code: str
    expires_on: date | None
    quantity: Quantity
    wasted: WasteReason | None


@dataclass(frozen=True, slots=True)
class GoodsReturn:
    """What came back at once from one holder."""

    id: UUID
    holder: str
    location: UUID
    at: datetime
    lots: tuple[ReturnedLot, ...]
    undone: bool = False


class MoreThanIssued(DomainError):
    """More is brought back than was given out for this holder and has not come back yet; `beyond` says how much."""

    code = "more_than_issued"
    status = 409
    en = "More than was given out: {_listed}."
    vi = "Nhiều hơn số đã giao: {_listed}."

    def __init__(self, beyond: Mapping[str, Quantity]) -> None:
        self.beyond = dict(beyond)
        self._listed = ", ".join(f"{sku} (+{plain(more)})" for sku, more in beyond.items())

    def extra(self) -> Mapping[str, Any]:
        return {"beyond": {sku: plain(more) for sku, more in self.beyond.items()}}


class ReturnIsPast(DomainError):
    """A return is undone on the day on which it was noted; afterwards it is corrected by a count."""

    code = "return_is_past"
    status = 409
    en = "This can be undone on the same day only."
    vi = "Chỉ hủy được trong cùng ngày."
