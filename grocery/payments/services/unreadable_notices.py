"""Notices that were signed and make no sense wait for a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import structlog
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from grocery.kernel import figures
from grocery.payments.models import ProviderNotice

log = structlog.get_logger()


class _Unreadable(Collector):
    """How many wait at this moment: one query per scrape."""

    def collect(self) -> Iterable[Metric]:
        waiting = GaugeMetricFamily("payments_notices_unreadable", "Signed notices that make no sense to us.")
        waiting.add_metric([], ProviderNotice.objects.unreadable().count())
        return (waiting,)

    def describe(self) -> Iterable[Metric]:
        """Nothing, so that registering asks the database nothing."""
        return ()


figures.show(_Unreadable())


def notices_read(*, notice_ids: Sequence[UUID], by: UUID, now: datetime) -> int:
    """Note that a person has seen to these notices; how many of them waited for one."""
    number = ProviderNotice.objects.unreadable().seen_to(notice_ids, now)
    log.info("notices_read", notices=[str(notice_id) for notice_id in notice_ids], by=str(by), number=number)
    return number
