"""The feed in Firestore: `inventory/{sku}/locations/{location}`, which phones listen to.

An older version never overwrites a newer one, whoever writes when: what is there is read first, and written over only
if it has not changed since (a precondition on its update time, or on its absence). Who loses that race reads again.
Writes go out in one BatchWrite, in which each stands for itself. https://firebase.google.com/docs/firestore
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from itertools import batched
from typing import Any, Final
from uuid import UUID

from google.api_core import exceptions
from google.cloud import firestore
from google.cloud.firestore_v1.bulk_batch import BulkWriteBatch

from grocery.inventory.contracts import FeedDocument, FeedUnavailable, as_number
from grocery.inventory.gateways.breaker import Breaker
from grocery.inventory.gateways.feed import Key
from grocery.kernel.quantity import Quantity

_TIMEOUT: Final = 5.0  # seconds for one call; the outbox repeats what did not get through, so the client must not
_LARGEST_WRITE: Final = 500
_ROUNDS: Final = 8
#: Somebody else wrote the document between our reading and our writing.
_LOST_RACE: Final = {9, 6, 5, 10}  # FAILED_PRECONDITION, ALREADY_EXISTS, NOT_FOUND, ABORTED of google.rpc.Code


class FirestoreFeed:
    """Any number of processes and threads may write; each process makes its client when it first needs it."""

    name = "firestore"
    #: Google's advice: a document bears about one write a second for long.
    pause = timedelta(seconds=1)

    def __init__(self, project: str, *, breaker: Breaker | None = None) -> None:
        self._project = project
        self._breaker = breaker or Breaker("firestore")

    def write(self, documents: Collection[FeedDocument]) -> int:
        written = 0
        for some in batched(documents, _LARGEST_WRITE):
            with self._breaker.guard(), _translated():
                written += self._write(some)
        return written

    def read(self, keys: Collection[Key]) -> dict[Key, FeedDocument]:
        with self._breaker.guard(), _translated():
            references = [self._reference(key) for key in keys]
            found = self._client.get_all(references, retry=None, timeout=_TIMEOUT)
            return {document.key: document for document in map(_document, found) if document}

    def _write(self, documents: Collection[FeedDocument]) -> int:
        pending, written = list(documents), 0
        for _round in range(_ROUNDS):
            there = self._versions(pending)
            newer = [document for document in pending if _is_newer(document, there)]
            pending = self._write_unless_changed(newer, there) if newer else []
            written += len(newer) - len(pending)
            if not pending:
                return written
        raise FeedUnavailable(f"{len(pending)} documents changed each time they were to be written")

    def _versions(self, documents: Iterable[FeedDocument]) -> dict[Key, Any]:
        """What is there, as snapshots that know their version and update time."""
        references = {self._reference(document.key): document.key for document in documents}
        snapshots = self._client.get_all(references, field_paths=["version"], retry=None, timeout=_TIMEOUT)
        return {references[snapshot.reference]: snapshot for snapshot in snapshots if snapshot.exists}

    def _write_unless_changed(self, documents: list[FeedDocument], there: Mapping[Key, Any]) -> list[FeedDocument]:
        """Returns those that somebody else has changed meanwhile."""
        batch = BulkWriteBatch(self._client)
        for document in documents:
            reference, fields = self._reference(document.key), _fields(document)
            if snapshot := there.get(document.key):
                unchanged = self._client.write_option(last_update_time=snapshot.update_time)
                batch.update(reference, {"deleted": firestore.DELETE_FIELD} | fields, option=unchanged)
            else:
                batch.create(reference, fields)
        answer = batch.commit(retry=None, timeout=_TIMEOUT)
        outcomes = list(zip(documents, answer.status, strict=True))
        if failures := [status.message for _document, status in outcomes if status.code not in {0, *_LOST_RACE}]:
            raise FeedUnavailable(f"Firestore refused {len(failures)} documents: {failures[0]}")
        return [document for document, status in outcomes if status.code in _LOST_RACE]

    def _reference(self, key: Key) -> Any:
        sku, location = key
        return self._client.document("inventory", sku, "locations", str(location))

    @property
    def _client(self) -> Any:
        return _client(self._project, os.getpid())


@cache
def _client(project: str, process: int) -> Any:  # noqa: ARG001 - gRPC channels do not survive a fork: one per process
    return firestore.Client(project=project)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except exceptions.GoogleAPIError as error:
        raise FeedUnavailable(f"Firestore: {error}") from error


def _is_newer(document: FeedDocument, there: Mapping[Key, Any]) -> bool:
    snapshot = there.get(document.key)
    return snapshot is None or (snapshot.get("version") or 0) < document.version


def _fields(document: FeedDocument) -> dict[str, Any]:
    return {
        "stock": as_number(document.stock),
        "expires_at": document.expires_at.isoformat() if document.expires_at else None,
        "low_stock_threshold": as_number(document.low_stock_threshold),
        "last_updated": document.last_updated,
        "version": document.version,
        **({"deleted": True} if document.deleted else {}),
    }


def _document(snapshot: Any) -> FeedDocument | None:
    """Read back what `_fields` wrote."""
    if not snapshot.exists:
        return None
    said = snapshot.to_dict()
    return FeedDocument(
        sku=snapshot.reference.parent.parent.id,
        location=UUID(snapshot.id),
        stock=Quantity(Decimal(str(said["stock"]))),
        expires_at=date.fromisoformat(said["expires_at"]) if said["expires_at"] else None,
        low_stock_threshold=Quantity(Decimal(str(said["low_stock_threshold"]))),
        last_updated=said["last_updated"],
        version=said["version"],
        deleted=said.get("deleted", False),
    )
