"""The books are compared with each other: lots, movements, reservations, transfers.

The two sides of each book come out of one statement, which sees one moment: a shop that sells meanwhile is no
difference. Nothing is locked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from time import perf_counter
from uuid import UUID

import structlog
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from grocery.inventory.contracts import BOOKS, Book, CheckRun, Difference
from grocery.inventory.models import Lot, StockCheck, StockDifference, Transfer
from grocery.inventory.models.checks import lot_differences
from grocery.kernel import figures
from grocery.kernel.ids import new_id

log = structlog.get_logger(__name__)
_KEPT = timedelta(days=180)


def check_stock() -> list[Difference]:
    """Every lot that is not the sum of its movements, promises other than its open reservations hold, and every
    transfer of which not exactly what it says is away from the shelves; best none."""
    return [*lot_differences(), *Transfer.objects.differences()]


def run_check(*, now: datetime, by: UUID | None) -> CheckRun:
    """Compare all books and keep what was found for half a year: for the metric, the admin and repair.

    `by`: the staff member who asked; None: the clock.
    """
    begun = perf_counter()
    differences = tuple(check_stock())
    ended = now + timedelta(seconds=perf_counter() - begun)
    run = CheckRun(new_id(), now, ended, Lot.objects.count(), differences)
    StockCheck.objects.keep(run, by=by)
    StockCheck.objects.older_than(now - _KEPT).delete()
    found = Counter(difference.what for difference in differences)
    log.info("stock.checked", lots=run.lots, seconds=round(perf_counter() - begun, 2), **_counts(found))
    return run


def _counts(found: Counter[Book]) -> dict[str, int]:
    return {book.replace(" ", "_"): found[book] for book in BOOKS}


class LastCheck(Collector):
    """What the last check found and nobody has mended, and when it was: two queries per scrape."""

    def collect(self) -> Iterable[Metric]:
        differences = GaugeMetricFamily(
            "grocery_inventory_differences", "Differences between the books of stock, not mended.", labels=["book"]
        )
        when = GaugeMetricFamily("grocery_inventory_checked_timestamp_seconds", "When the books were last compared.")
        if last := StockCheck.objects.latest_run():
            counts = StockDifference.objects.counts_of(last.id)
            for book in BOOKS:
                differences.add_metric([book], counts.get(book, 0))
            when.add_metric([], last.ended_at.timestamp())
        return differences, when

    def describe(self) -> Iterable[Metric]:
        """Nothing, so that registering asks the database nothing."""
        return ()


figures.show(LastCheck())
