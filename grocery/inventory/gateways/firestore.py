"""The feed in Firestore: `inventory/{sku}/locations/{location}`, which phones listen to.

An older version never overwrites a newer one, whoever writes when: a document is written over only if it has not
changed since it was last seen (a precondition on its update time, or on its absence). What a process has written
itself it has seen; what it has not, and what another has changed since, it reads first. Writes go out by BatchWrite,
in which each stands for itself. https://firebase.google.com/docs/firestore
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from functools import cache, partial
from itertools import batched
from typing import Any, Final, NamedTuple
from uuid import UUID

from google.api_core import exceptions
from google.cloud import firestore
from google.cloud.firestore_v1.bulk_batch import BulkWriteBatch

from grocery.inventory.contracts import FeedDocument, FeedUnavailable, as_number
from grocery.inventory.gateways.breaker import Breaker
from grocery.inventory.gateways.feed import Key
from grocery.kernel.quantity import Quantity

_TIMEOUT: Final = 5.0  # seconds for one call; the outbox repeats what did not get through, so the client must not
_LARGEST_READ: Final = 500
#: As Google's own BulkWriter. On the emulator 25 calls of 20 take half as long as one of 500.
_LARGEST_WRITE: Final = 20
#: Each waits for most of its time.
_AT_ONCE: Final = 4
#: So many documents' versions and update times are kept, some 10 MB; then it begins anew.
_KEPT: Final = 20_000
_ROUNDS: Final = 8
#: Somebody else wrote the document between our reading and our writing.
_LOST_RACE: Final = {9, 6, 5, 10}  # FAILED_PRECONDITION, ALREADY_EXISTS, NOT_FOUND, ABORTED of google.rpc.Code


class Seen(NamedTuple):
    """A document as it was last seen: its version, and when it was written; None: it was not there."""

    version: int
    updated_at: Any


class FirestoreFeed:
    """Any number of processes and threads may write; each process makes its client when it first needs it."""

    name = "firestore"
    #: Google's advice: a document bears about one write a second for long.
    pause = timedelta(seconds=1)

    def __init__(self, project: str, *, breaker: Breaker | None = None) -> None:
        self._project = project
        self._breaker = breaker or Breaker("firestore")
        self._seen: dict[Key, Seen] = {}

    def write(self, documents: Collection[FeedDocument]) -> int:
        written = 0
        for some in batched(documents, _LARGEST_READ):
            with self._breaker.guard(), _translated():
                written += self._write(some)
        return written

    def read(self, keys: Collection[Key]) -> dict[Key, FeedDocument]:
        for key in keys:
            self._seen.pop(key, None)  # who compares may be about to repair: then nothing is taken for known
        with self._breaker.guard(), _translated():
            references = [self._reference(key) for key in keys]
            found = self._client.get_all(references, retry=None, timeout=_TIMEOUT)
            return {document.key: document for document in map(_document, found) if document}

    def _write(self, documents: Collection[FeedDocument]) -> int:
        pending, written = list(documents), 0
        for _round in range(_ROUNDS):
            there = self._look([document.key for document in pending])
            newer = [document for document in pending if document.version > there[document.key].version]
            pending = self._write_at_once(list(batched(newer, _LARGEST_WRITE)), there)
            written += len(newer) - len(pending)
            if not pending:
                return written
        raise FeedUnavailable(f"{len(pending)} documents changed each time they were to be written")

    def _write_at_once(
        self, batches: Sequence[Sequence[FeedDocument]], there: Mapping[Key, Seen]
    ) -> list[FeedDocument]:
        """The same for many batches, of which few are under way at once."""
        if len(batches) < 2:
            return [lost for some in batches for lost in self._write_unless_changed(some, there)]
        with ThreadPoolExecutor(_AT_ONCE) as writers:
            answers = writers.map(partial(self._write_unless_changed, there=there), batches)
            return [lost for answer in answers for lost in answer]

    def _look(self, keys: Collection[Key]) -> dict[Key, Seen]:
        """Which versions are there: as this process saw them last, or by reading them now."""
        there = {key: seen for key in keys if (seen := self._seen.get(key))}
        if missing := [key for key in keys if key not in there]:
            there |= self._read_versions(missing)
        return there

    def _read_versions(self, keys: Collection[Key]) -> dict[Key, Seen]:
        references = {self._reference(key): key for key in keys}
        snapshots = self._client.get_all(references, field_paths=["version"], retry=None, timeout=_TIMEOUT)
        found = {references[snapshot.reference]: snapshot for snapshot in snapshots if snapshot.exists}
        return {key: _seen(found.get(key)) for key in keys}

    def _write_unless_changed(
        self, documents: Sequence[FeedDocument], there: Mapping[Key, Seen]
    ) -> list[FeedDocument]:
        """Returns those that somebody else has changed meanwhile, and forgets what it knew of them."""
        batch = BulkWriteBatch(self._client)
        for document in documents:
            reference, fields = self._reference(document.key), _fields(document)
            if updated_at := there[document.key].updated_at:
                unchanged = self._client.write_option(last_update_time=updated_at)
                batch.update(reference, {"deleted": firestore.DELETE_FIELD} | fields, option=unchanged)
            else:
                batch.create(reference, fields)
        answer = batch.commit(retry=None, timeout=_TIMEOUT)
        return self._note(documents, answer)

    def _note(self, documents: Sequence[FeedDocument], answer: Any) -> list[FeedDocument]:
        if len(self._seen) > _KEPT:
            self._seen = {}
        lost: list[FeedDocument] = []
        refused: list[str] = []
        for document, status, result in zip(documents, answer.status, answer.write_results, strict=True):
            if status.code == 0:
                self._seen[document.key] = Seen(document.version, result.update_time)
                continue
            self._seen.pop(document.key, None)
            if status.code in _LOST_RACE:
                lost.append(document)
            else:
                refused.append(status.message)
        if refused:
            raise FeedUnavailable(f"Firestore refused {len(refused)} documents: {refused[0]}")
        return lost

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


def _seen(snapshot: Any) -> Seen:
    return Seen(snapshot.get("version") or 0, snapshot.update_time) if snapshot else Seen(-1, None)


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
