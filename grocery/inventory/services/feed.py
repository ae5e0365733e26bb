"""The read feed: what changed goes out, the newest of each key once; who looks gets the feed, or else the truth."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from prometheus_client import Counter

from grocery.inventory.contracts import FeedDocument, FeedUnavailable, StockLevel
from grocery.inventory.events import StockChanged
from grocery.inventory.gateways import stock_feed
from grocery.inventory.models import StockItem
from grocery.inventory.services.days import today
from grocery.kernel.quantity import Quantity

DOCUMENTS = Counter("grocery_inventory_feed_documents", "Documents for the stock feed, by fate.", ["fate"])


def show(*, events: Iterable[StockChanged]) -> None:
    """Write what these facts say; of one SKU and store only the newest. Raises FeedUnavailable: still owed."""
    newest = {(event.sku, event.location): event for event in sorted(events, key=lambda event: event.version)}
    documents = [_told(event) for event in newest.values()]
    written = stock_feed().write(documents)
    DOCUMENTS.labels("written").inc(written)
    DOCUMENTS.labels("stale").inc(len(documents) - written)


def read(*, skus: Collection[str], location: UUID, now: datetime) -> dict[str, FeedDocument]:
    """See `public.read_feed`."""
    try:
        found = stock_feed().read([(sku, location) for sku in skus])
    except FeedUnavailable:
        found = {}
    documents = {sku: document for (sku, _location), document in found.items()}
    if missing := [sku for sku in skus if sku not in documents]:
        levels = StockItem.objects.levels(missing, location=location, day=today(location, now=now))
        documents |= {level.sku: _seen(level, now=now) for level in levels}
    return documents


def _told(event: StockChanged) -> FeedDocument:
    return FeedDocument(
        sku=event.sku,
        location=event.location,
        stock=Quantity(event.available),
        expires_at=event.earliest_expiry,
        low_stock_threshold=Quantity(event.low_stock_threshold),
        last_updated=event.at,
        version=event.version,
    )


def _seen(level: StockLevel, *, now: datetime) -> FeedDocument:
    return FeedDocument(
        sku=level.sku,
        location=level.location,
        stock=level.available,
        expires_at=level.earliest_expiry,
        low_stock_threshold=level.low_stock_threshold,
        last_updated=now,
        version=level.version,
    )
