"""Reading stock: one SKU and fifty, at eight connections, over HTTP from one web process."""

from __future__ import annotations

import json
import random
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode

from tests.journeys.people import Person
from tests.load.measure import cpu_of, family, spent, table
from tests.load.shop import Measured, open_shop

WHAT = "Reading stock over HTTP (5,000 SKUs, one web process, 8 connections)"
HEAD = ["request", "per second", "p50 ms", "p99 ms", "CPU app ms", "CPU database ms", "SQL statements"]
CONNECTIONS, SECONDS = 8, 6.0


def run() -> str:
    """The client, as light as Python has one, shares the cores: it is in the times, not in the CPU per request."""
    with open_shop(skus=5_000) as measured:
        lan = Person(measured.shop)
        store = lan.store()
        found = [lan.ask("GET", "/products", params={"in_stock": True, "limit": 100, "offset": n}) for n in (0, 100)]
        skus = [product["sku"] for page in found for product in page["products"]]
        requests: dict[str, Callable[[], tuple[str, dict[str, Any]]]] = {
            "GET /stock/{sku}": lambda: (f"/stock/{random.choice(skus)}", {}),
            "GET /stock/batch, 50 SKUs": lambda: (
                "/stock/batch",
                {"sku": random.sample(skus, 50), "store_id": store},
            ),
        }
        return table(HEAD, [_row(measured, name, ask) for name, ask in requests.items()])


def _row(measured: Measured, name: str, ask: Callable[[], tuple[str, dict[str, Any]]]) -> list[object]:
    pids = family(measured.web_pid), family(measured.database_pid)
    _crowd(measured, ask, seconds=1)
    before = cpu_of(pids[0]), cpu_of(pids[1])
    took = _crowd(measured, ask, seconds=SECONDS)
    app, database = (spent(then, cpu_of(of)) / len(took) for then, of in zip(before, pids, strict=True))
    p99 = statistics.quantiles(took, n=100)[98]
    rate = f"{len(took) / SECONDS:,.0f}"
    return [name, rate, statistics.median(took), p99, app, database, _statements(measured.shop.log("web"))]


def _crowd(measured: Measured, ask: Callable[[], tuple[str, dict[str, Any]]], *, seconds: float) -> list[float]:
    """Milliseconds of each request."""
    until = time.monotonic() + seconds

    def one(_number: int) -> list[float]:
        took = []
        web = HTTPConnection("localhost", measured.shop.web_port, timeout=30)
        while time.monotonic() < until:
            path, params = ask()
            target = f"/api/v1{path}?{urlencode(params, doseq=True)}"
            begun = time.perf_counter()
            web.request("GET", target)
            answer = web.getresponse()
            answer.read()
            took.append((time.perf_counter() - begun) * 1000)
            assert answer.status == 200, target
        web.close()
        return took

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        return [milliseconds for its in pool.map(one, range(CONNECTIONS)) for milliseconds in its]


def _statements(log: Any) -> int:
    """How many SQL statements the last request took, by the access log."""
    lines = [line for line in log.read_text().splitlines() if '"event":"request"' in line]
    return int(json.loads(lines[-1])["sql"])
