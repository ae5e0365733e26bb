"""`make bench-checkout`: the tables about placing orders in docs/measurements.md; `ARGS=rush` only one of them."""

from __future__ import annotations

import sys
import time

from tests.load.checkout import costs, rush
from tests.load.checkout.market import open_market

PARTS = {"costs": costs, "rush": rush}


def main() -> None:
    wanted = sys.argv[1:] or list(PARTS)
    with open_market() as market:
        for name in wanted:
            started = time.monotonic()
            print(f"\n### {PARTS[name].WHAT}\n\n`make bench-checkout ARGS={name}`\n", flush=True)
            print(PARTS[name].run(market), flush=True)
            print(f"\n({time.monotonic() - started:.0f} s to measure)", flush=True)


if __name__ == "__main__":
    main()
