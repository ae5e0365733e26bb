"""Finding goods over HTTP: lists, search, suggestions, a product, one after the other and at eight connections.

The same statements over psycopg behind the same server stand beside. `BENCH_SKUS` says how many products there are.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import httpx

from tests.journeys.people import Person
from tests.load.connection import Answer, Request, crowd
from tests.load.measure import cpu_of, family, spent, table
from tests.load.search import typists
from tests.load.shop import Measured, Server, open_shop, served_bare

SKUS: Final = int(os.environ.get("BENCH_SKUS", "50000"))
WHAT = f"Finding goods over HTTP ({SKUS:,} SKUs, one web process of two threads), and the same statements bare"
HEAD = [
    "request", "p50 ms", "CPU app ms", "CPU database ms", "SQL", "at 8: per second", "p50 ms", "p99 ms", "CPU app ms",
    "CPU database ms", "bare: per second", "CPU app ms", "CPU database ms",
]  # fmt: skip
ROUNDS: Final = 3
_SECONDS: Final = 2.0

#: Makes up the next address to ask for.
type Ask = Callable[[], str]


@dataclass
class Round:
    """What was measured of some seconds."""

    rate: float
    p50: float
    p99: float
    app: float
    database: float


def run() -> str:
    """The client, one thread, shares the cores: it is in the times, not in the CPU per request."""
    with open_shop(skus=SKUS) as measured, served_bare(measured, "bare_shelves", _answers) as bare:
        ours = Server(measured.shop.web_port, measured.web_pid)
        return table(HEAD, [_row(measured, ours, bare, *named) for named in _requests(measured).items()])


def _row(measured: Measured, ours: Server, bare: Server, name: str, ask: Ask) -> list[object]:
    alone = [_round(measured, ours, ask, connections=1) for _ in range(ROUNDS + 1)]
    sql = _statements(measured)
    crowded, plain = [], []
    for _ in range(ROUNDS + 1):
        crowded.append(_round(measured, ours, ask, connections=8))
        if "suggest" not in ask():
            plain.append(_round(measured, bare, ask, connections=8))
    one, eight = _median(alone[1:]), _median(crowded[1:])
    beside: list[object] = ["", "", ""]
    if plain:
        least = _median(plain[1:])
        beside = [f"{least.rate:,.0f}", least.app, least.database]
    return [
        name, one.p50, one.app, one.database, sql, f"{eight.rate:,.0f}", eight.p50, eight.p99, eight.app,
        eight.database, *beside,
    ]  # fmt: skip


def _median(rounds: list[Round]) -> Round:
    """Of each figure."""
    return Round(*(statistics.median(getattr(one, name) for one in rounds) for name in Round.__annotations__))


def _round(measured: Measured, server: Server, ask: Ask, *, connections: int) -> Round:
    pids = family(server.pid), family(measured.database_pid)
    before = cpu_of(pids[0]), cpu_of(pids[1])
    took = _crowd(server, ask, connections)
    app, database = (spent(then, cpu_of(of)) / len(took) for then, of in zip(before, pids, strict=True))
    times = sorted(answer.milliseconds for answer in took)
    return Round(len(took) / _SECONDS, statistics.median(times), times[len(times) * 99 // 100], app, database)


def _crowd(server: Server, ask: Ask, connections: int) -> list[Answer]:
    until = time.monotonic() + _SECONDS

    def following() -> Request | None:
        return Request(ask()) if time.monotonic() < until else None

    return crowd(server.port, following, connections=connections, good={200})


def _requests(measured: Measured) -> dict[str, Ask]:
    chance = random.Random(7)
    lan = Person(measured.shop)
    categories = [node["slug"] for node in _every(lan.ask("GET", "/categories")["categories"])]
    pages = [lan.ask("GET", "/products", params={"limit": 100, "offset": 100 * n}) for n in range(10)]
    products = [product for page in pages for product in page["products"]]
    words = sorted(
        {word for product in products for word in product["names"]["vi"].lower().split() if word.isalpha()}
    )
    names = [product["names"]["vi"] for product in products]

    def searching(text: str) -> str:
        return f"/api/v1/products?{urlencode({'search': text, 'limit': 24})}"

    def begun() -> str:
        name: str = chance.choice(names)
        return name[: chance.randint(2, min(12, len(name)))]

    return {
        "list of 24, all goods": lambda: "/api/v1/products?limit=24",
        "list of 24, each category in turn": lambda: (
            f"/api/v1/products?category={chance.choice(categories)}&limit=24"
        ),
        "search “sữa”": lambda: searching("sữa"),
        "search, one of many words": lambda: searching(chance.choice(words)),
        "search, one of many names without marks": lambda: searching(
            typists.without_marks(chance.choice(names), chance)
        ),
        "suggestions for “sữa”": lambda: f"/api/v1/products/suggest?{urlencode({'search': 'sữa'})}",
        "suggestions, one of many names begun": lambda: f"/api/v1/products/suggest?{urlencode({'search': begun()})}",
        "product, one of a thousand": lambda: f"/api/v1/products/{chance.choice(products)['sku']}",
    }


def _every(nodes: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for node in nodes:
        yield node
        yield from _every(node["children"])


def _statements(measured: Measured) -> str:
    """How many SQL statements the last two hundred requests took: the usual number, the most."""
    lines = measured.shop.log("web").read_text().splitlines()
    taken = [int(json.loads(line)["sql"]) for line in lines if '"event":"request"' in line][-200:]
    usual, most = statistics.mode(taken), max(taken)
    return f"{usual}" if usual == most else f"{usual}, at most {most}"


def _answers(port: int) -> bool:
    return httpx.get(f"http://127.0.0.1:{port}/api/v1/products?limit=24", timeout=30).status_code == 200
