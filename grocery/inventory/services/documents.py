"""What the feed ought to say: a fact, or what is in stock now, as a document."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from grocery.inventory.contracts import FeedDocument, StockLevel
from grocery.inventory.events import StockChanged
from grocery.inventory.models import StockItem
from grocery.inventory.services.days import today
from grocery.kernel.quantity import Quantity


def of_fact(event: StockChanged) -> FeedDocument:
    """What this fact says."""
    return FeedDocument(
        sku=event.sku,
        location=event.location,
        stock=Quantity(event.available),
        expires_at=event.earliest_expiry,
        low_stock_threshold=Quantity(event.low_stock_threshold),
        last_updated=event.at,
        version=event.version,
        deleted=event.delisted,
    )


def of_level(level: StockLevel, *, now: datetime) -> FeedDocument:
    """What a look at stock says."""
    return FeedDocument(
        sku=level.sku,
        location=level.location,
        stock=level.available,
        expires_at=level.earliest_expiry,
        low_stock_threshold=level.low_stock_threshold,
        last_updated=now,
        version=level.version,
        deleted=level.delisted,
    )


def true_now(keys: Iterable[tuple[str, UUID]], *, now: datetime) -> list[FeedDocument]:
    """What is in stock of these, one statement per store; what no store has ever had is absent."""
    skus: dict[UUID, list[str]] = {}
    for sku, location in keys:
        skus.setdefault(location, []).append(sku)
    return [
        of_level(level, now=now)
        for location, its in skus.items()
        for level in StockItem.objects.levels(its, location=location, day=today(location, now=now))
    ]
