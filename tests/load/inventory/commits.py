"""Commits that change stock, and who sees them when. Times are the machine's monotonic clock, common to processes."""

from __future__ import annotations

import multiprocessing
import os
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any
from uuid import UUID

from grocery.config.processes import Shop
from tests.running import servers_of_its_own

#: An SKU and the version that a commit gave it.
type Change = tuple[str, int]
#: Calls `saw` with each change as it is seen, for ever.
type Watch = Callable[..., None]


@dataclass
class Shelves:
    """A store with so many stock items, each with one lot; changes of them, and when each was committed."""

    location: UUID
    skus: list[str]
    committed: dict[Change, float] = field(default_factory=dict)

    def change(self, skus: list[str]) -> None:
        """One commit that changes these: each item is locked, gets its next version and tells it."""
        from django.db import transaction

        from grocery.inventory.services import locking
        from grocery.inventory.services.announcing import announce
        from grocery.kernel import clock

        with transaction.atomic():
            levels = announce(locking.items(skus, location=self.location), now=clock.now())
        at = time.monotonic()
        self.committed |= {(level.sku, level.version): at for level in levels}

    def change_steadily(self, *, per_second: int, seconds: int) -> None:
        """One commit per change, item after item, evenly spread."""
        begun = time.monotonic()
        for number in range(per_second * seconds):
            time.sleep(max(0.0, begun + number / per_second - time.monotonic()))
            self.change([self.skus[number % len(self.skus)]])

    def settle(self) -> None:
        """Wait until every subscriber has heard everything, and forget what was committed."""
        from grocery.kernel.models import InboxEntry

        while InboxEntry.objects.owed().exists():
            time.sleep(0.1)
        self.committed.clear()

    def show_all(self) -> None:
        """Wait until every feed has a document of each item."""
        from grocery.inventory.models import FeedDebt

        self.settle()
        while FeedDebt.objects.exists():
            time.sleep(0.1)

    def last(self) -> dict[str, int]:
        """The last version of each item that was changed."""
        last: dict[str, int] = {}
        for sku, version in self.committed:
            last[sku] = max(version, last.get(sku, 0))
        return last


@contextmanager
def shelves(items: int, **environment: str) -> Iterator[tuple[Shop, Shelves]]:
    """A shop without goods but these; nothing of it runs yet."""
    with servers_of_its_own(durable=True) as servers:
        shop = Shop(servers.home, 1, 2, {**servers.environment, "LOG_LEVEL": "WARNING", **environment})
        os.environ |= shop.environment | {"DJANGO_SETTINGS_MODULE": "grocery.config.settings", "DATABASE_POOL": "0"}
        shop.manage("migrate", "--verbosity=0")
        import django

        django.setup()
        yield shop, _filled(items)


def _filled(items: int) -> Shelves:
    from grocery.catalog import public as catalog
    from grocery.inventory import public as inventory
    from grocery.kernel import clock
    from grocery.kernel.quantity import quantity

    location = catalog.save_store(code="bench", name_en="Bench", name_vi="Bench").id
    skus = [f"S{number:05}" for number in range(items)]
    lines = [inventory.StockLine(sku, quantity(9)) for sku in skus]
    inventory.stock_up(location=location, lines=lines, now=clock.now())
    return Shelves(location, skus)


class Watcher:
    """A process of its own that watches, and remembers what it saw when."""

    def __init__(self, watch: Watch, *arguments: Any) -> None:
        self._pipe, theirs = multiprocessing.get_context("spawn").Pipe()
        self._child = multiprocessing.get_context("spawn").Process(
            target=_remember, args=(watch, arguments, theirs), daemon=True
        )
        self._child.start()

    def seen(self) -> dict[Change, list[float]]:
        """When it saw each change, up to now."""
        self._pipe.send(None)
        found: dict[Change, list[float]] = {}
        for sku, version, at in self._pipe.recv():
            found.setdefault((sku, version), []).append(at)
        return found

    def wait_for(self, last: dict[str, int], *, seconds: float) -> float:
        """Wait until it has seen at least this version of each; when the last of them was seen."""
        until = time.monotonic() + seconds
        while True:
            first: dict[str, float] = {}
            for (sku, version), times in self.seen().items():
                if version >= last.get(sku, version + 1):
                    first[sku] = min(first.get(sku, times[0]), times[0])
            if len(first) >= len(last):
                return max(first.values())
            if time.monotonic() > until:
                raise TimeoutError(f"{len(last) - len(first)} of {len(last)} were not seen in {seconds} s")
            time.sleep(0.2)

    def close(self) -> None:
        self._child.kill()
        self._child.join()


@contextmanager
def watching(watch: Watch, *arguments: Any) -> Iterator[Watcher]:
    watcher = Watcher(watch, *arguments)
    try:
        yield watcher
    finally:
        watcher.close()


def _remember(watch: Watch, arguments: tuple[Any, ...], pipe: Connection) -> None:
    seen: list[tuple[str, int, float]] = []

    def saw(sku: str, version: int) -> None:
        seen.append((sku, version, time.monotonic()))

    threading.Thread(target=watch, args=(saw, *arguments), daemon=True).start()
    while True:
        pipe.recv()
        pipe.send(list(seen))


def delays(committed: dict[Change, float], seen: dict[Change, list[float]]) -> list[float]:
    """Milliseconds from each commit until it, or a later version of its item, was seen; shortest first."""
    by_sku: dict[str, list[tuple[int, float]]] = {}
    for (sku, version), times in seen.items():
        by_sku.setdefault(sku, []).append((version, min(times)))
    found = []
    for (sku, version), at in committed.items():
        then = min(when for seen_version, when in by_sku[sku] if seen_version >= version)
        found.append((then - at) * 1000)
    return sorted(found)


def in_figures(milliseconds: list[float]) -> list[object]:
    """How many, p50, p99 and the longest."""
    return [
        len(milliseconds),
        statistics.median(milliseconds),
        statistics.quantiles(milliseconds, n=100)[98],
        milliseconds[-1],
    ]
