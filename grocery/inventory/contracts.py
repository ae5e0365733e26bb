"""What inventory takes and returns, and what it may refuse. Quantities are exact, in the product's own unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from grocery.kernel.errors import DomainError
from grocery.kernel.quantity import Quantity, plain


@dataclass(frozen=True, slots=True)
class Demand:
    """So much of a SKU, from lots that stay good for `min_freshness_days` after the day they are wanted on."""

    sku: str
    quantity: Quantity
    min_freshness_days: int = 0

    def __post_init__(self) -> None:
        if self.quantity <= 0 or self.min_freshness_days < 0:
            raise ValueError(f"not a demand: {self}")


@dataclass(frozen=True, slots=True)
class Allocation:
    """So much of one lot."""

    sku: str
    lot_id: UUID
    lot_code: str
    expires_on: date | None
    quantity: Quantity


@dataclass(frozen=True, slots=True)
class Reservation:
    """A promise of goods to `holder` ("cart:<uuid>" or "order:<uuid>") until a moment, or (None) until let go."""

    id: UUID
    holder: str
    location: UUID
    until: datetime | None
    allocations: tuple[Allocation, ...]


@dataclass(frozen=True, slots=True)
class Availability:
    """What may still be promised for a day. `fresh_days`: good for at least so many days after it; None: undated."""

    sku: str
    available: Quantity
    earliest_expiry: date | None
    fresh_days: int | None


@dataclass(frozen=True, slots=True)
class LotLevel:
    """One lot on the shelf."""

    lot_code: str
    expires_on: date | None
    on_hand: Quantity
    reserved: Quantity


@dataclass(frozen=True, slots=True)
class StockLevel:
    """A SKU in one store. `available` and `earliest_expiry` leave out lots that are past their day."""

    sku: str
    location: UUID
    version: int
    on_hand: Quantity
    reserved: Quantity
    available: Quantity
    earliest_expiry: date | None
    low_stock_threshold: Quantity
    lots: tuple[LotLevel, ...] = ()


class ChangeKind(StrEnum):
    """What staff may do to a lot."""

    RECEIVE = "receive"  # goods came in: +quantity
    WASTE = "waste"  # goods were thrown away: -quantity
    ADJUST = "adjust"  # a correction: ±quantity
    COUNT = "count"  # somebody counted: the lot now holds quantity


@dataclass(frozen=True, slots=True)
class StockChange:
    """One line of what happened to a lot; the lot is named by code and expiry, either may be left out.

    Receiving opens the lot that is named. The other kinds need it to exist: what is named must point at one lot.
    """

    kind: ChangeKind
    sku: str
    quantity: Quantity
    lot_code: str = ""
    expires_on: date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class StockLine:
    """One line of a delivery that fills a store: a lot, and when its SKU counts as low (None: as before)."""

    sku: str
    quantity: Quantity
    expires_on: date | None = None
    lot_code: str = ""
    low_stock_threshold: Quantity | None = None


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """What the feed tells phones about a SKU in a store; of two documents the one with the higher version is true."""

    sku: str
    location: UUID
    stock: Quantity
    expires_at: date | None
    low_stock_threshold: Quantity
    last_updated: datetime
    version: int

    @property
    def key(self) -> tuple[str, UUID]:
        """Where it belongs."""
        return (self.sku, self.location)


@dataclass(frozen=True, slots=True)
class Difference:
    """A lot whose books do not agree: "on hand" is not the sum of its movements or "reserved" of its promises."""

    sku: str
    location: UUID
    lot_id: UUID
    what: Literal["on hand", "reserved"]
    recorded: Quantity
    proven: Quantity


class OutOfStock(DomainError):
    """Less is available than was asked for; `shortages` names every SKU and how much of it is missing."""

    code = "out_of_stock"
    status = 409
    en = "Not enough in stock: {_listed}."
    vi = "Không đủ hàng: {_listed}."

    def __init__(self, shortages: Mapping[str, Quantity]) -> None:
        self.shortages = dict(shortages)
        self._listed = ", ".join(f"{sku} (−{plain(missing)})" for sku, missing in shortages.items())

    def extra(self) -> Mapping[str, Any]:
        return {"shortages": {sku: plain(missing) for sku, missing in self.shortages.items()}}


class NothingReserved(DomainError):
    """The holder has no open reservation (any more): it ended, was let go, or its goods have left."""

    code = "nothing_reserved"
    status = 409
    en = "These goods are no longer reserved."
    vi = "Hàng không còn được giữ cho bạn."

    def __init__(self, holder: str) -> None:
        self._holder = holder


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """Why one line of several was refused; `line` counts from 1."""

    line: int
    sku: str
    code: str
    en: str
    vi: str


class ChangesRefused(DomainError):
    """Some lines are wrong, so none was applied."""

    code = "stock_changes_refused"
    status = 422
    en = (
        "Nothing was changed: {_count} of the lines cannot be applied. Line {_first.line} ({_first.sku}): {_first.en}"
    )
    vi = "Chưa thay đổi gì: {_count} dòng không thực hiện được. Dòng {_first.line} ({_first.sku}): {_first.vi}"

    def __init__(self, lines: Sequence[RefusedLine]) -> None:
        self.lines, self._first, self._count = tuple(lines), lines[0], len(lines)

    def extra(self) -> Mapping[str, Any]:
        return {"lines": [asdict(line) for line in self.lines]}


class FeedUnavailable(Exception):
    """The feed cannot be reached, or is left alone for a while after failing. What was to be written is owed."""


def as_number(amount: Decimal) -> int | float:
    """For readers without decimals (JSON, Firestore): an int where it is one."""
    return int(amount) if amount == amount.to_integral_value() else float(amount)
