"""What there is, for those who look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from grocery.inventory.contracts import Availability, Difference, LotLevel, StockLevel
from grocery.inventory.models import Lot, StockItem
from grocery.inventory.policies.fefo import good
from grocery.inventory.services.days import today
from grocery.kernel.quantity import Quantity


def availability(
    *, freshness: Mapping[str, int], location: UUID, good_on: date, now: datetime, holder: str
) -> dict[str, Availability]:
    """See `public.availability`."""
    day = max(good_on, today(location, now=now))
    return StockItem.objects.availability(freshness, location=location, day=day, holder=holder)


def stock(*, sku: str, now: datetime) -> list[StockLevel]:
    """See `public.stock`."""
    items = StockItem.objects.with_lots().of_sku(sku)
    return [_level(item, item.lots.all(), today=today(item.location, now=now)) for item in items]


def check() -> list[Difference]:
    """See `public.check_stock`."""
    return Lot.objects.differences()


def _level(item: StockItem, lots: Iterable[Lot], *, today: date) -> StockLevel:
    lots = list(lots)
    sellable = [lot for lot in lots if good(lot.expires_on, on=today) and lot.available > 0]
    return StockLevel(
        sku=item.sku,
        location=item.location,
        version=item.version,
        on_hand=_sum(lot.on_hand for lot in lots),
        reserved=_sum(lot.reserved for lot in lots),
        available=_sum(lot.available for lot in sellable),
        earliest_expiry=min((lot.expires_on for lot in sellable if lot.expires_on), default=None),
        low_stock_threshold=Quantity(item.low_stock_threshold),
        lots=tuple(
            LotLevel(lot.lot_code, lot.expires_on, Quantity(lot.on_hand), Quantity(lot.reserved)) for lot in lots
        ),
    )


def _sum(quantities: Iterable[Decimal]) -> Quantity:
    """Their sum; of nothing, zero."""
    return Quantity(sum(quantities, start=Decimal(0)))
