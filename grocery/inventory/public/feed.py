"""The feeds: what phones and pages are shown, kept true."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from uuid import UUID

from grocery.inventory.contracts import FeedDifference, FeedDocument, FeedRepair
from grocery.inventory.services import delist as _delisting
from grocery.inventory.services import feed as _feed
from grocery.inventory.services import feed_check as _feed_check
from grocery.inventory.services.live import LiveStock

__all__ = [
    "LiveStock",
    "check_feed",
    "delist",
    "pay_feed_debts",
    "read_feed",
    "relist",
    "repair_feed",
]


def read_feed(*, skus: Collection[str], location: UUID, now: datetime) -> dict[str, FeedDocument]:
    """What phones are being shown of these SKUs in a store: a moment old, fast, never what to decide on.

    What the feed does not have, or does not answer, is told from stock itself; a SKU the store never had is absent.
    """
    return _feed.read(skus=skus, location=location, now=now)


def check_feed(
    *,
    now: datetime,
    locations: Collection[UUID] = (),
    skus: Collection[str] = (),
    progress: Callable[[int], None] = lambda _compared: None,
) -> list[FeedDifference]:
    """Every document of every feed that does not say what stock is, by feed, store and SKU; best none.

    `locations`, `skus`: only these (empty: all). `progress` is called after each thousand items with their number.
    What differs is looked at again at the end, so that what is on its way is not counted. Nothing is changed. 50,000
    items take seconds; the gauge `grocery_inventory_feed_differences` keeps the outcome of a full check. Raises
    FeedUnavailable.
    """
    return _feed_check.check(locations=locations, skus=skus, now=now, progress=progress)


def repair_feed(*, differences: Sequence[FeedDifference], now: datetime) -> FeedRepair:
    """Put right what `check_feed` found: each feed then says what stock is now, whatever has changed since.

    What is missing or older is written. What is newer than stock, or has other contents at the same version, cannot
    be written over: those items get a version above all that is shown, which StockChanged tells to everybody. Safe to
    repeat, and while people buy. Raises FeedUnavailable.
    """
    return _feed_check.repair(differences, now=now)


def pay_feed_debts(*, now: datetime) -> int:
    """Write to each feed what it is owed: it was away, or had the document less than a second ago. How many.

    Shows what is in stock now. Stops after a second, or when the feed does not answer; several may do this at once.
    """
    return _feed.pay_debts(now=now)


def delist(*, skus: Collection[str], location: UUID, now: datetime) -> int:
    """The store no longer carries these: once their goods are gone the feeds forget them. How many it did carry.

    What is there is still sold, and may still be received. Tells StockChanged; feeds keep a tombstone that no late
    write of an older version can bring back to life.
    """
    return _delisting.set_delisted(skus=skus, location=location, now=now, delisted=True)


def relist(*, skus: Collection[str], location: UUID, now: datetime) -> int:
    """The store carries these again, sold out or not. How many were delisted."""
    return _delisting.set_delisted(skus=skus, location=location, now=now, delisted=False)
