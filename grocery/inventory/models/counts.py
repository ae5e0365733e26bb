"""Counts: which lots, what was found, what the books said at that moment; every try is kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grocery.inventory import contracts
from grocery.inventory.contracts import CountState
from grocery.inventory.models import sql
from grocery.inventory.models.stock import Lot
from grocery.kernel.ids import new_id
from grocery.kernel.quantity import ZERO, Quantity

_CORRECTIONS = """
    SELECT lot_id, COUNT(*) FROM "inventory_movement"
    WHERE lot_id = ANY(%(lots)s::uuid[]) AND kind IN ('counted', 'adjusted') GROUP BY lot_id
"""


class CountQuerySet(models.QuerySet["Count"]):
    def locked(self) -> Self:
        """Locked before the items whose lots it counts."""
        return self.select_for_update(of=("self",), no_key=True)

    def named(self, count: UUID) -> Count | None:
        return self.filter(id=count).first()

    def at(self, location: UUID) -> Self:
        return self.filter(location=location)

    def under_way(self) -> Self:
        return self.filter(state__in=[CountState.OPEN, CountState.WAITING])

    def open(self) -> Self:
        return self.filter(state=CountState.OPEN)

    def ended(self) -> Self:
        return self.filter(state__in=[CountState.BOOKED, CountState.CANCELLED])

    def with_lines(self) -> Self:
        """With its lines by SKU and expiry, read in one more statement."""
        lines = CountLine.objects.order_by("sku", F("expires_on").asc(nulls_last=True), "id")
        return self.prefetch_related(models.Prefetch("lines", lines))


class Count(models.Model):
    """Some SKUs of a store that are counted lot by lot; its movements name it as their reference."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    location = models.UUIDField(_("store"))
    title = models.CharField(_("what is counted"), max_length=200)
    state = models.CharField(
        _("state"),
        max_length=10,
        default=CountState.OPEN,
        choices=[
            (CountState.OPEN.value, _("being counted")),
            (CountState.WAITING.value, _("waiting for approval")),
            (CountState.BOOKED.value, _("booked")),
            (CountState.CANCELLED.value, _("cancelled")),
        ],
    )
    skus = ArrayField(models.CharField(max_length=64), verbose_name=_("SKUs"))
    made_at = models.DateTimeField(_("made at"))
    made_by = models.UUIDField(_("made by"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.UUIDField(_("ended by"), null=True, blank=True)

    objects = CountQuerySet.as_manager()

    class Meta:
        verbose_name = _("count")
        verbose_name_plural = _("counts")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["open", "waiting"]) ^ Q(ended_at__isnull=False), name="count_ends_once"
            )
        ]
        indexes = [models.Index(fields=["location", "made_at"], name="count_of_store")]

    def __str__(self) -> str:
        return self.title

    @property
    def reference(self) -> str:
        """What its movements are known by."""
        return f"count:{self.id}"

    def told(self) -> contracts.Count:
        """As others see it; needs `with_lines`."""
        return contracts.Count(
            id=self.id,
            location=self.location,
            title=self.title,
            state=CountState(self.state),
            made_at=self.made_at,
            made_by=self.made_by,
            ended_at=self.ended_at,
            skus=tuple(self.skus),
            lines=tuple(line.told() for line in self.lines.all()),
        )


class CountLineQuerySet(models.QuerySet["CountLine"]):
    def of(self, count: Count) -> Self:
        return self.filter(count=count)

    def of_lots(self, lots: Iterable[UUID]) -> Self:
        return self.filter(lot__in=list(lots))

    def open(self) -> Self:
        """Those of counts that are not ended."""
        return self.filter(open=True)

    def in_store(self, location: UUID) -> Self:
        return self.filter(count__location=location)

    def skus(self) -> set[str]:
        return set(self.values_list("sku", flat=True))

    def among(self, lines: Iterable[UUID]) -> Self:
        return self.filter(id__in=list(lines))

    def forget(self) -> None:
        """They are to be counted anew; what was said stays in the entries."""
        self.update(book=None, counted=None, counted_at=None, counted_by=None, tries=0, again=False)

    def corrections(self, lots: Iterable[UUID]) -> dict[UUID, int]:
        """How often each lot has been counted or corrected so far; absent: never."""
        return dict(sql.rows(self.db, _CORRECTIONS, lots=list(lots)))


class CountLine(models.Model):
    """One lot in a count. `corrections`: how often it had been counted or corrected before this."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    count = models.ForeignKey(Count, models.CASCADE, related_name="lines", verbose_name=_("count"), db_index=False)
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="+", verbose_name=_("lot"), db_index=False)
    sku = models.CharField(_("SKU"), max_length=64)
    lot_code = models.CharField(_("lot"), max_length=64, blank=True, default="")
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    open = models.BooleanField(_("open"), default=True)
    book = models.DecimalField(_("in the books"), max_digits=12, decimal_places=3, null=True, blank=True)
    counted = models.DecimalField(_("counted"), max_digits=12, decimal_places=3, null=True, blank=True)
    counted_at = models.DateTimeField(_("counted at"), null=True, blank=True)
    counted_by = models.UUIDField(_("counted by"), null=True, blank=True)
    corrections = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(_("times counted"), default=0)
    again = models.BooleanField(_("count again"), default=False)

    objects = CountLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        constraints = [
            models.UniqueConstraint(fields=["count", "lot"], name="one_count_line_per_lot"),
            models.UniqueConstraint(fields=["lot"], condition=Q(open=True), name="lot_is_in_one_open_count"),
            models.CheckConstraint(
                condition=Q(book__isnull=True, counted__isnull=True) | Q(book__isnull=False, counted__gte=ZERO),
                name="counted_against_the_books",
            ),
        ]

    def __str__(self) -> str:
        return self.sku

    def told(self) -> contracts.CountLine:
        return contracts.CountLine(
            id=self.id,
            sku=self.sku,
            lot_code=self.lot_code,
            expires_on=self.expires_on,
            counted=None if self.counted is None else Quantity(self.counted),
            book=None if self.book is None else Quantity(self.book),
            counted_by=self.counted_by,
            counted_at=self.counted_at,
            tries=self.tries,
            again=self.again,
        )


class CountEntryQuerySet(models.QuerySet["CountEntry"]):
    def keep(self, lines: Sequence[CountLine], *, by: UUID | None, at: datetime) -> None:
        """Every try, for ever."""
        self.bulk_create(
            CountEntry(line=line, counted=line.counted or ZERO, book=line.book or ZERO, by=by, at=at)
            for line in lines
        )

    def counters_of(self, count: Count) -> set[UUID | None]:
        """Who has counted any of it."""
        return set(self.filter(line__count=count).values_list("by", flat=True))


class CountEntry(models.Model):
    """What somebody found at a moment, and what the books said then."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    line = models.ForeignKey(CountLine, models.CASCADE, related_name="entries", verbose_name=_("line"))
    counted = models.DecimalField(_("counted"), max_digits=12, decimal_places=3)
    book = models.DecimalField(_("in the books"), max_digits=12, decimal_places=3)
    by = models.UUIDField(_("by"), null=True, blank=True)
    at = models.DateTimeField(_("at"))

    objects = CountEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of a count")
        verbose_name_plural = _("entries of a count")

    def __str__(self) -> str:
        return f"{self.counted}"
