"""Promising goods: demands, reservations, and what may still be promised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from grocery.kernel.errors import DomainError
from grocery.kernel.quantity import ZERO, Quantity, plain


@dataclass(frozen=True, slots=True)
class Demand:
    """So much of a SKU, from lots that stay good for `min_freshness_days` after the day they are wanted on.

    `reduced`: how much of `quantity` is to come from lots at exactly so many percent off, good on the day itself;
    the rest comes from lots that are not marked down.
    """

    sku: str
    quantity: Quantity
    min_freshness_days: int = 0
    reduced: tuple[tuple[int, Quantity], ...] = ()

    def __post_init__(self) -> None:
        if self.quantity <= 0 or self.min_freshness_days < 0:
            raise ValueError(f"not a demand: {self}")
        if self.reduced and (self.plain < 0 or any(part <= 0 or percent < 1 for percent, part in self.reduced)):
            raise ValueError(f"not a demand: {self}")

    @property
    def plain(self) -> Quantity:
        """What is to come from lots at their full price."""
        return Quantity(self.quantity - sum((part for _percent, part in self.reduced), start=ZERO))


@dataclass(frozen=True, slots=True)
class Allocation:
    """So much of one lot; `percent`: promised at so many percent off, None: at its full price."""

    sku: str
    lot_id: UUID
    lot_code: str
    expires_on: date | None
    quantity: Quantity
    percent: int | None = None


@dataclass(frozen=True, slots=True)
class Reservation:
    """A promise of goods to `holder` ("cart:<uuid>" or "order:<uuid>") until a moment, or (None) until let go."""

    id: UUID
    holder: str
    location: UUID
    until: datetime | None
    allocations: tuple[Allocation, ...]


@dataclass(frozen=True, slots=True)
class ReducedUnits:
    """Units of marked-down lots that may still be promised: `percent` off, good up to and on `expires_on`."""

    percent: int
    available: Quantity
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class Availability:
    """What may still be promised for a day. `fresh_days`: good for at least so many days after it; None: undated.

    `available`, `earliest_expiry` and `fresh_days` are of goods at their full price. `reduced`: units of marked-down
    lots that are good on the day, first expired first; no freshness beyond the day is asked of them.
    """

    sku: str
    available: Quantity
    earliest_expiry: date | None
    fresh_days: int | None
    reduced: tuple[ReducedUnits, ...] = ()


@dataclass(frozen=True, slots=True)
class NearExpiry:
    """What is left of a SKU in marked-down lots, first expired first."""

    sku: str
    units: tuple[ReducedUnits, ...]


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
