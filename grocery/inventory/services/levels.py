"""What there is, for those who look."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from grocery.catalog import public as catalog
from grocery.inventory.contracts import Availability, LotLevel, NearExpiry, ShownLevel, StockLevel
from grocery.inventory.models import StockItem
from grocery.inventory.policies.fefo import good, last_good
from grocery.inventory.services.days import today
from grocery.kernel.quantity import Quantity


def availability(
    *, freshness: Mapping[str, int], location: UUID, good_on: date, now: datetime, holder: str
) -> dict[str, Availability]:
    """See `public.availability`."""
    day = max(good_on, today(location, now=now))
    return StockItem.objects.availability(freshness, location=location, day=day, holder=holder)


def near_expiry(
    *, location: UUID, day: date, limit: int, category: str | None, now: datetime
) -> tuple[NearExpiry, ...]:
    """See `public.near_expiry`."""
    day = max(day, today(location, now=now))
    if category is None:
        return tuple(StockItem.objects.near_expiry(location=location, day=day, limit=limit))
    within = {below.id for below in catalog.category(category).subtree()}
    found = StockItem.objects.near_expiry(location=location, day=day, limit=None)
    products = catalog.products_on_sale(skus=[catalog.Sku(one.sku) for one in found])
    of_category = {str(sku) for sku, product in products.items() if product.category_id in within}
    return tuple([one for one in found if one.sku in of_category][:limit])


def stock(*, sku: str, now: datetime) -> list[StockLevel]:
    """See `public.stock`."""
    rows = groupby(StockItem.objects.everywhere(sku), key=itemgetter(0))
    return [_level(sku, location, list(its), today=today(location, now=now)) for location, its in rows]


def levels(*, skus: Collection[str], location: UUID, now: datetime) -> dict[str, ShownLevel]:
    """See `public.levels`."""
    return StockItem.objects.shown(skus, location=location, day=today(location, now=now))


def _level(sku: str, location: UUID, rows: Sequence[tuple[Any, ...]], *, today: date) -> StockLevel:
    _location, version, threshold, delisted, *_lot = rows[0]
    lots = tuple(LotLevel(*lot) for _store, _version, _low, _delisted, *lot in rows if lot[2] is not None)
    sellable = [lot for lot in lots if good(lot.expires_on, on=today) and lot.on_hand > lot.reserved]
    plain = [lot for lot in sellable if lot.percent is None]
    reduced = [lot for lot in sellable if lot.percent is not None]
    return StockLevel(
        sku=sku,
        location=location,
        version=version,
        on_hand=_sum(lot.on_hand for lot in lots),
        reserved=_sum(lot.reserved for lot in lots),
        available=_sum(lot.on_hand - lot.reserved for lot in plain),
        earliest_expiry=min((lot.expires_on for lot in plain if lot.expires_on), default=None),
        low_stock_threshold=threshold,
        lots=lots,
        delisted=delisted and not lots,
        reduced=_sum(lot.on_hand - lot.reserved for lot in reduced),
        reduced_percent=max((lot.percent for lot in reduced if lot.percent), default=None),
        reduced_until=last_good(lot.expires_on for lot in reduced),
    )


def _sum(quantities: Iterable[Decimal]) -> Quantity:
    """Their sum; of nothing, zero."""
    return Quantity(sum(quantities, start=Decimal(0)))
