"""Our own stream: how soon browsers hear of a commit, and what a thousand open streams cost.

The listeners are one process with plain sockets: a browser's own work is not ours to measure.
"""

from __future__ import annotations

import asyncio
import os
import re
import resource
import time
from collections.abc import Callable
from itertools import batched
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

from grocery.config.processes import Shop
from tests.load.inventory.commits import Shelves, Watcher, delays, in_figures, shelves, watching
from tests.load.measure import cpu_of, family, spent, table

WHAT = "From commit to a server-sent event; one relay with two threads, one live process"
_ITEMS, _LINES, _RATE, _SECONDS = 5000, 200, 200, int(os.environ.get("BENCH_SECONDS", "60"))
_CROWD, _THEIR_LINES, _THEIR_SECONDS = 1000, 20, 10
_EVENT = re.compile(rb'"sku":"([^"]+)".*"version":(\d+)')


def run() -> str:
    """All items watched by carts of 200 lines; then a thousand more streams of 20 lines each."""
    roles = ("live", "relay")
    with shelves(_ITEMS, FIRESTORE_PROJECT="", LIVE_STREAMS_PER_ADDRESS="5000") as (shop, shelf), shop.running(roles):
        carts = list(batched(shelf.skus, _LINES))
        with watching(listen, shop.live_url, str(shelf.location), carts) as watcher:
            watcher.wait_for(dict.fromkeys(shelf.skus, 1), seconds=60)
            rows = [_steadily(shelf, watcher), _at_once(shelf, watcher)]
        cost = _crowd(shop, shelf)
    head = ["", "changes", "p50 ms", "p99 ms", "longest ms"]
    return "\n\n".join([table(head, rows), table(["one live process", "MB", "CPU % of a core"], cost)])


def _steadily(shelf: Shelves, watcher: Watcher) -> list[object]:
    shelf.settle()
    shelf.change_steadily(per_second=_RATE, seconds=_SECONDS)
    watcher.wait_for(shelf.last(), seconds=30)
    return [f"{_RATE} a second for {_SECONDS} s", *in_figures(delays(shelf.committed, watcher.seen()))]


def _at_once(shelf: Shelves, watcher: Watcher) -> list[object]:
    shelf.settle()
    shelf.change(shelf.skus)
    watcher.wait_for(shelf.last(), seconds=60)
    return [f"{_ITEMS:,} in one commit", *in_figures(delays(shelf.committed, watcher.seen()))]


def _crowd(shop: Shop, shelf: Shelves) -> list[list[object]]:
    """A thousand open streams: while nothing happens, and while 200 changes a second are told to some of them."""
    pid = family(shop.processes["live"].pid)[-1]
    rows: list[list[object]] = [["no stream open", _resident(pid), _busy(pid, lambda: time.sleep(3))]]
    lines = [shelf.skus[n % _ITEMS : n % _ITEMS + _THEIR_LINES] for n in range(0, _CROWD * 5, 5)]
    with watching(listen, shop.live_url, str(shelf.location), lines) as watcher:
        _until_open(watcher, shelf, lines)
        rows.append([f"{_CROWD:,} open, nothing changes", _resident(pid), _busy(pid, lambda: time.sleep(5))])
        change = lambda: shelf.change_steadily(per_second=_RATE, seconds=_THEIR_SECONDS)  # noqa: E731
        rows.append(
            [f"{_CROWD:,} open, {_RATE} changes a second, each told to 4", _resident(pid), _busy(pid, change)]
        )
    return rows


def _until_open(watcher: Watcher, shelf: Shelves, lines: list[list[str]]) -> None:
    watcher.wait_for(dict.fromkeys({sku for some in lines for sku in some}, 1), seconds=60)
    expected = sum(map(len, lines))
    while sum(map(len, watcher.seen().values())) < expected:
        time.sleep(0.2)


def _busy(pid: int, meanwhile: Callable[[], None]) -> float:
    before, begun = cpu_of([pid]), time.monotonic()
    meanwhile()
    return spent(before, cpu_of([pid])) / 10 / (time.monotonic() - begun)


def _resident(pid: int) -> float:
    pages = int(Path("/proc", str(pid), "statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1_000_000


def listen(saw: Callable[[str, int], None], url: str, location: str, carts: list[list[str]]) -> None:
    """Hold a stream open for each cart."""
    asyncio.run(_listen(saw, url, UUID(location), carts))


async def _listen(saw: Callable[[str, int], None], url: str, location: UUID, carts: list[list[str]]) -> None:
    async with asyncio.TaskGroup() as streams:
        for cart in carts:
            streams.create_task(_hear(saw, url, location, cart))
            await asyncio.sleep(0.002)


async def _hear(saw: Callable[[str, int], None], url: str, location: UUID, cart: list[str]) -> None:
    host = urlsplit(url)
    reader, writer = await asyncio.open_connection("127.0.0.1", host.port, limit=1_000_000)
    query = f"store={location}&" + "&".join(f"sku={sku}" for sku in cart)
    writer.write(f"GET /live/stock?{query} HTTP/1.1\r\nHost: {host.netloc}\r\n\r\n".encode())
    while line := await reader.readline():
        if line.startswith(b"data: ") and (found := _EVENT.search(line)):
            saw(found[1].decode(), int(found[2]))
