"""What was thrown away, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grocery.inventory.models.stock import Lot
from grocery.kernel.ids import new_id


class WasteReasons(models.TextChoices):
    EXPIRED = "expired", _("past its day")
    SPOILED = "spoiled", _("spoiled")
    DAMAGED = "damaged", _("damaged")
    WARM = "warm", _("not kept cold")
    RECALLED = "recalled", _("recalled by the maker")
    OTHER = "other", _("something else")


class WastageQuerySet(models.QuerySet["Wastage"]):
    def at(self, location: UUID) -> Self:
        return self.filter(location=location)

    def named(self, wastage: UUID) -> Self:
        return self.filter(id=wastage)

    def since(self, moment: datetime) -> Self:
        return self.filter(at__gte=moment)

    def newest_first(self) -> Self:
        return self.select_related("lot").order_by("-at", "-id")

    def locked(self) -> Self:
        return self.select_for_update(of=("self",), no_key=True)

    def standing_among(self, ids: Iterable[UUID]) -> set[UUID]:
        """Those of these that nobody has undone, locked."""
        return set(self.filter(id__in=list(ids), undone_at=None).locked().values_list("id", flat=True))

    def undo(self, ids: Iterable[UUID], *, now: datetime, by: UUID) -> None:
        self.filter(id__in=list(ids)).update(undone_at=now, undone_by=by)

    def shown_by(self, photos: Sequence[str]) -> set[str]:
        """Those of these photos that show something that was thrown away."""
        return set(self.filter(photo__in=photos).values_list("photo", flat=True))

    def known(self, ids: list[UUID]) -> set[UUID]:
        """Those of these that are written down already."""
        return set(self.filter(id__in=ids).values_list("id", flat=True))


class Wastage(models.Model):
    """Goods of one lot that were thrown away at once. Its movement refers to it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    location = models.UUIDField(_("store"))
    sku = models.CharField(_("SKU"), max_length=64)
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="+", verbose_name=_("lot"))
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)
    reason = models.CharField(_("reason"), max_length=10, choices=WasteReasons)
    note = models.CharField(_("note"), max_length=180, blank=True, default="")
    photo = models.CharField(_("photo"), max_length=100, blank=True, default="")
    reference = models.CharField(_("reference"), max_length=100)
    at = models.DateTimeField(_("at"))
    by = models.UUIDField(_("by"))
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)
    undone_by = models.UUIDField(_("undone by"), null=True, blank=True)

    objects = WastageQuerySet.as_manager()

    class Meta:
        verbose_name = _("waste")
        verbose_name_plural = _("waste")
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="wastage_of_something"),
            models.CheckConstraint(condition=~Q(reason="other") | ~Q(note=""), name="wastage_says_why"),
        ]
        indexes = [models.Index(fields=["location", "-at"], name="wastage_of_store")]

    def __str__(self) -> str:
        return f"{self.sku} {self.quantity}"
