"""What is promised: reservations and the parts of lots that they hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import OuterRef, Q
from django.utils.translation import gettext_lazy as _

from grocery.inventory import contracts
from grocery.inventory.models import sql
from grocery.inventory.models.promising import PromisingQuerySet
from grocery.inventory.models.stock import Lot
from grocery.kernel.ids import new_id

_END = """
    WITH ended AS (
        UPDATE "inventory_reservation" SET state = %(state)s, ended_at = %(now)s
        WHERE id = ANY(%(reservations)s::uuid[]) AND state = 'open'
        RETURNING id
    ), freed AS (
        SELECT part.lot_id, SUM(part.quantity) AS quantity
        FROM "inventory_allocation" part JOIN ended ON ended.id = part.reservation_id
        GROUP BY part.lot_id
    ), given_back AS (
        INSERT INTO "inventory_bucket" (lot_id, free, taken)
        SELECT freed.lot_id, freed.quantity, -freed.quantity
        FROM freed JOIN "inventory_lot" lot ON lot.id = freed.lot_id
        WHERE lot.stock_item_id <> ALL(%(locked)s::uuid[])
    )
    UPDATE "inventory_lot" lot SET reserved = lot.reserved - freed.quantity
    FROM freed WHERE lot.id = freed.lot_id AND lot.stock_item_id = ANY(%(locked)s::uuid[])
"""

_RESERVED_BY = """
    SELECT own.holder, item.sku, lot.id, lot.lot_code, lot.expires_on, part.quantity, part.percent_off
    FROM "inventory_reservation" own
    JOIN "inventory_allocation" part ON part.reservation_id = own.id
    JOIN "inventory_lot" lot ON lot.id = part.lot_id JOIN "inventory_stockitem" item ON item.id = lot.stock_item_id
    WHERE own.holder = ANY(%(holders)s) AND own.state = 'open'
    ORDER BY own.holder, item.sku, lot.expires_on NULLS LAST, lot.id, part.percent_off NULLS FIRST
"""

# The ids of reservations grow with time, so the primary key finds the last ones.
_BOUGHT_SINCE = """
    SELECT lot.stock_item_id, count(*)
    FROM "inventory_allocation" part JOIN "inventory_lot" lot ON lot.id = part.lot_id
    WHERE part.reservation_id >= %(first)s GROUP BY lot.stock_item_id
"""

_PRUNE = """
    WITH old AS MATERIALIZED (
        SELECT id FROM "inventory_reservation" WHERE state <> 'open' AND ended_at < %(before)s ORDER BY ended_at
        LIMIT %(most)s FOR UPDATE SKIP LOCKED
    ), parts AS (DELETE FROM "inventory_allocation" part USING old WHERE part.reservation_id = old.id)
    DELETE FROM "inventory_reservation" reservation USING old WHERE reservation.id = old.id
"""


class ReservationState(models.TextChoices):
    OPEN = "open", _("open")
    ENDED = "ended", _("ended")
    ISSUED = "issued", _("issued")


class ReservationQuerySet(PromisingQuerySet):
    def open(self) -> Self:
        return self.filter(state=ReservationState.OPEN)

    def of(self, holders: Sequence[str]) -> Self:
        return self.filter(holder__in=holders)

    def among(self, reservations: Iterable[Reservation]) -> Self:
        return self.filter(id__in=[reservation.id for reservation in reservations])

    def lapsed(self, now: datetime) -> Self:
        """Those whose time is up, the longest overdue first."""
        return self.filter(until__lte=now).order_by("until", "id")

    def locked(self, *, skip_locked: bool = False) -> Self:
        """Locked before the items whose goods they hold. `items`: those items."""
        items = Allocation.objects.filter(reservation=OuterRef("id")).values("lot__stock_item").distinct()
        locked = self.annotate(items=ArraySubquery(items))
        return locked.select_for_update(of=("self",), no_key=True, skip_locked=skip_locked)

    def end(
        self, reservations: Iterable[UUID], *, as_: ReservationState, locked: Iterable[UUID], now: datetime
    ) -> None:
        """Close open reservations and free what they hold: of these `locked` items in the lot, else into a bucket."""
        ids = list(reservations)
        if ids:
            sql.rows(self.db, _END, reservations=ids, state=as_.value, locked=list(locked), now=now)

    def reserved_by(self, holders: Iterable[str]) -> dict[str, tuple[contracts.Allocation, ...]]:
        """What each of these has in its open reservation, by SKU and first expired first."""
        found: dict[str, list[contracts.Allocation]] = {}
        for holder, *part in sql.rows(self.db, _RESERVED_BY, holders=list(holders)):
            found.setdefault(holder, []).append(contracts.Allocation(*part))
        return {holder: tuple(parts) for holder, parts in found.items()}

    def bought_since(self, moment: datetime) -> dict[UUID, int]:
        """How many reservations made since then took of each item."""
        first = UUID(int=int(moment.timestamp() * 1000) << 80)
        return dict(sql.rows(self.db, _BOUGHT_SINCE, first=first))

    def prune(self, *, before: datetime, most: int) -> int:
        """Forget up to so many reservations that ended before then, and their allocations; how many there were."""
        return sql.count(self.db, _PRUNE, {"before": before, "most": most})


class Reservation(models.Model):
    """A promise of goods to a cart or an order. While open, its allocations count as reserved in their lots.

    Allocations are never changed: a holder who wants something else gets another reservation.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    holder = models.CharField(_("holder"), max_length=100)
    location = models.UUIDField(_("store"))
    until = models.DateTimeField(_("until"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=ReservationState, default=ReservationState.OPEN)
    made_at = models.DateTimeField(_("made at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = ReservationQuerySet.as_manager()

    #: The items whose goods it holds; there after `ReservationQuerySet.locked()`.
    items: list[UUID]

    class Meta:
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        constraints = [
            models.UniqueConstraint(
                fields=["holder"], condition=Q(state="open"), name="one_open_reservation_per_holder"
            ),
            models.CheckConstraint(
                condition=Q(state="open") ^ Q(ended_at__isnull=False), name="reservation_ends_once"
            ),
        ]
        indexes = [
            models.Index(fields=["until"], condition=Q(state="open"), name="reservation_open_until"),
            models.Index(fields=["holder", "made_at"], name="reservation_history"),
            models.Index(fields=["ended_at"], condition=~Q(state="open"), name="reservation_ended"),
        ]

    def __str__(self) -> str:
        return self.holder


class Allocation(models.Model):
    """So much of one lot, held by one reservation at one price."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    reservation = models.ForeignKey(
        Reservation, models.CASCADE, related_name="allocations", verbose_name=_("reservation"), db_index=False
    )
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="allocations", verbose_name=_("lot"))
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)
    #: Promised at so many percent off, whatever became of the lot's markdown since; None: at its full price.
    percent_off = models.PositiveSmallIntegerField(_("percent off"), null=True, blank=True)

    class Meta:
        verbose_name = _("allocation")
        verbose_name_plural = _("allocations")
        constraints = [
            models.UniqueConstraint(
                fields=["reservation", "lot", "percent_off"],
                nulls_distinct=False,
                name="one_allocation_per_lot_and_price",
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="allocation_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity}"
