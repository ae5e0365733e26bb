"""The feeds that phones and pages read: our own in Valkey always, Firestore where a project is named."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from grocery.inventory.gateways.announcements import announcements
from grocery.inventory.gateways.feed import Key, StockFeed
from grocery.inventory.gateways.resting import rested
from grocery.inventory.gateways.valkey import ValkeyFeed

__all__ = ["Key", "StockFeed", "announcements", "feeds", "own_feed", "rested"]


def own_feed() -> ValkeyFeed:
    """The feed that our own endpoints read: fast, and nobody bills us for it."""
    return _valkey(settings.REDIS_URL)


def feeds() -> tuple[StockFeed, ...]:
    """All feeds of this deployment; our own first, which nobody waits for."""
    own = own_feed()
    return (own, _firestore(settings.FIRESTORE_PROJECT)) if settings.FIRESTORE_PROJECT else (own,)


@cache
def _valkey(redis_url: str) -> ValkeyFeed:
    return ValkeyFeed(redis_url)


@cache
def _firestore(project: str) -> StockFeed:
    from grocery.inventory.gateways.firestore import FirestoreFeed  # its client takes most of a second to import

    return FirestoreFeed(project)
