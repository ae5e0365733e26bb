"""The read feeds: what changed goes out, the newest of each key once; who looks gets the feed, or else the truth.

A feed that is away, or had a document a moment ago, is owed it: one row per key, however often the item changes. The
fact itself counts as handled then. So hours without Firestore hold up neither the outbox nor our own feed, nothing
becomes a dead letter, and making up for it is one write per key.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from time import monotonic
from typing import Final
from uuid import UUID

from prometheus_client import Counter, Gauge

from grocery.inventory import gateways
from grocery.inventory.contracts import FeedDocument, FeedUnavailable
from grocery.inventory.events import StockChanged
from grocery.inventory.gateways import Key, StockFeed
from grocery.inventory.models import Debt, FeedDebt, StockItem
from grocery.inventory.services import documents as saying
from grocery.inventory.services.days import today
from grocery.kernel.quantity import ZERO

DOCUMENTS = Counter("grocery_inventory_feed_documents", "Documents for a feed, by fate.", ["feed", "fate"])
OWED = Gauge("grocery_inventory_feed_owed", "Documents that a feed has still to be shown.", ["feed"])
OLDEST = Gauge("grocery_inventory_feed_owed_seconds", "For how long the oldest of them has been owed.", ["feed"])

#: A fact older than this was held up, and has likely been overtaken: what is true now is shown in its place.
_LATE: Final = timedelta(seconds=1)
#: How soon a feed that did not answer is tried again. Its breaker knows better whether to bother it.
_RETRY: Final = timedelta(seconds=2)
_LEASE: Final = timedelta(seconds=30)
_BATCH: Final = 500
#: Paying shares the clock's worker with others, so it stops after this and goes on with the next tick.
_SHIFT: Final = 0.8


def show(*, events: Iterable[StockChanged], now: datetime) -> None:
    """Show what these facts say to every feed; of one SKU and store only the newest. What fails is owed."""
    newest = {(event.sku, event.location): event for event in sorted(events, key=lambda event: event.version)}
    late = [key for key, event in newest.items() if event.at < now - _LATE]
    documents = {key: saying.of_fact(event) for key, event in newest.items()}
    documents |= {document.key: document for document in saying.true_now(late, now=now)}
    for feed in gateways.feeds():
        _show(feed, documents)


def _show(feed: StockFeed, documents: dict[Key, FeedDocument]) -> None:
    rested = gateways.rested(feed, documents)
    early = documents.keys() - rested
    FeedDebt.objects.owe(feed.name, early, pause=feed.pause)
    DOCUMENTS.labels(feed.name, "later").inc(len(early))
    try:
        _write(feed, [documents[key] for key in rested])
    except FeedUnavailable:
        FeedDebt.objects.owe(feed.name, rested, pause=_RETRY)
        DOCUMENTS.labels(feed.name, "unavailable").inc(len(rested))


def pay_debts(*, now: datetime) -> int:
    """See `public.pay_feed_debts`."""
    until = monotonic() + _SHIFT
    paid = sum(_pay(feed, now=now, until=until) for feed in gateways.feeds())
    _note_debts()
    return paid


def _note_debts() -> None:
    behind = FeedDebt.objects.owed()
    for feed in gateways.feeds():
        documents, oldest = behind.get(feed.name, (0, timedelta()))
        OWED.labels(feed.name).set(documents)
        OLDEST.labels(feed.name).set(oldest.total_seconds())


def _pay(feed: StockFeed, *, now: datetime, until: float) -> int:
    """Write what is owed to a feed, as it is now, until nothing is due, the feed fails, or the shift is over."""
    paid = 0
    while monotonic() < until and (debts := FeedDebt.objects.claim(feed.name, size=_BATCH, lease=_LEASE)):
        try:
            paid += _pay_some(feed, debts, now=now)
        except FeedUnavailable:
            FeedDebt.objects.postpone(debts, pause=_RETRY)
            break
    return paid


def _pay_some(feed: StockFeed, debts: Sequence[Debt], *, now: datetime) -> int:
    by_key = {(debt.sku, debt.location): debt for debt in debts}
    rested = gateways.rested(feed, by_key)
    _write(feed, saying.true_now(rested, now=now))
    FeedDebt.objects.postpone([debt for key, debt in by_key.items() if key not in rested], pause=feed.pause)
    return FeedDebt.objects.pay([by_key[key] for key in rested])


def _write(feed: StockFeed, documents: Sequence[FeedDocument]) -> None:
    written = feed.write(documents) if documents else 0
    DOCUMENTS.labels(feed.name, "written").inc(written)
    DOCUMENTS.labels(feed.name, "stale").inc(len(documents) - written)


def read(*, skus: Collection[str], location: UUID, now: datetime) -> dict[str, FeedDocument]:
    """See `public.read_feed`."""
    try:
        found = gateways.own_feed().read([(sku, location) for sku in skus])
    except FeedUnavailable:
        found = {}
    documents = {sku: document for (sku, _location), document in found.items()}
    if missing := [sku for sku in skus if sku not in documents]:
        levels = StockItem.objects.levels(missing, location=location, day=today(location, now=now))
        documents |= {level.sku: saying.of_level(level, now=now) for level in levels}
    return documents


def nothing(sku: str, location: UUID, *, now: datetime) -> FeedDocument:
    """What there is of a SKU that the store has never had."""
    return FeedDocument(sku, location, ZERO, None, ZERO, last_updated=now, version=0)
