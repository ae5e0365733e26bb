"""Receiving: what a scanned code says, what a receipt holds, and what may be wrong with either."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from grocery.kernel.errors import DomainError
from grocery.kernel.quantity import Quantity


@dataclass(frozen=True, slots=True)
class Scan:
    """What a code says. `gtin`: 14 digits, of what is counted: the product, or the case that it comes in.

    `expires_on` is the expiry date or else the best-before date. `count`: how many of the GTIN; `weight`: net, in kg.
    """

    gtin: str
    lot_code: str = ""
    expires_on: date | None = None
    count: int | None = None
    weight: Quantity | None = None


@dataclass(frozen=True, slots=True)
class Recognised:
    """A code read, and the product that it is known to be. `sku` None: staff have to say.

    `pack_quantity`: how much of the product one such code stands for; None: not known, staff have to say.
    `quantity`: how much the code says there is; None where it does not say. Both in the product's unit.
    """

    scan: Scan
    sku: str | None
    pack_quantity: Quantity | None
    quantity: Quantity | None


@dataclass(frozen=True, slots=True)
class NewReceiptLine:
    """Goods that staff hold in their hands. `id` is made by who asks: the same line sent twice is one line."""

    id: UUID
    sku: str
    quantity: Quantity
    lot_code: str = ""
    expires_on: date | None = None
    gtin: str = ""


class UnreadableCode(DomainError):
    """The code cannot be read; `_en` and `_vi` say why."""

    code = "unreadable_code"
    status = 422
    en = "This code cannot be read: {_en}."
    vi = "Không đọc được mã: {_vi}."

    def __init__(self, en: str, vi: str) -> None:
        self._en, self._vi = en, vi


class ShortDated(DomainError):
    """The goods will not keep as long as we promise customers; staff may take them all the same."""

    code = "short_dated"
    status = 409
    en = "{left} days left, {needed} needed."
    vi = "Còn {left} ngày, cần {needed} ngày."

    def __init__(self, left: int, needed: int) -> None:
        self.left, self.needed = left, needed


class ReceiptClosed(DomainError):
    """The receipt is booked, or its booking was undone: nothing is added to it or taken off any more."""

    code: ClassVar[str] = "receipt_closed"
    status = 409
    en = "This receipt is closed."
    vi = "Phiếu nhận này đã đóng."


class NothingReceived(DomainError):
    """A receipt without a line has nothing to book."""

    code = "nothing_received"
    status = 409
    en = "Nothing has been received yet."
    vi = "Chưa nhận mặt hàng nào."
