"""What inventory tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from grocery.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class StockChanged(Event):
    """A SKU's stock in one store is now this. The higher `version` is the later truth, also after a restore.

    `available` (may be promised) and `earliest_expiry` leave out lots that are past their day at `at`. `delisted`:
    the store no longer carries the SKU, and what there was is gone.
    """

    sku: str
    location: UUID
    version: int
    on_hand: Decimal
    reserved: Decimal
    available: Decimal
    earliest_expiry: date | None
    low_stock_threshold: Decimal
    at: datetime
    delisted: bool = False

    @property
    def stream(self) -> str:
        return f"stock:{self.location}/{self.sku}"


@dataclass(frozen=True, kw_only=True)
class HotItemMoved(Event):
    """Goods of a hot item were promised or let go; what it holds now is told as StockChanged in a moment.

    Whoever publishes this does not hold the item's lock: of these facts neither order nor number matters.
    """

    sku: str
    location: UUID

    @property
    def stream(self) -> str:
        return f"hot:{self.location}/{self.sku}"


@dataclass(frozen=True, kw_only=True)
class ReservationEnded(Event):
    """The time of a reservation ran out; its goods are free again."""

    holder: str

    @property
    def stream(self) -> str:
        return self.holder
