"""`make bench`: prints the tables of docs/measurements.md; `make bench ARGS="pages relay"` only some of them."""

from __future__ import annotations

import sys
import time
from importlib import import_module

ALL = ("start", "imports", "relay", "pages", "webhooks", "payments", "books", "browsing")


def main() -> None:
    for name in sys.argv[1:] or ALL:
        started = time.monotonic()
        bench = import_module(f"tests.load.{name}")
        print(f"\n### {bench.WHAT}\n\n`make bench ARGS={name}`\n", flush=True)
        print(bench.run(), flush=True)
        print(f"\n({time.monotonic() - started:.0f} s to measure)", flush=True)


if __name__ == "__main__":
    main()
