"""A relay's writer to Firestore that stops where it is told to, in a process of its own.

Orders are version, location, where to stop (`before` or `after` writing) and which guard to take away (`precondition`
or `comparison`). `held` comes back where it stops, then it waits for anything; at the end, how many it wrote.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from typing import Any

from google.cloud.firestore_v1.bulk_batch import BulkWriteBatch

from grocery.inventory.contracts import FeedDocument
from grocery.inventory.gateways import firestore
from grocery.inventory.gateways.feed import Key
from grocery.inventory.gateways.firestore import FirestoreFeed, Seen
from grocery.kernel.quantity import ZERO

AT = datetime(2026, 11, 20, 5, tzinfo=UTC)


class Scripted(FirestoreFeed):
    """Stops before it writes or after it has written, once; does without the guard that is named."""

    orders: Connection[Any, Any]
    hold = without = ""

    def _look(self, keys: Collection[Key]) -> dict[Key, Seen]:
        there = super()._look(keys)
        if self.without == "comparison":
            return {key: seen._replace(version=-1) for key, seen in there.items()}
        return there

    def _write_unless_changed(
        self, documents: Sequence[FeedDocument], there: Mapping[Key, Seen]
    ) -> list[FeedDocument]:
        self._stop("before")
        if self.without == "precondition":
            return self._overwrite(documents)
        lost = super()._write_unless_changed(documents, there)
        self._stop("after")
        return lost

    def _overwrite(self, documents: Sequence[FeedDocument]) -> list[FeedDocument]:
        batch = BulkWriteBatch(self._client)
        for one in documents:
            batch.set(self._reference(one.key), firestore._fields(one))
        return self._note(documents, batch.commit(retry=None, timeout=5))

    def _stop(self, at: str) -> None:
        if self.hold == at:
            self.hold = ""
            self.orders.send("held")
            self.orders.recv()


def write(orders: Connection[Any, Any], project: str) -> None:
    """Follow orders until killed."""
    feed = Scripted(project)
    feed.orders = orders
    while True:
        version, location, feed.hold, feed.without = orders.recv()
        orders.send(feed.write([FeedDocument("milk", location, ZERO, None, ZERO, AT, version)]))
