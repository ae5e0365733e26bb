"""What one request costs: CPU of application and database, wall time, SQL statements.

One web process (four threads), PostgreSQL with fsync on, 50,000 SKUs, requests one after the other over HTTP.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle
from typing import Any
from uuid import uuid4

import httpx

from tests.journeys.people import Person
from tests.load.measure import Cost, cost, cost_in_a_row, table
from tests.load.shop import Measured, open_shop

WHAT = "CPU and SQL statements per request (50,000 SKUs, one web process)"
HEAD = ["request", "median ms", "p95 ms", "CPU app ms", "CPU database ms", "SQL statements"]


@dataclass
class Bench:
    """A shop, a customer in it, and what they ask."""

    measured: Measured
    lan: Person
    web: httpx.Client
    address: dict[str, Any]

    def read(self, name: str, path: str, *, times: int) -> list[Any]:
        """A page or an answer, as a guest sees it."""
        request = cost_in_a_row(lambda: self.web.get(path).raise_for_status(), times=times, **self._pids())
        return self._row(name, request)

    def write(self, name: str, call: Callable[[Any], object], *, times: int, prepare: Callable[[], Any]) -> list[Any]:
        return self._row(name, cost(call, times=times, prepare=prepare, **self._pids()))

    def _pids(self) -> dict[str, int]:
        return {"app": self.measured.web_pid, "database": self.measured.database_pid}

    def _row(self, name: str, request: Cost) -> list[Any]:
        statements = _statements(self.measured.shop.log("web"))
        return [name, request.median, request.p95, request.app, request.database, statements]

    def filled(self, lines: int) -> str:
        """A cart of so many lines; the slot in which it is to come, another one each time."""
        for item in self.goods[:lines]:
            self.lan.put(item)
        return str(next(self.slots))

    def __post_init__(self) -> None:
        pages = [
            self.lan.ask("GET", "/products", params={"in_stock": True, "limit": 100, "offset": n}) for n in (0, 100)
        ]
        self.goods = [p["sku"] for page in pages for p in page["products"] if p["unit"] == "piece"][:60]
        where = {"store_id": self.lan.store(), "ward": self.address["ward_code"], "days": 5}
        offers = self.lan.ask("GET", "/slots", params=where)["slots"]
        self.slots = cycle([offer["id"] for offer in offers if offer["state"] == "open"][1:])

    def check_out(self, slot_id: str) -> None:
        body = {"slot_id": slot_id, "address_id": self.address["id"], "method": "cash_on_delivery"}
        self.lan.ask("POST", "/checkout", json=body, expect=201)


def _statements(log: Any) -> int:
    """How many SQL statements the last request took, by the access log."""
    lines = [line for line in log.read_text().splitlines() if '"event":"request"' in line]
    return int(json.loads(lines[-1])["sql"])


def run() -> str:
    """Pages first, then the same through the API, then what writes."""
    with open_shop(skus=50_000) as measured, httpx.Client(base_url=measured.shop.url, timeout=30) as web:
        lan = Person(measured.shop).register()
        bench = Bench(measured, lan, web, lan.live_at())
        sku = bench.goods[0]
        reads = {
            "home": "/",
            "list of 24": "/c/rau-cu/",
            "search “sữa”": "/search/?q=s%E1%BB%AFa",
            "product": f"/p/{sku}/",
            "API list of 24": "/api/v1/products?category=rau-cu&limit=24",
            "API search “sua”": "/api/v1/products?search=sua&limit=24",
            "API product": f"/api/v1/products/{sku}",
            "API stock": f"/api/v1/stock/{sku}",
        }
        rows = [bench.read(name, path, times=300) for name, path in reads.items()]
        bench.filled(3)
        add = lambda _: lan.ask("POST", "/cart/items", json={"sku": sku, "quantity": 1}, key=str(uuid4()))  # noqa: E731
        empty = lambda: lan.ask("DELETE", "/cart")  # noqa: E731
        rows.append(bench.write("API add to cart", add, times=150, prepare=empty))
        empty()
        for lines, times in ((3, 20), (60, 6)):
            prepare = lambda lines=lines: bench.filled(lines)  # noqa: E731
            rows.append(
                bench.write(f"API checkout, {lines} lines, cash", bench.check_out, times=times, prepare=prepare)
            )
        return table(HEAD, rows)
