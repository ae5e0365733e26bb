"""Stock as it moves, for everybody who is watching: one subscription per process, fanned out to its streams.

A stream is told what is there now, then what changed. What it has not taken yet waits as one document per line, the
newest; so a slow one costs no more than its lines, and skips what was overtaken.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import close_old_connections
from prometheus_client import Counter, Gauge

from grocery.inventory import gateways
from grocery.inventory.contracts import FeedDocument
from grocery.inventory.gateways import Key
from grocery.inventory.services import feed
from grocery.kernel.errors import TooManyRequests, Unavailable

STREAMS = Gauge("grocery_live_streams", "Streams of stock that are open.", multiprocess_mode="livesum")
TOLD = Counter("grocery_live_documents", "Documents told to streams.")
REFUSED = Counter("grocery_live_refused", "Streams refused.", ["why"])
RESYNCED = Counter("grocery_live_resyncs", "Times that we may have missed announcements and looked for ourselves.")

#: Nothing to tell for so long: the stream says that it lives, and whether the other end does shows.
HEARTBEAT: Final = 15.0
#: Reads of what is there now, for streams that begin; each a few milliseconds.
_READERS: Final = 4


class Watcher:
    """One stream's view: which versions of its lines it knows, and what it has still to be told."""

    def __init__(self, known: dict[Key, int]) -> None:
        self._known = known
        self._waiting: dict[Key, FeedDocument] = {}
        self._rung = asyncio.Event()
        self.keys: Collection[Key] = known.keys()
        self.may_have_missed = False

    def hear(self, document: FeedDocument) -> None:
        """This is true now, unless something newer is known."""
        if document.version > self._known[document.key]:
            self._known[document.key] = document.version
            self._waiting[document.key] = document
            self._rung.set()

    def ring(self) -> None:
        """Wake up, there is something to see to."""
        self._rung.set()

    async def news(self, *, patience: float) -> tuple[FeedDocument, ...]:
        """What changed since last asked; nothing when patience ends, or when rung for another reason."""
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._rung.wait()
        self._rung.clear()
        news = tuple(self._waiting.values())
        self._waiting.clear()
        return news


class LiveStock:
    """The streams of one process. Begins to listen with the first; `close` ends them all. Lives in one event loop."""

    def __init__(
        self,
        *,
        streams: int,
        streams_per_address: int,
        clock: Callable[[], datetime],
        heartbeat: float = HEARTBEAT,
    ) -> None:
        self._clock = clock
        self._most, self._most_per_address, self._heartbeat = streams, streams_per_address, heartbeat
        self._watchers: defaultdict[Key, set[Watcher]] = defaultdict(set)
        self._open: set[Watcher] = set()
        self._from: defaultdict[str, int] = defaultdict(int)
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="present-stock")
        self._listening: asyncio.Task[None] | None = None
        self._listens = asyncio.Event()
        self._closing = False

    def admit(self, address: str) -> None:
        """Raises Unavailable when this process has no room for another stream, TooManyRequests when `address` has."""
        if self._closing or len(self._open) >= self._most:
            REFUSED.labels("full").inc()
            raise Unavailable
        if address and self._from[address] >= self._most_per_address:
            REFUSED.labels("address").inc()
            raise TooManyRequests(retry_after=30)

    async def watch(
        self, *, skus: Sequence[str], location: UUID, address: str, known: int = -1
    ) -> AsyncIterator[tuple[FeedDocument, ...]]:
        """What is there of these SKUs, all at once, then what changes as it does; an empty tuple when nothing did.

        A SKU that the store never had is told as version 0. `known`: the version that whoever watches a single SKU
        has seen; only what is newer is told. Ends when the process does. Call `admit` first, which says whether there
        is room.
        """
        with self._watching([(sku, location) for sku in skus], address, known) as watcher:
            await self._listen()
            watcher.may_have_missed = True
            while not self._closing:
                if watcher.may_have_missed:
                    watcher.may_have_missed = False
                    await self._tell_present(watcher, skus, location)
                news = await watcher.news(patience=self._heartbeat)
                TOLD.inc(len(news))
                if not self._closing and not (watcher.may_have_missed and not news):
                    yield news

    def close(self) -> None:
        """Every stream ends now, and none begins any more; whoever watched comes back to another process."""
        self._closing = True
        if self._listening:
            self._listening.cancel()
        for watcher in self._open:
            watcher.ring()
        self._readers.shutdown(wait=False)

    @contextmanager
    def _watching(self, keys: Sequence[Key], address: str, known: int) -> Iterator[Watcher]:
        watcher = Watcher(dict.fromkeys(keys, known))
        self._open.add(watcher)
        self._from[address] += 1
        for key in watcher.keys:
            self._watchers[key].add(watcher)
        STREAMS.set(len(self._open))
        try:
            yield watcher
        finally:
            self._forget(watcher, address)
            STREAMS.set(len(self._open))

    def _forget(self, watcher: Watcher, address: str) -> None:
        self._open.discard(watcher)
        self._from[address] -= 1
        if not self._from[address]:
            del self._from[address]
        for key in watcher.keys:
            self._watchers[key].discard(watcher)
            if not self._watchers[key]:
                del self._watchers[key]

    async def _tell_present(self, watcher: Watcher, skus: Sequence[str], location: UUID) -> None:
        """What is there now; a SKU that the store never had is told once, as version 0 of nothing."""
        found = await self._read(lambda: feed.read(skus=skus, location=location, now=self._clock()))
        for sku in skus:
            watcher.hear(found.get(sku) or feed.nothing(sku, location, now=self._clock()))

    async def _read[T](self, read: Callable[[], T]) -> T:
        def in_a_thread() -> T:
            close_old_connections()
            try:
                return read()
            finally:
                close_old_connections()

        return await asyncio.get_running_loop().run_in_executor(self._readers, in_a_thread)

    async def _listen(self) -> None:
        """Be subscribed before looking at what is there, so that nothing falls in between; not for long, though."""
        self._listening = self._listening or asyncio.create_task(self._hear())
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await self._listens.wait()

    async def _hear(self) -> None:
        async for document in gateways.announcements(settings.REDIS_URL):
            if document is None:
                self._listens.set()
                self._look_again()
                continue
            for watcher in self._watchers.get(document.key, ()):
                watcher.hear(document)

    def _look_again(self) -> None:
        RESYNCED.inc()
        for watcher in self._open:
            watcher.may_have_missed = True
            watcher.ring()
