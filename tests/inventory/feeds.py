"""Feeds for tests: each kind in turn serves the deployment, and can be cut off."""

from __future__ import annotations

import os
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings

from grocery.inventory import gateways
from grocery.inventory.contracts import FeedDocument
from grocery.inventory.gateways import StockFeed
from grocery.inventory.gateways.breaker import Breaker
from grocery.inventory.gateways.firestore import FirestoreFeed
from grocery.inventory.gateways.valkey import ValkeyFeed
from grocery.kernel.ids import new_id
from grocery.kernel.quantity import quantity
from tests.inventory.conftest import NOON, days

needs_emulator = pytest.mark.skipif(
    not os.environ.get("FIRESTORE_EMULATOR_HOST"), reason="the Firestore emulator is not installed"
)
KINDS = [pytest.param("firestore", marks=needs_emulator), "valkey"]
NOBODY = "127.0.0.1:9"  # the discard port: nothing listens there


def document(version: int = 1, *, sku: str = "milk", location: UUID | None = None) -> FeedDocument:
    return FeedDocument(
        sku=sku,
        location=location or new_id(),
        stock=quantity("2.5"),
        expires_at=days(4),
        low_stock_threshold=quantity(3),
        last_updated=NOON,
        version=version,
    )


def feed_of(kind: str) -> StockFeed:
    return FirestoreFeed(settings.FIRESTORE_PROJECT) if kind == "firestore" else ValkeyFeed(settings.REDIS_URL)


class Line:
    """A feed, the only one of the deployment, whose server can be cut off and come back; time passes when told."""

    def __init__(self, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        breaker = Breaker(kind, failures=2, rest=5, clock=lambda: self.now)
        self._monkeypatch, self._kind = monkeypatch, kind
        self.feed: Any = (
            FirestoreFeed("", breaker=breaker)
            if kind == "firestore"
            else ValkeyFeed(settings.REDIS_URL, breaker=breaker)
        )
        monkeypatch.setattr(gateways, "feeds", lambda: (self.feed,))
        if kind == "valkey":
            monkeypatch.setattr(gateways, "own_feed", lambda: self.feed)
        self.mend()

    def cut(self) -> None:
        self._point_to(NOBODY, f"redis://{NOBODY}/0")

    def mend(self) -> None:
        self._point_to(settings.FIRESTORE_EMULATOR_HOST, settings.REDIS_URL)

    def _point_to(self, emulator: str, redis_url: str) -> None:
        if self._kind == "firestore":
            # another project name, another client: they are kept per project
            self.feed._project = f"demo-{new_id().hex[-8:]}" if emulator == NOBODY else settings.FIRESTORE_PROJECT
            self._monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", emulator)
        else:
            there = ValkeyFeed(redis_url)
            self.feed._client, self.feed._write_if_newer = there._client, there._write_if_newer
