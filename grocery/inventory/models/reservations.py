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
from grocery.inventory.models.stock import Lot
from grocery.kernel.ids import new_id

_MAKE = """
    WITH made AS (
        INSERT INTO "inventory_reservation" (id, holder, location, until, state, made_at)
        VALUES (%(id)s, %(holder)s, %(location)s, %(until)s, 'open', %(now)s)
        ON CONFLICT (holder) WHERE state = 'open' DO NOTHING
        RETURNING id
    ), taken AS (
        INSERT INTO "inventory_allocation" (id, reservation_id, lot_id, quantity)
        SELECT part.id, made.id, part.lot, part.quantity
        FROM made, unnest(%(ids)s::uuid[], %(lots)s::uuid[], %(quantities)s::numeric[]) AS part(id, lot, quantity)
        RETURNING lot_id, quantity
    )
    UPDATE "inventory_lot" lot SET reserved = lot.reserved + taken.quantity
    FROM taken WHERE lot.id = taken.lot_id
"""

_END = """
    WITH ended AS (
        UPDATE "inventory_reservation" SET state = %(state)s, ended_at = %(now)s
        WHERE id = ANY(%(reservations)s::uuid[]) AND state = 'open'
        RETURNING id
    ), freed AS (
        SELECT part.lot_id, SUM(part.quantity) AS quantity
        FROM "inventory_allocation" part JOIN ended ON ended.id = part.reservation_id
        GROUP BY part.lot_id
    )
    UPDATE "inventory_lot" lot SET reserved = lot.reserved - freed.quantity
    FROM freed WHERE lot.id = freed.lot_id
"""


class ReservationState(models.TextChoices):
    OPEN = "open", _("open")
    ENDED = "ended", _("ended")
    ISSUED = "issued", _("issued")


class ReservationQuerySet(models.QuerySet["Reservation"]):
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

    def make(self, reservation: contracts.Reservation, *, now: datetime) -> bool:
        """Write a reservation and hold its goods. False, and nothing written, if its holder already has one open."""
        parts = reservation.allocations
        values = {
            "id": reservation.id,
            "holder": reservation.holder,
            "location": reservation.location,
            "until": reservation.until,
            "now": now,
            "ids": [new_id() for _part in parts],
            "lots": [part.lot_id for part in parts],
            "quantities": [part.quantity for part in parts],
        }
        return sql.count(self.db, _MAKE, values) == len(parts)

    def end(self, reservations: Iterable[UUID], *, as_: ReservationState, now: datetime) -> None:
        """Close open reservations and free what they hold."""
        ids = list(reservations)
        if ids:
            sql.rows(self.db, _END, reservations=ids, state=as_.value, now=now)


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
        ]

    def __str__(self) -> str:
        return self.holder


class Allocation(models.Model):
    """So much of one lot, held by one reservation."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    reservation = models.ForeignKey(
        Reservation, models.CASCADE, related_name="allocations", verbose_name=_("reservation"), db_index=False
    )
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="allocations", verbose_name=_("lot"))
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)

    class Meta:
        verbose_name = _("allocation")
        verbose_name_plural = _("allocations")
        constraints = [
            models.UniqueConstraint(fields=["reservation", "lot"], name="one_allocation_per_reservation_and_lot"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="allocation_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity}"
