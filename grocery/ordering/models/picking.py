"""Picking as it is written down: who walks for which orders, and each handful that was taken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grocery.ordering.contracts import OrderState
from grocery.ordering.contracts.picking import Cold, ShortOutcome
from grocery.ordering.models.columns import amount_of, key
from grocery.ordering.models.orders import Order, OrderLine

_OUTCOMES = [
    (ShortOutcome.ASKED.value, _("customer asked")),
    (ShortOutcome.REPLACED.value, _("replaced")),
    (ShortOutcome.LEFT_OUT.value, _("left out")),
]
_KEPT = [
    (Cold.AMBIENT.value, pgettext_lazy("temperature", "dry")),
    (Cold.CHILLED.value, pgettext_lazy("temperature", "chilled")),
    (Cold.FROZEN.value, pgettext_lazy("temperature", "frozen")),
]


class WaveQuerySet(models.QuerySet["Wave"]):
    def with_id(self, wave_id: UUID) -> Self:
        return self.filter(id=wave_id)

    def of_store(self, store_id: UUID) -> Self:
        return self.filter(store_id=store_id)

    def of_picker(self, picker_id: UUID) -> Self:
        return self.filter(picker_id=picker_id)

    def open(self) -> Self:
        return self.filter(ended_at=None)

    def locked(self, wave_id: UUID) -> Wave | None:
        """The wave, its row locked until the transaction ends."""
        return self.with_id(wave_id).select_for_update().first()

    def walked_since(self, since: datetime) -> Self:
        return self.filter(started_at__gte=since)

    def oldest_first(self) -> Self:
        return self.order_by("started_at", "id")

    def with_orders(self) -> Self:
        """With their orders, in two statements however many there are."""
        picks = OrderPick.objects.select_related("order").order_by("letter")
        return self.prefetch_related(models.Prefetch("orders", picks))


class Wave(models.Model):
    """One walk through the store: some orders, one person. Ended when all of them are sealed or given back."""

    id = key()
    store_id = models.UUIDField(_("store"))
    picker_id = models.UUIDField(_("picker"))
    started_at = models.DateTimeField(_("started"))
    paused_at = models.DateTimeField(_("paused"), null=True, blank=True)
    rested = models.DurationField(_("rested"), default=timedelta)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = WaveQuerySet.as_manager()

    class Meta:
        verbose_name = _("wave")
        verbose_name_plural = _("waves")
        constraints = [
            models.UniqueConstraint(
                fields=["picker_id"], condition=Q(ended_at=None), name="one_open_wave_per_picker"
            ),
        ]
        indexes = [models.Index(fields=["store_id", "started_at"], name="wave_of_store")]

    def __str__(self) -> str:
        return str(self.id)

    def pause(self, now: datetime) -> None:
        self.paused_at = self.paused_at or now
        self.save(update_fields=["paused_at"])

    def resume(self, now: datetime) -> None:
        self._wake(now)
        self.save(update_fields=["paused_at", "rested"])

    def end(self, now: datetime) -> None:
        self._wake(now)
        self.ended_at = now
        self.save(update_fields=["paused_at", "rested", "ended_at"])

    def hand_to(self, picker_id: UUID) -> None:
        self.picker_id = picker_id
        self.save(update_fields=["picker_id"])

    def worked(self, now: datetime) -> timedelta:
        """How long it was walked, rests left out."""
        return (self.ended_at or self.paused_at or now) - self.started_at - self.rested

    def walked(self) -> list[OrderPick]:
        """Its orders, in the order of their letters."""
        if "orders" in getattr(self, "_prefetched_objects_cache", {}):
            return list(self.orders.all())
        return list(OrderPick.objects.of_wave(self.id))

    def _wake(self, now: datetime) -> None:
        if self.paused_at:
            self.rested += now - self.paused_at
            self.paused_at = None


@dataclass(frozen=True, slots=True)
class Sealed:
    """How many orders were sealed, `on_time` of them before their slot; their lines, and how many were short."""

    orders: int
    on_time: int
    lines: int
    short: int
    stand_ins: int


class OrderPickQuerySet(models.QuerySet["OrderPick"]):
    def of_orders(self, orders: Iterable[UUID]) -> Self:
        return self.filter(order_id__in=list(orders))

    def of_wave(self, wave_id: UUID) -> Self:
        """Those of the wave, in the order of their letters."""
        return self.filter(wave_id=wave_id).select_related("order").order_by("letter")

    def left_in(self, wave_id: UUID) -> Self:
        """What is still to be picked of the wave; an order that was cancelled is not."""
        return self.filter(wave_id=wave_id, sealed_at=None, order__state=OrderState.PICKING.value)

    def with_lines(self) -> Self:
        """With their orders and the lines of these, in two statements; in the order of their letters."""
        return self.select_related("order").prefetch_related("order__lines").order_by("letter")

    def in_a_wave(self) -> set[UUID]:
        """The orders of these that somebody picks."""
        return set(self.exclude(wave=None).values_list("order_id", flat=True))

    def sealed_since(self, since: datetime, *, store_id: UUID) -> Self:
        return self.filter(sealed_at__gte=since, order__store_id=store_id)

    def counted(self) -> Sealed:
        """How these orders went, in two statements."""
        orders = self.aggregate(
            orders=Count("pk"), on_time=Count("pk", filter=Q(sealed_at__lte=F("order__slot_starts_at")))
        )
        lines = OrderLine.objects.filter(order__picking__in=self)
        short = ShortPick.objects.filter(order=OuterRef("order"), sku=OuterRef("sku"))
        counts = lines.aggregate(
            lines=Count("pk", filter=Q(replaces="")),
            stand_ins=Count("pk", filter=~Q(replaces="") & Q(quantity__gt=0)),
            short=Count("pk", filter=Exists(short) & Q(replaces="")),
        )
        return Sealed(**orders, **counts)

    def seal(self, now: datetime) -> None:
        self.update(sealed_at=now)

    def let_go(self) -> None:
        self.update(wave=None, letter="")

    def put(self, picks: Iterable[OrderPick]) -> None:
        """Write down who picks what, in one statement."""
        self.bulk_create(
            list(picks), update_conflicts=True, unique_fields=["order"], update_fields=["wave", "letter"]
        )


class OrderPick(models.Model):
    """An order on its walk. Without a wave it was given back and waits for the next picker."""

    order = models.OneToOneField(
        Order, on_delete=models.CASCADE, primary_key=True, related_name="picking", verbose_name=_("order")
    )
    wave = models.ForeignKey(
        Wave, on_delete=models.PROTECT, related_name="orders", null=True, blank=True, verbose_name=_("wave")
    )
    letter = models.CharField(_("letter"), max_length=2, blank=True)
    sealed_at = models.DateTimeField(_("sealed"), null=True, blank=True)

    objects = OrderPickQuerySet.as_manager()

    class Meta:
        verbose_name = _("order being picked")
        verbose_name_plural = _("orders being picked")

    def __str__(self) -> str:
        return f"{self.letter} {self.order_id}"


class PickQuerySet(models.QuerySet["Pick"]):
    def of_orders(self, orders: Iterable[UUID]) -> Self:
        return self.filter(order_id__in=list(orders)).order_by("picked_at", "id")

    def with_id(self, pick_id: UUID) -> Self:
        return self.filter(id=pick_id)

    def of_sku(self, sku: str) -> Self:
        return self.filter(sku=sku)

    def last_of_wave(self, wave_id: UUID) -> Pick | None:
        """The last that stands of what is not sealed."""
        open_ones = self.standing().filter(order__picking__wave=wave_id, order__picking__sealed_at=None)
        return open_ones.order_by("-picked_at", "-id").first()

    def standing(self) -> Self:
        """Those that were not undone."""
        return self.filter(undone_at=None)

    def lines_since(self, since: datetime, *, store_id: UUID) -> int:
        """How many lines of a store's orders something was picked of."""
        picked = self.standing().filter(picked_at__gte=since, order__store_id=store_id)
        return picked.values("order_id", "sku").distinct().count()

    def undo(self, now: datetime) -> int:
        return self.standing().update(undone_at=now)


class Pick(models.Model):
    """One handful: so much of a line was taken, of which lot, known by code or by eye. `id` is the form's key."""

    id = models.UUIDField(primary_key=True, editable=False)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="picks", verbose_name=_("order"))
    sku = models.CharField(_("SKU"), max_length=64)
    quantity = amount_of(_("quantity"))
    lot_code = models.CharField(_("lot"), max_length=64, blank=True)
    expires_on = models.DateField(_("best before"), null=True, blank=True)
    #: The code said which lot; else it is the one that the page said to take.
    lot_read = models.BooleanField(_("lot was scanned"), default=False, db_default=False)
    by_hand = models.CharField(_("not scanned because"), max_length=200, blank=True)
    picked_at = models.DateTimeField(_("at"))
    picked_by = models.UUIDField(_("who"))
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)

    objects = PickQuerySet.as_manager()

    class Meta:
        verbose_name = _("pick")
        verbose_name_plural = _("picks")
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="pick_of_something")]
        indexes = [models.Index(fields=["order", "sku"], name="pick_of_line")]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku}"


class ShortPickQuerySet(models.QuerySet["ShortPick"]):
    def with_id(self, short_id: UUID) -> Self:
        return self.filter(id=short_id)

    def of_orders(self, orders: Iterable[UUID]) -> Self:
        return self.filter(order_id__in=list(orders)).order_by("at", "id")


class ShortPick(models.Model):
    """The shelf held less than was ordered: what was missing, and what was done about it. Written once."""

    id = models.UUIDField(primary_key=True, editable=False)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="shorts", verbose_name=_("order"))
    sku = models.CharField(_("SKU"), max_length=64)
    missing = amount_of(_("missing"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=_OUTCOMES)
    with_sku = models.CharField(_("instead"), max_length=64, blank=True)
    at = models.DateTimeField(_("at"))
    by = models.UUIDField(_("who"))

    objects = ShortPickQuerySet.as_manager()

    class Meta:
        verbose_name = _("short pick")
        verbose_name_plural = _("short picks")
        constraints = [models.CheckConstraint(condition=Q(missing__gt=0), name="short_of_something")]

    def __str__(self) -> str:
        return f"−{self.missing} × {self.sku}"


class CrateQuerySet(models.QuerySet["Crate"]):
    def of_orders(self, orders: Iterable[UUID]) -> Self:
        return self.filter(order_id__in=list(orders)).order_by("order_id", "position")

    def put(self, crates: Iterable[Crate]) -> None:
        self.bulk_create(list(crates))


class Crate(models.Model):
    """A box that is carried to the customer. `number` is on the crate itself, scanned or typed."""

    id = key()
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="crates", verbose_name=_("order"))
    position = models.PositiveSmallIntegerField(_("position"))
    number = models.CharField(_("number"), max_length=40)
    cold = models.PositiveSmallIntegerField(_("kept"), choices=_KEPT, default=Cold.AMBIENT.value)

    objects = CrateQuerySet.as_manager()

    class Meta:
        verbose_name = _("crate")
        verbose_name_plural = _("crates")
        constraints = [
            models.UniqueConstraint(fields=["order", "number"], name="crate_once_per_order"),
            models.UniqueConstraint(fields=["order", "position"], name="crates_are_counted"),
        ]

    def __str__(self) -> str:
        return self.number
