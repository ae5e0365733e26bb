"""How long the importer takes for the real catalogues, and how much memory."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from grocery.config.embedded import ROOT
from tests.load.measure import table
from tests.load.shop import migrated

WHAT = "Importing real catalogues (COPY into PostgreSQL with fsync on; the second run changes nothing)"
DATA = ROOT.parent / "shared/data"
FILES = {"instacart": DATA / "instacart/products.csv", "bhx": DATA / "vn_grocery_bhx/products_vi.csv"}


def run() -> str:
    """Rows, seconds and peak memory of the process for each catalogue, twice."""
    with migrated() as environment, tempfile.TemporaryDirectory() as place:
        rows = [
            [profile, _lines(file), attempt, *_import(profile, file, environment, Path(place))]
            for profile, file in FILES.items()
            for attempt in ("first", "second")
        ]
    return table(["catalogue", "lines", "run", "seconds", "peak MB"], rows)


def _lines(file: Path) -> int:
    with file.open("rb") as lines:
        return sum(1 for _ in lines) - 1


def _import(profile: str, file: Path, environment: dict[str, str], place: Path) -> tuple[float, int]:
    command = [sys.executable, "manage.py", "import_products", str(file), "--profile", profile]
    started = time.monotonic()
    child = subprocess.Popen(
        [*command, "--reject", str(place / "reject.csv")],
        env={**os.environ, **environment},
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0
    return time.monotonic() - started, usage.ru_maxrss // 1024
