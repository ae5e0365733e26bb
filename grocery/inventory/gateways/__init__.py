"""The feed that phones read: Firestore where a project is named, otherwise Valkey behind our own endpoint."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from grocery.inventory.gateways.feed import StockFeed
from grocery.inventory.gateways.valkey import ValkeyFeed

__all__ = ["StockFeed", "stock_feed"]


def stock_feed() -> StockFeed:
    """The feed of this deployment."""
    return _feed(settings.FIRESTORE_PROJECT, settings.REDIS_URL)


@cache
def _feed(project: str, redis_url: str) -> StockFeed:
    if not project:
        return ValkeyFeed(redis_url)
    from grocery.inventory.gateways.firestore import FirestoreFeed  # its client takes most of a second to import

    return FirestoreFeed(project)
