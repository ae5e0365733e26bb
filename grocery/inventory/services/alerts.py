"""What somebody should look at is said once: a SKU that crossed its threshold, a lot whose day is near."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from prometheus_client import Counter
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from grocery.catalog import public as catalog
from grocery.inventory.events import LotExpiringSoon, StockChanged, StockLow
from grocery.inventory.models import Concern, StockAlert, StockAlerts
from grocery.inventory.models.by_day import DatedLot
from grocery.kernel import figures
from grocery.kernel.errors import NotFound
from grocery.kernel.outbox import publish

RAISED = Counter("grocery_inventory_alerts", "Alerts raised, by kind.", ["kind"])


def watch(*, events: Iterable[StockChanged]) -> None:
    """Raise and end alerts of these items, of each by its newest fact; in the transaction of the handler."""
    newest = {(event.sku, event.location): event for event in sorted(events, key=lambda event: event.version)}
    low = [event for event in newest.values() if _is_low(event)]
    enough = [event for event in newest.values() if not _is_low(event)]
    StockAlert.objects.recover([_key(event) for event in enough])
    StockAlert.objects.forget_emptied([_key(event) for event in newest.values()])
    concerns = [
        Concern(event.sku, event.location, event.available, event.at, threshold=event.low_stock_threshold)
        for event in low
    ]
    raised = StockAlert.objects.raise_(StockAlerts.LOW, concerns)
    publish(
        *(
            StockLow(
                sku=concern.sku,
                location=concern.location,
                available=concern.quantity,
                threshold=concern.threshold,
                at=concern.at,
            )
            for concern in raised
        )
    )
    RAISED.labels("low").inc(len(raised))


def warn_of_days(lots: Sequence[DatedLot], *, today: date, now: datetime) -> None:
    """Say of lots that are to be sold soon, each once; in the transaction that turns the day."""
    promised = freshness({lot.sku for lot in lots})
    concerns = {
        lot.id: Concern(lot.sku, lot.location, lot.on_hand, now, lot=lot.id, expires_on=lot.expires_on)
        for lot in lots
        if lot.expires_on and today <= lot.expires_on <= soon(today, promised.get(lot.sku, 0))
    }
    codes = {lot.id: lot.lot_code for lot in lots}
    raised = StockAlert.objects.raise_(StockAlerts.EXPIRING, list(concerns.values()))
    publish(
        *(
            LotExpiringSoon(
                sku=concern.sku,
                location=concern.location,
                lot_id=concern.lot,
                lot_code=codes[concern.lot],
                expires_on=concern.expires_on,
                quantity=concern.quantity,
            )
            for concern in raised
            if concern.lot and concern.expires_on
        )
    )
    RAISED.labels("expiring").inc(len(raised))


class OpenAlerts(Collector):
    """What somebody should look at now, in each store that sells: one query per scrape beside the list of stores."""

    def collect(self) -> Iterable[Metric]:
        gauge = GaugeMetricFamily(
            "grocery_inventory_alerts_open", "Alerts whose cause is still there.", labels=["kind", "store"]
        )
        numbers = StockAlert.objects.numbers_by_store()
        for store in catalog.stores():
            for kind in StockAlerts:
                gauge.add_metric([kind.value, store.code], numbers.get((store.id, kind.value), 0))
        return [gauge]

    def describe(self) -> Iterable[Metric]:
        """Nothing, so that registering asks the database nothing."""
        return ()


figures.show(OpenAlerts())


@transaction.atomic
def acknowledge(*, alert: UUID, location: UUID, now: datetime, by: UUID) -> None:
    """See `public.acknowledge_alert`."""
    alerts = StockAlert.objects.at(location).named(alert)
    if not alerts.exists():
        raise NotFound("stock alert", alert)
    alerts.unseen().update(acknowledged_at=now, acknowledged_by=by)


def soon(today: date, min_freshness_days: int) -> date:
    """The last expiry that counts as soon: some days more than the freshness that customers are promised."""
    return today + timedelta(days=settings.EXPIRES_SOON_DAYS + min_freshness_days)


def freshness(skus: Iterable[str]) -> Mapping[str, int]:
    """The days that each product promises at the door; a SKU that is not sold is absent."""
    products = catalog.products_on_sale(skus=[catalog.Sku(sku) for sku in skus])
    return {str(sku): product.min_freshness_days for sku, product in products.items()}


def _is_low(event: StockChanged) -> bool:
    """At its threshold or below; who has set none is not warned, nor of what is carried no more."""
    return 0 < event.low_stock_threshold >= event.available and not event.delisted


def _key(event: StockChanged) -> tuple[str, UUID, datetime]:
    return event.sku, event.location, event.at
