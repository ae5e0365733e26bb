"""What there is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from grocery.kernel.quantity import ZERO, Quantity

#: Customers are not told how much more than this there is.
CAP: Final = Quantity(Decimal(20))


@dataclass(frozen=True, slots=True)
class LotLevel:
    """One lot on the shelf; `percent` off where it is marked down."""

    lot_code: str
    expires_on: date | None
    on_hand: Quantity
    reserved: Quantity
    percent: int | None = None


@dataclass(frozen=True, slots=True)
class ShownLevel:
    """What customers may be told of a SKU in one store; what is past its day or marked down is left out."""

    sku: str
    version: int
    available: Quantity
    earliest_expiry: date | None


@dataclass(frozen=True, slots=True)
class StockLevel:
    """A SKU in one store. `available` and `earliest_expiry` leave out lots that are past their day or marked down.

    `reduced`: what is free in marked-down lots that are not past their day, at `reduced_percent` off at most;
    `reduced_until`: the last day on which some of it is good (None: there is none, or it keeps). `delisted`: the
    store no longer carries it, and what there was is gone.
    """

    sku: str
    location: UUID
    version: int
    on_hand: Quantity
    reserved: Quantity
    available: Quantity
    earliest_expiry: date | None
    low_stock_threshold: Quantity
    lots: tuple[LotLevel, ...] = ()
    delisted: bool = False
    reduced: Quantity = ZERO
    reduced_percent: int | None = None
    reduced_until: date | None = None
