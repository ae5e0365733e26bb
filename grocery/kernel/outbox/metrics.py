"""Figures about deliveries, for Prometheus.

Counters and times are of this process. How much is owed is read from the database when somebody asks, see `Backlog`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter, time
from typing import Literal

from prometheus_client import REGISTRY, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry

from grocery.kernel.outbox import upkeep
from grocery.kernel.outbox.claims import Claim

_STEPS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)

DELIVERIES = Counter(
    "grocery_outbox_deliveries",
    "Deliveries tried: handled, failed, or lost to another relay.",
    ["subscriber", "outcome"],
)
HANDLER_SECONDS = Histogram(
    "grocery_outbox_handler_seconds",
    "Time of one call of a handler, its commit included.",
    ["subscriber"],
    buckets=_STEPS,
)
DELAY_SECONDS = Histogram(
    "grocery_outbox_delay_seconds", "From published to handled.", ["subscriber"], buckets=(*_STEPS, 300, 3600)
)
LAST_PASS = Gauge(
    "grocery_outbox_last_pass_timestamp_seconds", "When a relay last looked for work.", multiprocess_mode="max"
)


def delivered(subscriber: str, claimed: Sequence[Claim]) -> None:
    """These have just been handled."""
    count(subscriber, "handled", len(claimed))
    delay, now = DELAY_SECONDS.labels(subscriber), time()
    for claim in claimed:
        delay.observe(max(0, now - claim.published_at.timestamp()))


def count(subscriber: str, outcome: Literal["handled", "failed", "lost"], number: int) -> None:
    DELIVERIES.labels(subscriber, outcome).inc(number)


@contextmanager
def timed(subscriber: str) -> Iterator[None]:
    begun = perf_counter()
    try:
        yield
    finally:
        HANDLER_SECONDS.labels(subscriber).observe(perf_counter() - begun)


class Backlog(Collector):
    """What is owed at this moment: one query per scrape. Every known subscriber shows, also with nothing owed."""

    def collect(self) -> Iterable[Metric]:
        owed = GaugeMetricFamily("grocery_outbox_owed", "Deliveries owed, the dead ones too.", labels=["subscriber"])
        dead = GaugeMetricFamily("grocery_outbox_dead", "Deliveries given up.", labels=["subscriber"])
        oldest = GaugeMetricFamily(
            "grocery_outbox_oldest_seconds", "Age of the oldest delivery owed.", labels=["subscriber"]
        )
        for lag in upkeep.lag():
            owed.add_metric([lag.subscriber], lag.owed)
            dead.add_metric([lag.subscriber], lag.dead)
            oldest.add_metric([lag.subscriber], lag.oldest.total_seconds())
        return owed, dead, oldest

    def describe(self) -> Iterable[Metric]:
        """Nothing, so that registering asks the database nothing."""
        return ()


def register_backlog(registry: CollectorRegistry = REGISTRY) -> None:
    """Show the backlog wherever `registry` is shown."""
    registry.register(Backlog())
