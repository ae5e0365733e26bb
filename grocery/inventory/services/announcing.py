"""Telling that stock changed: each item's next version, and one fact for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import batched
from uuid import UUID

from django.conf import settings

from grocery.inventory.contracts import StockLevel
from grocery.inventory.events import StockChanged
from grocery.inventory.models import StockItem
from grocery.inventory.services import hot_items
from grocery.inventory.services.days import today
from grocery.kernel.outbox import publish

#: Versions of a later restore epoch are above all of an earlier one: a restored database counts from its past again.
_VERSIONS_PER_EPOCH = 2**40
#: A whole store's facts take a while to put together; the database is not left waiting that long in a transaction.
_FACTS_AT_ONCE = 2000


def version_floor() -> int:
    """All versions of this restore epoch are above it."""
    return int(settings.RESTORE_EPOCH) * _VERSIONS_PER_EPOCH


def announce(items: Iterable[StockItem], *, now: datetime, above: int = 0, dealt: bool = False) -> list[StockLevel]:
    """Publish StockChanged for each of these locked items, once per transaction and after the last change.

    Returns what they now hold, by SKU. Their versions end up above `above`, which somebody has seen. What is
    free of hot items is dealt into buckets anew, unless it is `dealt`.
    """
    items = list(items)
    if not dealt and (hot := [item.id for item in items if item.hot]):
        hot_items.redeal(hot)
    by_location: dict[UUID, list[UUID]] = {}
    for item in items:
        by_location.setdefault(item.location, []).append(item.id)
    floor = max(version_floor(), above)
    levels: list[StockLevel] = []
    for location, ids in by_location.items():
        levels += StockItem.objects.bump(ids, floor=floor, day=today(location, now=now))
    for some in batched(levels, _FACTS_AT_ONCE):
        publish(*facts(some, now=now))
    return levels


def facts(levels: Sequence[StockLevel], *, now: datetime) -> list[StockChanged]:
    """What these levels are told as."""
    return [
        StockChanged(
            sku=level.sku,
            location=level.location,
            version=level.version,
            on_hand=level.on_hand,
            reserved=level.reserved,
            available=level.available,
            earliest_expiry=level.earliest_expiry,
            low_stock_threshold=level.low_stock_threshold,
            at=now,
            delisted=level.delisted,
            reduced=level.reduced,
            reduced_percent=level.reduced_percent,
            reduced_until=level.reduced_until,
        )
        for level in levels
    ]
