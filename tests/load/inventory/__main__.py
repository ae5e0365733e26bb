"""`make bench-inventory`: the tables about stock in docs/measurements.md; `ARGS="reserve hot"` only some of them.

Every part runs in a process of its own, on a database of its own: what one leaves behind does not weigh on the next.
"""

from __future__ import annotations

import subprocess
import sys
import time
from importlib import import_module

#: "growth" and "books" (nine minutes, most of them to fill ten million rows), "histories" (half an hour) and "chaos":
#: only when asked for.
ALL = ("reserve", "hot", "reads", "feed", "drain", "live")


def main() -> None:
    match sys.argv[1:]:
        case ["--part", name]:
            _measure(name)
        case wanted:
            for name in wanted or ALL:
                subprocess.run([sys.executable, "-m", "tests.load.inventory", "--part", name], check=True)


def _measure(name: str) -> None:
    started = time.monotonic()
    part = import_module(f"tests.load.inventory.{name}")
    print(f"\n### {part.WHAT}\n\n`make bench-inventory ARGS={name}`\n", flush=True)
    print(part.run(), flush=True)
    print(f"\n({time.monotonic() - started:.0f} s to measure)", flush=True)


if __name__ == "__main__":
    main()
