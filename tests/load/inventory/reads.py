"""Reading stock: one SKU and fifty, at eight connections, over HTTP from the web role.

`WEB_PROCESSES` and `WEB_THREADS` in the environment say how many it has.
"""

from __future__ import annotations

import json
import random
import statistics
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from tests.journeys.people import Person
from tests.load.connection import Request, crowd
from tests.load.measure import cpu_of, family, spent, table
from tests.load.shop import Measured, open_shop

WHAT = "Reading stock over HTTP (5,000 SKUs, one web process of two threads, 8 connections)"
HEAD = ["request", "per second", "p50 ms", "p99 ms", "CPU app ms", "CPU database ms", "SQL statements"]
CONNECTIONS, SECONDS = 8, 6.0

#: Makes up the next address to ask for.
type Ask = Callable[[], str]


def run() -> str:
    """The client, one thread, shares the cores: it is in the times, not in the CPU per request."""
    with open_shop(skus=5_000) as measured:
        lan = Person(measured.shop)
        store = lan.store()
        found = [lan.ask("GET", "/products", params={"in_stock": True, "limit": 100, "offset": n}) for n in (0, 100)]
        skus = [product["sku"] for page in found for product in page["products"]]
        rows = [_row(measured, name, ask) for name, ask in _requests(skus, store).items()]
        return table(HEAD, rows)


def _requests(skus: list[str], store: str) -> dict[str, Ask]:
    def one() -> str:
        return f"/api/v1/stock/{random.choice(skus)}"

    def fifty() -> str:
        return f"/api/v1/stock/batch?{urlencode({'sku': random.sample(skus, 50), 'store_id': store}, doseq=True)}"

    def fifty_with_commas() -> str:
        return f"/api/v1/stock/batch?sku={','.join(random.sample(skus, 50))}&store_id={store}"

    def mixed() -> str:
        """As a shop is visited: more is asked by scripts and phones than pages are opened."""
        others = ["/api/v1/products?category=rau-cu&limit=24", f"/p/{random.choice(skus)}/", "/"]
        return random.choices([one(), fifty(), *others], [4, 2, 2, 2, 1])[0]

    return {
        "GET /stock/{sku}": one,
        "GET /stock/batch, 50 SKUs": fifty_with_commas,
        "the same, `sku=` repeated": fifty,
        "mixed with lists and pages": mixed,
    }


def _row(measured: Measured, name: str, ask: Ask) -> list[object]:
    pids = family(measured.web_pid), family(measured.database_pid)
    _crowd(measured, ask, seconds=1)
    before = cpu_of(pids[0]), cpu_of(pids[1])
    took = _crowd(measured, ask, seconds=SECONDS)
    app, database = (spent(then, cpu_of(of)) / len(took) for then, of in zip(before, pids, strict=True))
    p99 = statistics.quantiles(took, n=100)[98]
    rate = f"{len(took) / SECONDS:,.0f}"
    return [name, rate, statistics.median(took), p99, app, database, _statements(measured.shop.log("web"))]


def _crowd(measured: Measured, ask: Ask, *, seconds: float) -> list[float]:
    """Milliseconds of each request."""
    until = time.monotonic() + seconds

    def following() -> Request | None:
        return Request(ask()) if time.monotonic() < until else None

    answers = crowd(measured.shop.web_port, following, connections=CONNECTIONS, good={200})
    return [answer.milliseconds for answer in answers]


def _statements(log: Any) -> int:
    """The most SQL statements that one of the last two hundred requests took, by the access log."""
    lines = [line for line in log.read_text().splitlines() if '"event":"request"' in line]
    return max(int(json.loads(line)["sql"]) for line in lines[-200:])
