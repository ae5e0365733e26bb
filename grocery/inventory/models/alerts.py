"""What somebody should look at: goods that run low, lots whose day is near; and which day each store lives in."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from grocery.inventory.models import sql
from grocery.inventory.models.stock import Lot
from grocery.kernel.ids import new_id
from grocery.kernel.quantity import ZERO

_RAISE = """
    INSERT INTO "inventory_stockalert"
        (id, kind, sku, location, lot_id, quantity, threshold, expires_on, raised_at)
    SELECT new.id, %(kind)s, new.sku, new.location, new.lot, new.quantity, new.threshold, new.expires_on, new.at
    FROM unnest(
        %(ids)s::uuid[], %(skus)s::text[], %(locations)s::uuid[], %(lots)s::uuid[], %(quantities)s::numeric[],
        %(thresholds)s::numeric[], %(expiries)s::date[], %(moments)s::timestamptz[]
    ) AS new(id, sku, location, lot, quantity, threshold, expires_on, at)
    ON CONFLICT DO NOTHING
    RETURNING id
"""

_RECOVER = """
    UPDATE "inventory_stockalert" alert SET ended_at = seen.at
    FROM unnest(%(skus)s::text[], %(locations)s::uuid[], %(moments)s::timestamptz[]) AS seen(sku, location, at)
    WHERE alert.sku = seen.sku AND alert.location = seen.location AND alert.kind = 'low' AND alert.ended_at IS NULL
"""

_FORGET_EMPTIED = """
    UPDATE "inventory_stockalert" alert SET ended_at = seen.at
    FROM unnest(%(skus)s::text[], %(locations)s::uuid[], %(moments)s::timestamptz[]) AS seen(sku, location, at),
        "inventory_lot" lot
    WHERE alert.sku = seen.sku AND alert.location = seen.location AND alert.kind = 'expiring'
        AND alert.ended_at IS NULL AND lot.id = alert.lot_id AND lot.on_hand = 0
"""


@dataclass(frozen=True, slots=True)
class Concern:
    """An alert to be."""

    sku: str
    location: UUID
    quantity: Decimal
    at: datetime
    threshold: Decimal = ZERO
    lot: UUID | None = None
    expires_on: date | None = None


class StockAlerts(models.TextChoices):
    LOW = "low", _("runs low")
    EXPIRING = "expiring", _("expires soon")


class StockAlertQuerySet(models.QuerySet["StockAlert"]):
    def at(self, location: UUID) -> Self:
        return self.filter(location=location)

    def open(self) -> Self:
        """Those whose cause is still there."""
        return self.filter(ended_at=None)

    def unseen(self) -> Self:
        """Open, and nobody has said that they know."""
        return self.open().filter(acknowledged_at=None)

    def low(self) -> Self:
        return self.filter(kind=StockAlerts.LOW)

    def named(self, alert: UUID) -> Self:
        return self.filter(id=alert)

    def urgent_first(self) -> Self:
        """Nobody knows yet, then the newest."""
        return self.order_by(models.F("acknowledged_at").asc(nulls_first=True), "-raised_at", "id")

    def numbers(self) -> dict[str, int]:
        """How many are open, by kind."""
        return dict(self.open().order_by().values_list("kind").annotate(number=Count("id")))

    def numbers_by_store(self) -> dict[tuple[UUID, str], int]:
        """How many are open, by store and kind; what has none is absent."""
        rows = self.open().order_by().values_list("location", "kind").annotate(number=Count("id"))
        return {(location, kind): number for location, kind, number in rows}

    def raise_(self, kind: StockAlerts, concerns: Collection[Concern]) -> list[Concern]:
        """Write these down, in one statement; those that had not been said before."""
        if not concerns:
            return []
        by_id = {new_id(): concern for concern in concerns}
        raised = sql.rows(
            self.db,
            _RAISE,
            kind=kind.value,
            ids=list(by_id),
            skus=[concern.sku for concern in by_id.values()],
            locations=[concern.location for concern in by_id.values()],
            lots=[concern.lot for concern in by_id.values()],
            quantities=[concern.quantity for concern in by_id.values()],
            thresholds=[concern.threshold for concern in by_id.values()],
            expiries=[concern.expires_on for concern in by_id.values()],
            moments=[concern.at for concern in by_id.values()],
        )
        return [by_id[alert] for (alert,) in raised]

    def recover(self, keys: Iterable[tuple[str, UUID, datetime]]) -> None:
        """There is enough again of these: SKU, store, and when."""
        self._end(_RECOVER, list(keys))

    def forget_emptied(self, keys: Iterable[tuple[str, UUID, datetime]]) -> None:
        """Lots of these that hold nothing any more expire for nobody."""
        self._end(_FORGET_EMPTIED, list(keys))

    def _end(self, statement: str, keys: list[tuple[str, UUID, datetime]]) -> None:
        if keys:
            skus, locations, moments = (list(column) for column in zip(*keys, strict=True))
            sql.rows(self.db, statement, skus=skus, locations=locations, moments=moments)


class StockAlert(models.Model):
    """Something to look at, until its cause is gone: once for each crossing of a threshold, once for each lot."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=StockAlerts)
    sku = models.CharField(_("SKU"), max_length=64)
    location = models.UUIDField(_("store"))
    lot = models.ForeignKey(Lot, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("lot"))
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)
    threshold = models.DecimalField(_("low at"), max_digits=12, decimal_places=3, default=ZERO)
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    raised_at = models.DateTimeField(_("raised at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    acknowledged_at = models.DateTimeField(_("seen at"), null=True, blank=True)
    acknowledged_by = models.UUIDField(_("seen by"), null=True, blank=True)

    objects = StockAlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("stock alert")
        verbose_name_plural = _("stock alerts")
        constraints = [
            models.UniqueConstraint(
                fields=["sku", "location"], condition=Q(kind="low", ended_at=None), name="one_low_alert_per_item"
            ),
            models.UniqueConstraint(fields=["lot"], condition=Q(kind="expiring"), name="one_expiry_alert_per_lot"),
            models.CheckConstraint(condition=Q(kind="low") ^ Q(lot__isnull=False), name="alert_of_item_or_lot"),
        ]
        indexes = [models.Index(fields=["location", "kind"], condition=Q(ended_at=None), name="alert_open")]

    def __str__(self) -> str:
        return f"{self.kind} {self.sku}"


class StoreDayQuerySet(models.QuerySet["StoreDay"]):
    def of(self, location: UUID) -> Self:
        return self.filter(location=location)

    def locked(self) -> Self:
        """Of two workers one turns the day of a store, the other goes on to the next."""
        return self.select_for_update(skip_locked=True)


class StoreDay(models.Model):
    """How far a store has got with becoming another day: item by item, so that none is told twice or left out."""

    location = models.UUIDField(_("store"), primary_key=True)
    day = models.DateField(_("day"), null=True, blank=True)
    #: The last day that was turned whole; lots that expire on it or later have not been told of.
    since = models.DateField(null=True, blank=True)
    after_sku = models.CharField(max_length=64, blank=True, default="")
    done = models.BooleanField(default=True)

    objects = StoreDayQuerySet.as_manager()

    class Meta:
        verbose_name = _("day of a store")
        verbose_name_plural = _("days of stores")

    def __str__(self) -> str:
        return f"{self.day}"

    def begin(self, day: date) -> None:
        """Start with the first item, unless this day has been begun already."""
        if self.day != day:
            self.since = self.day if self.done else self.since
            self.day, self.after_sku, self.done = day, "", False
