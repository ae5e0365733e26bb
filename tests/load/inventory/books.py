"""Years later: how long the books of stock take to compare, and the feed of 50,000 items to check and to repair."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from uuid import UUID

from grocery.config.embedded import Firestore, Valkey
from grocery.kernel import clock
from tests.load.database import fresh
from tests.load.inventory import growth, shelves
from tests.load.measure import table

WHAT = "Comparing the books: a million lots with ten million movements; 50,000 documents in Firestore (the emulator)"
HEAD = ["what", "of", "seconds", "found"]
_ITEMS, _WRONG = 50_000, 5_000


def run() -> str:
    home = Path(tempfile.mkdtemp(prefix="bench-books-"))
    firestore, valkey = Firestore(home / "firestore.log"), Valkey(None, home / "valkey.log")
    with fresh():
        with firestore.running(), valkey.running():
            rows = _feed(firestore, valkey)
        return table(HEAD, [*rows, _books()])


def _feed(firestore: Firestore, valkey: Valkey) -> list[list[object]]:
    from django.conf import settings

    os.environ["FIRESTORE_EMULATOR_HOST"] = firestore.host
    settings.FIRESTORE_PROJECT, settings.REDIS_URL = firestore.project, valkey.url
    store = shelves.stock(skus=_ITEMS, lots=1)
    of = f"{_ITEMS:,} items"
    return [
        ["`stock_feed repair`, nothing was shown", of, *_command("repair")],
        ["`stock_feed check`, all is well", of, *_command("check")],
        ["`stock_feed repair`, a tenth is out of date", of, *_out_of_date(store.location, store.skus[:_WRONG])],
    ]


def _books() -> list[object]:
    from grocery.catalog import public as catalog

    location = catalog.save_store(code="bench-books", name_en="Bench", name_vi="Bench").id
    growth.fill(location, items=(1, growth.LARGE // 10), lots=(1, 10))
    return compared()


def compared() -> list[object]:
    """The nightly comparison, in the database at hand."""
    from grocery.inventory import public as inventory

    took, found = _timed(lambda: inventory.run_check(now=clock.now(), by=None))
    return ["nightly comparison", f"{found.lots:,} lots", took, f"{len(found.differences)} differences"]


def _out_of_date(location: UUID, skus: tuple[str, ...]) -> list[object]:
    from grocery.inventory import public as inventory
    from grocery.kernel.quantity import quantity

    lines = [inventory.StockLine(sku, quantity(1), None) for sku in skus]
    inventory.stock_up(location=location, lines=lines, now=clock.now())
    return _command("repair")


def _command(action: str) -> list[object]:
    from django.core.management import call_command

    said = StringIO()
    took, _ = _timed(lambda: call_command("stock_feed", action, stdout=said))
    return [took, said.getvalue().strip().splitlines()[-1]]


def _timed[T](call: Callable[[], T]) -> tuple[float, T]:
    begun = time.perf_counter()
    done = call()
    return time.perf_counter() - begun, done
