"""What a feed can do."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from grocery.inventory.contracts import FeedDocument

#: A document's place: SKU and store.
Key = tuple[str, UUID]


class StockFeed(Protocol):
    """Keeps one document per SKU and store, and never an older version in place of a newer one.

    `name` tells feeds apart; `pause` is how long a document rests between two writes.
    """

    name: str
    pause: timedelta

    def write(self, documents: Collection[FeedDocument]) -> int:
        """Put each document there unless a newer one is; at most one per key. Returns how many were newer.

        Raises FeedUnavailable; then some may be there and others not, and all may be written again.
        """

    def read(self, keys: Collection[Key]) -> dict[Key, FeedDocument]:
        """The documents that are there. Raises FeedUnavailable."""
