"""Promising goods: demands, reservations, and what may still be promised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
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
