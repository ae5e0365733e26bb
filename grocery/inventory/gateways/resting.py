"""Which documents may be written now: counted in Valkey, so that all relays and the clock together keep to it."""

from __future__ import annotations

from collections.abc import Collection

import structlog
from redis.exceptions import RedisError

from grocery.inventory.gateways.feed import Key, StockFeed
from grocery.kernel import valkey

log = structlog.get_logger(__name__)


def rested(feed: StockFeed, keys: Collection[Key]) -> set[Key]:
    """Those of these documents that rest long enough since their last write; their next rest begins here.

    Without Valkey all of them: too fast is better than never.
    """
    if not feed.pause or not keys:
        return set(keys)
    milliseconds = int(feed.pause.total_seconds() * 1000)
    pipeline = valkey.client().pipeline(transaction=False)
    for sku, location in keys:
        pipeline.set(f"rest:{feed.name}:{location}:{sku}", 1, px=milliseconds, nx=True)
    try:
        answers = pipeline.execute()
    except RedisError as error:
        log.warning("feeds write without rest", error=type(error).__name__)
        return set(keys)
    return {key for key, free in zip(keys, answers, strict=True) if free}
