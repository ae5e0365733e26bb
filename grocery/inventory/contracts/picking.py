"""Goods on their way from the shelf into a box."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from grocery.kernel.errors import DomainError
from grocery.kernel.quantity import Quantity


class Unfit(StrEnum):
    """Why nothing of a lot may leave for somebody."""

    EXPIRED = "expired"  # not good any more on the day
    OTHER_PRICE = "other_price"  # marked down, and not what was ordered; or the other way round


@dataclass(frozen=True, slots=True)
class PickableLot:
    """A lot that a holder's goods could be taken from: `held` is promised to it, `free` to nobody.

    `unfit`: why nothing of it may leave; what is held of it then needs another lot, or is left out.
    """

    sku: str
    lot_id: UUID
    lot_code: str
    expires_on: date | None
    held: Quantity
    free: Quantity
    percent: int | None
    unfit: Unfit | None


class ScanFault(StrEnum):
    """Why what was scanned does not belong into the box."""

    OTHER_PRODUCT = "other_product"
    UNKNOWN_CODE = "unknown_code"  # nobody has said yet which product it is
    EXPIRED = "expired"
    OTHER_PRICE = "other_price"  # marked down, and not what was ordered; or the other way round


@dataclass(frozen=True, slots=True)
class ScanCheck:
    """Whether a scan is what an order line wants. `fault` None: it is.

    `sku`: the product that it is, as far as this is known. `lot`: the store's lot that the code names; None where it
    names none, or one that the books do not have. `quantity`: how much the code says there is, in the product's unit
    (a weight in kg); None where it does not say.
    """

    fault: ScanFault | None
    sku: str | None
    lot: PickableLot | None = None
    quantity: Quantity | None = None
    gtin: str = ""
    lot_code: str = ""
    expires_on: date | None = None

    @property
    def fits(self) -> bool:
        return self.fault is None


class LotUnfit(DomainError):
    """Nothing of this lot may leave for this holder; `why` says why. Take another, or pack less."""

    code = "lot_unfit"
    status = 409
    en = "Not from this lot of {sku}: {_en}. Take another, or pack less."
    vi = "Không lấy {sku} từ lô này: {_vi}. Hãy lấy lô khác hoặc đóng gói ít hơn."

    def __init__(self, sku: str, lot_id: UUID, lot_code: str, expires_on: date | None, why: Unfit) -> None:
        self.sku, self.lot_id, self.lot_code, self.expires_on, self.why = sku, lot_id, lot_code, expires_on, why
        self._en, self._vi = _WHY[why]

    def extra(self) -> Mapping[str, Any]:
        expires_on = self.expires_on.isoformat() if self.expires_on else None
        return {"sku": self.sku, "lot_code": self.lot_code, "expires_on": expires_on, "why": self.why.value}


_WHY = {
    Unfit.EXPIRED: ("it is past its day", "đã quá hạn"),
    Unfit.OTHER_PRICE: ("it is sold at another price than was ordered", "lô này bán giá khác với đơn"),
}
