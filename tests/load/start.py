"""How long `make demo` takes: from nothing, and again. The environment is there; its making is timed apart."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

from tests.load.measure import table

WHAT = "Start of the demo (50,000 SKUs, state from nothing, then kept)"


def run() -> str:
    """First and second start, each until the shop answers and has been stopped again."""
    with tempfile.TemporaryDirectory(prefix="grocery-", dir="/var/tmp") as state:
        os.chmod(state, 0o755)  # PostgreSQL may run as another user than ours
        return table(
            ["start", "seconds until the shop is open", "seconds with stopping"],
            [_start(state, name) for name in ("first", "second")],
        )


def _start(state: str, name: str) -> list[object]:
    started = time.monotonic()
    command = [sys.executable, "-m", "grocery.config.demo", "--check"]
    ended = subprocess.run(
        command, env={**os.environ, "GROCERY_STATE": state}, check=True, capture_output=True, text=True
    )
    seconds = ended.stdout.split("The shop is open, after ")[1].split(" s.")[0]
    return [name, float(seconds), time.monotonic() - started]
