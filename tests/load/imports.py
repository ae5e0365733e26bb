"""How long the importer takes for real catalogues, how much memory, and how much the database writes."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

import psycopg

from grocery.config.embedded import ROOT
from tests.load.measure import table
from tests.load.shop import migrated

WHAT = "Importing real catalogues (COPY into PostgreSQL with fsync on; the second run changes nothing)"
DATA = ROOT.parent / "shared/data"
FILES = {"instacart": DATA / "instacart/products.csv", "bhx": DATA / "vn_grocery_bhx/products_vi.csv"}
_BESIDE = ("aisles.csv", "departments.csv")
_CHANGES = "SELECT n_tup_ins + n_tup_upd FROM pg_stat_all_tables WHERE relname = 'catalog_product'"


def run() -> str:
    """Rows, seconds, peak memory and what was written, of each catalogue twice, and of a tenth of the largest."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        tenth = _tenth(FILES["instacart"], place)
        with migrated() as environment:
            rows = [
                [profile, _lines(file), attempt, *_import(profile, file, environment, place)]
                for profile, file in (("instacart", tenth), *FILES.items())
                for attempt in ("first", "second")
            ]
    return table(["catalogue", "lines", "run", "seconds", "peak MB", "products written", "WAL MB"], rows)


def _tenth(file: Path, place: Path) -> Path:
    """Its first 5,000 rows, with what lies beside it."""
    for name in _BESIDE:
        (place / name).write_bytes(file.with_name(name).read_bytes())
    with file.open("rb") as source, (place / file.name).open("wb") as target:
        target.writelines(islice(source, 5_001))
    return place / file.name


def _lines(file: Path) -> int:
    with file.open("rb") as lines:
        return sum(1 for _ in lines) - 1


def _import(profile: str, file: Path, environment: dict[str, str], place: Path) -> tuple[float, int, int, float]:
    command = [sys.executable, "manage.py", "import_products", str(file), "--profile", profile]
    with psycopg.connect(environment["DATABASE_URL"], autocommit=True) as database:
        before, began = _written(database), time.monotonic()
        child = subprocess.Popen(
            [*command, "--reject", str(place / "reject.csv")],
            env={**os.environ, **environment},
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.monotonic() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        assert child.returncode == 0
        products, log = (now - then for now, then in zip(_written(database), before, strict=True))
    return seconds, usage.ru_maxrss // 1024, products, log / 1_000_000


def _written(database: psycopg.Connection) -> tuple[int, int]:
    """Rows of products that were ever written, and bytes of the log."""
    [(products,)] = database.execute(_CHANGES).fetchall()
    [(log,)] = database.execute("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint").fetchall()
    return int(products), int(log)
