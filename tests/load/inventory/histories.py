"""Thousands of random histories against the model of `tests/inventory/test_histories.py`; the races many times."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from grocery.config.embedded import ROOT
from tests.load.measure import table

WHAT = "Random histories against a plain Python model; races over and over"
#: `STOCK_HISTORIES=…` for more or fewer; each is 20 steps, half a second.
HISTORIES = os.environ.get("STOCK_HISTORIES", "2000")
RACES, TIMES = ("test_races.py", "test_hot_races.py", "test_peers_races.py"), 10


def run() -> str:
    """What pytest says; raises if anything fails."""
    rows = [["histories", HISTORIES, *_pytest({"STOCK_HISTORIES": HISTORIES}, "tests/inventory/test_histories.py")]]
    races = [f"tests/inventory/{name}" for name in RACES]
    rows += [[f"races, run {turn + 1}", "", *_pytest({}, *races)] for turn in range(TIMES)]
    return table(["", "histories", "pytest says", "s"], rows)


def _pytest(environment: dict[str, str], *tests: str) -> list[object]:
    begun = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--timeout=0", *tests]
    done = subprocess.run(
        command, env={**os.environ, **environment}, cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stdout[-5000:] + done.stderr[-2000:])
    said = done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""
    return [said, time.monotonic() - begun]
