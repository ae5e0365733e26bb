"""Feed = lots: every document is compared with stock, and what differs is put right."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import batched
from typing import Literal
from uuid import UUID

from django.db import transaction
from prometheus_client import Gauge

from grocery.inventory import gateways
from grocery.inventory.contracts import FeedDifference, FeedDocument, FeedRepair
from grocery.inventory.gateways import StockFeed
from grocery.inventory.models import StockItem
from grocery.inventory.services import documents as saying
from grocery.inventory.services import locking
from grocery.inventory.services.announcing import announce
from grocery.inventory.services.days import today

DIFFERENCES = Gauge(
    "grocery_inventory_feed_differences",
    "Documents that did not say what stock is, when last compared.",
    ["feed", "what"],
)
_PAGE = 1000
_KINDS: tuple[Literal["missing", "older", "newer", "contents"], ...] = ("missing", "older", "newer", "contents")


def check(
    *,
    locations: Collection[UUID],
    skus: Collection[str],
    now: datetime,
    progress: Callable[[int], None] = lambda _compared: None,
) -> list[FeedDifference]:
    """See `public.check_feed`."""
    suspects: dict[str, list[tuple[str, UUID]]] = {}
    for page in _pages(locations, skus, now=now):
        for feed in gateways.feeds():
            found = _compare(feed, page)
            suspects.setdefault(feed.name, []).extend(difference.true.key for difference in found)
        progress(len(page))
    differences = [
        one for feed in gateways.feeds() for one in _look_again(feed, suspects.get(feed.name, []), now=now)
    ]
    if not locations and not skus:
        _note(differences)
    return differences


def repair(differences: Sequence[FeedDifference], *, now: datetime) -> FeedRepair:
    """See `public.repair_feed`."""
    written = sum(_write_truth(feed, differences, now=now) for feed in gateways.feeds())
    told = _tell_again([one for one in differences if not one.can_be_written], now=now)
    return FeedRepair(written=written, told=told)


def _pages(locations: Collection[UUID], skus: Collection[str], *, now: datetime) -> Iterator[list[FeedDocument]]:
    """What stock says, store by store, a thousand items at a time."""
    for location in locations or StockItem.objects.stores():
        if skus:
            for some in batched(sorted(skus), _PAGE):
                yield saying.true_now([(sku, location) for sku in some], now=now)
            continue
        after, day = "", today(location, now=now)
        while levels := StockItem.objects.levels_after(after, location=location, day=day, limit=_PAGE):
            yield [saying.of_level(level, now=now) for level in levels]
            after = levels[-1].sku


def _compare(feed: StockFeed, documents: Sequence[FeedDocument]) -> list[FeedDifference]:
    shown = feed.read([document.key for document in documents])
    return [
        FeedDifference(feed.name, what, shown.get(true.key), true)
        for true in documents
        if (what := _what_is_wrong(shown.get(true.key), true))
    ]


def _what_is_wrong(
    shown: FeedDocument | None, true: FeedDocument
) -> Literal["missing", "older", "newer", "contents"] | None:
    if shown is None:
        return "missing" if true.version else None  # version 0: nothing ever happened to it
    if shown.version != true.version:
        return "older" if shown.version < true.version else "newer"
    return None if _contents(shown) == _contents(true) else "contents"


def _contents(document: FeedDocument) -> tuple[object, ...]:
    return document.stock, document.expires_at, document.low_stock_threshold, document.deleted


def _look_again(feed: StockFeed, keys: Iterable[tuple[str, UUID]], *, now: datetime) -> Iterator[FeedDifference]:
    """What differed while it was being changed is on its way and not wrong; what differs still, is."""
    for some in batched(keys, _PAGE):
        yield from _compare(feed, saying.true_now(some, now=now))


def _write_truth(feed: StockFeed, differences: Iterable[FeedDifference], *, now: datetime) -> int:
    keys = [one.true.key for one in differences if one.feed == feed.name and one.can_be_written]
    return sum(feed.write(saying.true_now(some, now=now)) for some in batched(keys, _PAGE))


def _tell_again(differences: Sequence[FeedDifference], *, now: datetime) -> int:
    """Give these items a version above all that is shown, and tell it: every feed and every list hears of it."""
    above = max((one.shown.version for one in differences if one.shown), default=0)
    skus: dict[UUID, set[str]] = {}
    for one in differences:
        skus.setdefault(one.true.location, set()).add(one.true.sku)
    told = 0
    for location, its in sorted(skus.items()):
        with transaction.atomic():
            told += len(announce(locking.items(its, location=location), now=now, above=above))
    return told


def _note(differences: Iterable[FeedDifference]) -> None:
    found = [(one.feed, one.what) for one in differences]
    for feed in gateways.feeds():
        for what in _KINDS:
            DIFFERENCES.labels(feed.name, what).set(found.count((feed.name, what)))
