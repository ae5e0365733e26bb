"""Reserving a basket: ours against the same work in bare psycopg, in turns, in one run."""

from __future__ import annotations

import random
import statistics
from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg

from grocery.kernel.clock import now
from tests.load.database import fresh
from tests.load.inventory import bare, shelves
from tests.load.inventory.crowd import Worker, together
from tests.load.inventory.shelves import Store
from tests.load.measure import table

WHAT = "Reservations against the same work in bare psycopg (2,000 SKUs in 2 lots, fsync on, no two baskets alike)"
HEAD = ["basket", "connections", "ours/s", "bare/s", "ratio", "of each round", "ours p50 ms", "bare p50 ms"]
#: Lines of the basket, connections, and the ratio that is asked for.
CASES = ((1, 1, 0.5), (1, 8, 0.5), (60, 1, 0.6), (60, 8, 0.6))
ROUNDS, SECONDS = 3, 1.5


def run() -> str:
    """Ratios of throughput; each round measures ours and bare next to each other."""
    with fresh() as postgres:
        store = shelves.stock(skus=2_000)
        rows = [_row(store, postgres.url, lines, connections) for lines, connections, _bar in CASES]
    return table(HEAD, rows)


def _row(store: Store, url: str, lines: int, connections: int) -> list[object]:
    rates: dict[str, list[float]] = {"ours": [], "bare": []}
    took: dict[str, list[float]] = {"ours": [], "bare": []}
    makers = {"ours": lambda n: _ours(store, lines, n), "bare": lambda n: _bare(store, url, lines, n)}
    for _round in range(ROUNDS):
        for name, make in makers.items():
            ran = together(make, connections=connections, seconds=SECONDS, warm_up=0.5)
            rates[name].append(ran.per_second)
            took[name] += ran.took()
    ratios = [ours / plain for ours, plain in zip(rates["ours"], rates["bare"], strict=True)]
    ours, plain = (statistics.mean(rates[name]) for name in ("ours", "bare"))
    return [
        f"{lines} lines" if lines > 1 else "1 line",
        connections,
        f"{ours:,.0f}",
        f"{plain:,.0f}",
        ours / plain,
        " ".join(f"{ratio:.2f}" for ratio in ratios),
        statistics.median(took["ours"]),
        statistics.median(took["bare"]),
    ]


def _ours(store: Store, lines: int, number: int) -> Worker:
    chance = random.Random(number)

    def work(_turn: int) -> str:
        shelves.reserve(store, f"order:{uuid4()}", store.basket(chance, lines))
        return "reserved"

    return work


def _bare(store: Store, url: str, lines: int, number: int) -> Worker:
    chance = random.Random(number)
    db: psycopg.Connection[Any] = psycopg.connect(url, autocommit=True)

    def work(_turn: int) -> str:
        at = now()
        bare.reserve(db, store, f"order:{uuid4()}", store.basket(chance, lines), at + timedelta(hours=1), at)
        return "reserved"

    return work
