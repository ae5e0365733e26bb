"""Lots that are to be sold for less because their day is near."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grocery.inventory.models.stock import Lot
from grocery.kernel.ids import new_id


class MarkdownQuerySet(models.QuerySet["Markdown"]):
    def standing(self) -> Self:
        return self.filter(ended_at=None)

    def of(self, lots: Iterable[UUID]) -> Self:
        return self.filter(lot__in=list(lots))

    def with_lots(self) -> Self:
        return self.select_related("lot__stock_item")

    def percents(self, lots: Iterable[UUID]) -> dict[UUID, int]:
        """What stands for each of these lots that is marked down."""
        return dict(self.standing().of(lots).values_list("lot_id", "percent"))

    def make(self, lots: Collection[UUID], *, percent: int, starts_on: date, now: datetime, by: UUID) -> None:
        """Mark these locked lots down; none of them has a markdown that stands."""
        Lot.objects.filter(id__in=list(lots)).update(percent_off=percent)
        self.bulk_create(
            Markdown(lot_id=lot, percent=percent, starts_on=starts_on, made_at=now, made_by=by) for lot in lots
        )

    def end(self, markdowns: Iterable[Markdown], *, now: datetime, by: UUID | None) -> None:
        """End these, which stand, of locked lots."""
        lots = {markdown.id: markdown.lot_id for markdown in markdowns}
        self.standing().filter(id__in=list(lots)).update(ended_at=now, ended_by=by)
        Lot.objects.filter(id__in=list(lots.values())).update(percent_off=None)


class Markdown(models.Model):
    """So many percent off a lot from a day on, until it is ended. Another percentage is another row."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="markdowns", verbose_name=_("lot"))
    percent = models.PositiveSmallIntegerField(_("percent off"))
    starts_on = models.DateField(_("from"))
    made_at = models.DateTimeField(_("made at"))
    made_by = models.UUIDField(_("made by"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.UUIDField(_("ended by"), null=True, blank=True)

    objects = MarkdownQuerySet.as_manager()

    class Meta:
        verbose_name = _("markdown")
        verbose_name_plural = _("markdowns")
        constraints = [
            models.UniqueConstraint(fields=["lot"], condition=Q(ended_at=None), name="one_markdown_per_lot"),
            models.CheckConstraint(condition=Q(percent__gte=1, percent__lte=90), name="markdown_leaves_a_price"),
        ]

    def __str__(self) -> str:
        return f"−{self.percent} %"
