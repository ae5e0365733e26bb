"""Years later: the same reservations among twenty times as many lots, most of them emptied, and their movements."""

from __future__ import annotations

import random
import statistics
import sys
import time
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from grocery.kernel import clock
from grocery.kernel.ids import new_id
from tests.load.database import fresh
from tests.load.inventory import shelves
from tests.load.inventory.crowd import Worker, together
from tests.load.inventory.shelves import Store
from tests.load.measure import table

WHAT = "Growth: reservations among 50,000 lots, then among a million with ten million movements (fsync on)"
HEAD = ["basket", "connections", "50,000 lots/s", "1,000,000 lots/s", "small ÷ large", "p50 ms", "p50 ms, large"]
CASES = ((1, 1), (1, 8), (60, 1), (60, 8))
SMALL, LARGE, MOVEMENTS = 50_000, 1_000_000, 10
ROUNDS, SECONDS = 2, 1.5
#: After filling, caches are cold and every page is written whole once more: that is not what is asked for.
WARM_UP = 12.0

# Two lots of each item are on the shelf; the others came, were sold, and are kept for their books. Ids grow with
# time, as ours do. Foreign keys are right by construction, and not checked.
_ITEMS = """
    INSERT INTO inventory_stockitem (id, sku, location, version, low_stock_threshold)
    SELECT uuidv7(), 'sku' || lpad(number::text, 6, '0'), %(store)s, 1, 0
    FROM generate_series(%(first)s, %(last)s) AS number
"""
_LOTS = """
    INSERT INTO inventory_lot (id, stock_item_id, lot_code, expires_on, on_hand, reserved)
    SELECT uuidv7(), item.id, 'L' || lot, %(today)s::date + (CASE WHEN lot <= 2 THEN 30 + lot ELSE -lot END),
        CASE WHEN lot <= 2 THEN 1000000 ELSE 0 END, 0
    FROM generate_series(%(from_lot)s, %(to_lot)s) AS lot, inventory_stockitem item
    WHERE item.location = %(store)s
        AND item.sku BETWEEN 'sku' || lpad(%(first)s::text, 6, '0') AND 'sku' || lpad(%(last)s::text, 6, '0')
"""
_MOVEMENTS = """
    INSERT INTO inventory_movement (id, lot_id, kind, quantity, reason, "by", reference, at)
    SELECT uuidv7(), lot.id, CASE WHEN turn = 1 THEN 'received' ELSE 'sold' END,
        CASE WHEN turn = 1 THEN lot.on_hand + 9 ELSE -1 END, '', NULL, 'order',
        %(now)s::timestamptz - turn * interval '1 h'
    FROM (SELECT * FROM inventory_lot WHERE id > %(after)s ORDER BY id) lot,
        generate_series(1, %(movements)s) AS turn
"""


def run() -> str:
    """The same measurement before and after the store has grown old."""
    with fresh():
        from grocery.catalog import public as catalog

        location = catalog.save_store(code="bench-growth", name_en="Bench", name_vi="Bench").id
        items = SMALL // 2
        fill(location, items=(1, items), lots=(1, 2))
        names = tuple(f"sku{number:06}" for number in range(1, items + 1))
        small = _measure(Store(location, names, clock.now().date() + timedelta(days=1)))
        fill(location, items=(1, items), lots=(3, 10))
        more = LARGE // 10
        fill(location, items=(items + 1, more), lots=(1, 10))
        names = tuple(f"sku{number:06}" for number in range(1, more + 1))
        large = _measure(Store(location, names, clock.now().date() + timedelta(days=1)))
        size = _size()
    rows = []
    for (lines, connections), one, other in zip(CASES, small, large, strict=True):
        basket = f"{lines} lines" if lines > 1 else "1 line"
        rows.append([basket, connections, f"{one[0]:,.0f}", f"{other[0]:,.0f}", one[0] / other[0], one[1], other[1]])
    return f"{table(HEAD, rows)}\n\n{size}"


def fill(location: UUID, *, items: tuple[int, int], lots: tuple[int, int]) -> None:
    """So many items and lots more, and ten movements for each new lot; says how it goes on."""
    from django.db import connection

    values: dict[str, Any] = {
        "store": location,
        "first": items[0],
        "last": items[1],
        "from_lot": lots[0],
        "to_lot": lots[1],
        "today": clock.now().date(),
        "now": clock.now(),
        "movements": MOVEMENTS,
        "after": new_id(),
    }
    for name, statement in (("items", _ITEMS), ("lots", _LOTS), ("movements", _MOVEMENTS)):
        begun = time.monotonic()
        with connection.cursor() as cursor:
            if name == "items" and lots[0] > 1:
                continue
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(statement, values)
            print(f"{cursor.rowcount:,} {name} in {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE inventory_stockitem, inventory_lot, inventory_movement")
        cursor.execute("CHECKPOINT")
    connection.close()


def _measure(store: Store) -> list[tuple[float, float]]:
    """Per case: reservations per second, and the median of milliseconds."""
    together(partial(_buyer, store, 60), connections=8, seconds=WARM_UP)
    figures = []
    for lines, connections in CASES:
        rates, took = [], []
        for _round in range(ROUNDS):
            make = partial(_buyer, store, lines)
            ran = together(make, connections=connections, seconds=SECONDS, warm_up=1.0)
            rates.append(ran.per_second)
            took += ran.took()
        figures.append((statistics.mean(rates), statistics.median(took)))
    return figures


def _buyer(store: Store, lines: int, number: int) -> Worker:
    chance = random.Random(number)

    def work(_turn: int) -> str:
        shelves.reserve(store, f"order:{uuid4()}", store.basket(chance, lines))
        return "reserved"

    return work


def _size() -> str:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM inventory_lot), (SELECT count(*) FROM inventory_movement),"
            " pg_size_pretty(pg_database_size(current_database()))"
        )
        lots, movements, size = cursor.fetchone()
    connection.close()
    return f"In the end {lots:,} lots, {movements:,} movements, {size}."
