"""A flash sale: 32 buyers at one SKU, with the database a millisecond away; how fast, how exact, how fair."""

from __future__ import annotations

import random
import statistics
from functools import partial
from typing import Any
from uuid import uuid4

import psycopg

from grocery.kernel import clock
from tests.load.database import fresh
from tests.load.inventory import shelves
from tests.load.inventory.crowd import Ran, Worker, together
from tests.load.inventory.shelves import Store
from tests.load.measure import table
from tests.load.proxy import delaying

WHAT = "A hot SKU: 32 connections, baskets of 5 lines, 1 ms added to each round trip, fsync on"
HEAD = ["baskets", "in place_order", "baskets/s", "of those that share none", "of each round", "p50 ms", "p99 ms"]
CONNECTIONS, ROUNDS, SECONDS = 32, 3, 1.5
#: What `place_order` asks of the database after it has reserved, while it holds the locks.
AFTERWARDS = 8
#: Many more come than there is.
UNITS = 600


def run() -> str:
    """Throughput in turns, then a sale to the last unit, then bare SQL for scale."""
    with fresh() as postgres, delaying(postgres.port, milliseconds=1) as port:
        store, sale = shelves.stock(skus=CONNECTIONS * 60), shelves.stock(skus=2, lots=2, prefix="sale")
        tables = [table(HEAD, [row for asked in (0, AFTERWARDS) for row in _throughput(store, port, asked)])]
        tables += [_sale(sale, port, rule) for rule in ("off", "on")]
        tables += [_bare(postgres.url)]
    return "\n\n".join(tables)


def _throughput(store: Store, port: int, asked: int) -> list[list[object]]:
    """None shared; all sharing one SKU under the item's lock; the same from buckets."""
    arms = {"share none": ("off", False), "share one, row lock": ("off", True), "share one, hot": ("on", True)}
    ran: dict[str, list[Ran]] = {name: [] for name in arms}
    for _round in range(ROUNDS):
        for name, (rule, shared) in arms.items():
            _set(store, store.skus[0], rule)
            make = partial(_buyer, store, shared, asked)
            ran[name].append(together(make, connections=CONNECTIONS, seconds=SECONDS, port=port))
    rows = []
    alone = [one.per_second for one in ran["share none"]]
    for name, ones in ran.items():
        rates = [one.per_second for one in ones]
        ratios = [rate / of for rate, of in zip(rates, alone, strict=True)]
        took = sorted(milliseconds for one in ones for milliseconds in one.took())
        p99 = statistics.quantiles(took, n=100)[98]
        of_none, each = sum(rates) / sum(alone), " ".join(f"{ratio:.2f}" for ratio in ratios)
        where = f"early, {asked} statements follow" if asked else "last"
        rows.append([name, where, f"{statistics.mean(rates):,.0f}", of_none, each, statistics.median(took), p99])
    return rows


def _buyer(store: Store, shared: bool, asked: int, number: int) -> Worker:
    """Its own SKUs, and perhaps the one that everybody wants."""
    from django.db import connection, transaction

    chance = random.Random(number)
    own = store.skus[1 + number * 59 : 1 + (number + 1) * 59]

    def work(_turn: int) -> str:
        basket = [*chance.sample(own, 4), store.skus[0]] if shared else chance.sample(own, 5)
        with transaction.atomic():
            shelves.reserve(store, f"order:{uuid4()}", basket)
            with connection.cursor() as cursor:
                for _ in range(asked):
                    cursor.execute("SELECT 1")
        return "reserved"

    return work


def _set(store: Store, sku: str, rule: str) -> None:
    from django.db import connection

    from grocery.inventory import public as inventory

    inventory.set_hot_rule(sku=sku, location=store.location, rule=inventory.HotRule(rule))
    connection.close()


def _sale(store: Store, port: int, rule: str) -> str:
    """So many units in two lots, and buyers who come until they are told twice that there are none."""
    from django.db import connection

    from grocery.inventory import public as inventory

    sku = store.skus[0] if rule == "off" else store.skus[1]
    _leave(store, sku, UNITS)
    _set(store, sku, rule)
    ran = together(
        partial(_hunter, store, sku), connections=CONNECTIONS, seconds=30, port=port, calls=2 * UNITS // CONNECTIONS
    )
    sold = [call for call in ran.calls if call[2] == "sold"]
    refused = [call for call in ran.calls if call[2] == "sold out"]
    level = next(one for one in inventory.stock(sku=sku, now=clock.now()) if one.location == store.location)
    differences, out = len(inventory.check_stock()), [lot.on_hand - lot.reserved for lot in level.lots]
    connection.close()
    latest = max(began for began, _ended, _outcome in sold)
    others = len(ran.calls) - len(sold) - len(refused)
    overtaken = max(0.0, latest - min(began for began, _ended, _outcome in refused))
    rows: list[list[object]] = [
        ["rule", rule],
        [
            "asked for / on sale / sold / other outcomes",
            f"{len(ran.calls)} / {UNITS} / {len(sold)} / {others}",
        ],
        ["left in the lots, differences in the books", f"{out}, {differences}"],
        ["seconds until sold out", max(ended for _began, ended, _outcome in sold) - min(began for began, *_ in sold)],
        ["the longest anybody waited, ms", max(ran.took())],
        ["somebody came this much later than one who was refused, and was served, ms", overtaken * 1000],
    ]
    return table(["a sale to the last unit", ""], rows)


def _leave(store: Store, sku: str, units: int) -> None:
    """So many units in each SKU's two lots together, by counting."""
    from grocery.inventory import public as inventory
    from grocery.kernel.quantity import quantity

    (level,) = [one for one in inventory.stock(sku=sku, now=clock.now()) if one.location == store.location]
    changes = [
        inventory.StockChange(inventory.ChangeKind.COUNT, sku, quantity(units // 2), lot.lot_code, lot.expires_on)
        for lot in level.lots
    ]
    inventory.change_stock(location=store.location, changes=changes, now=clock.now(), by=None)


def _hunter(store: Store, sku: str, number: int) -> Worker:
    from grocery.inventory import public as inventory

    def work(_turn: int) -> str:
        try:
            shelves.reserve(store, f"order:{uuid4()}", [sku])
        except inventory.OutOfStock:
            return "sold out"
        return "sold"

    return work


def _bare(url: str) -> str:
    """Decrements in autocommit, one row or one row each: what the disk and the row lock allow at the very best."""
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("CREATE TABLE bare (id int PRIMARY KEY, free bigint)")
        db.execute("INSERT INTO bare SELECT number, 1e9 FROM generate_series(0, 999) AS number")
    rows = []
    for name, spread in (("one row", False), ("1,000 rows", True)):
        ran = together(partial(_decrement, url, spread), connections=16, seconds=SECONDS)
        rows.append([name, f"{ran.per_second:,.0f}"])
    return table(["bare SQL decrements, 16 connections, no delay", "per second"], rows)


def _decrement(url: str, spread: bool, number: int) -> Worker:
    db: psycopg.Connection[Any] = psycopg.connect(url, autocommit=True)
    chance = random.Random(number)

    def work(_turn: int) -> str:
        db.execute("UPDATE bare SET free = free - 1 WHERE id = %s", [chance.randrange(1000) if spread else 0])
        return "done"

    return work
