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

    `available` (may be promised at its full price) and `earliest_expiry` leave out lots that are past their day at
    `at` or marked down. `reduced`: what may be promised of lots that are marked down, by `reduced_percent` at most;
    `reduced_until`: the last day on which some of it is good (None: there is none, or it keeps). `delisted`: the
    store no longer carries the SKU, and what there was is gone.
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
    reduced: Decimal = Decimal(0)
    reduced_percent: int | None = None
    reduced_until: date | None = None

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


@dataclass(frozen=True, kw_only=True)
class StockLow(Event):
    """No more than its threshold may be promised of a SKU in a store. Told when it crosses down, then not before
    it has recovered. Of a threshold of zero nothing is told."""

    sku: str
    location: UUID
    available: Decimal
    threshold: Decimal
    at: datetime

    @property
    def stream(self) -> str:
        return f"stock:{self.location}/{self.sku}"


@dataclass(frozen=True, kw_only=True)
class LotExpiringSoon(Event):
    """A lot has three days left beyond the freshness that its product promises; told once, as a day begins."""

    sku: str
    location: UUID
    lot_id: UUID
    lot_code: str
    expires_on: date
    quantity: Decimal

    @property
    def stream(self) -> str:
        return f"stock:{self.location}/{self.sku}"


@dataclass(frozen=True, kw_only=True)
class LotMarkedDown(Event):
    """From `starts_on` a lot is to be sold for `percent` less, until MarkdownEnded; replaces what stood before."""

    sku: str
    location: UUID
    lot_id: UUID
    lot_code: str
    expires_on: date | None
    percent: int
    starts_on: date

    @property
    def stream(self) -> str:
        return f"stock:{self.location}/{self.sku}"


@dataclass(frozen=True, kw_only=True)
class MarkdownEnded(Event):
    """A lot is no longer sold for less: somebody ended it, it was replaced, or the lot's day has passed."""

    sku: str
    location: UUID
    lot_id: UUID
    percent: int

    @property
    def stream(self) -> str:
        return f"stock:{self.location}/{self.sku}"
