"""Money that is held on cards and will soon be let go by the bank: counted for who watches."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from grocery.kernel import clock, figures
from grocery.payments.models import Payment

#: So long before its end a hold needs somebody.
HOLDS_END_SOON: Final = timedelta(days=2)


class _Ending(Collector):
    """How many end soon and were not asked for: one query per scrape."""

    def collect(self) -> Iterable[Metric]:
        ending = GaugeMetricFamily("payments_holds_ending", "Holds on cards that end within two days, not charged.")
        ending.add_metric([], holds_ending(now=clock.now()))
        return (ending,)

    def describe(self) -> Iterable[Metric]:
        """Nothing, so that registering asks the database nothing."""
        return ()


def holds_ending(*, now: datetime, store_id: UUID | None = None) -> int:
    """How many holds on cards end within HOLDS_END_SOON, neither charged nor called off; of a store, or of all."""
    return Payment.objects.of_store(store_id).ending_before(now + HOLDS_END_SOON).count()


figures.show(_Ending())
