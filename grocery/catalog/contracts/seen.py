"""What other domains last said about a product."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from grocery.catalog.contracts.places import StoreId
from grocery.catalog.contracts.products import Sku


@dataclass(frozen=True, slots=True, kw_only=True)
class StockSeen:
    """What the stockroom last said about one product in one store."""

    store_id: StoreId
    sku: Sku
    version: int
    in_stock: bool
    earliest_expiry: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferSeen:
    """What ordering last said about an offer on single products: `percent` off or a new `price`, đồng."""

    offer_id: UUID
    store_id: UUID | None
    skus: tuple[str, ...]
    percent: int
    price: int | None
    starts_at: datetime
    ends_at: datetime | None
