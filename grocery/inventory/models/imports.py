"""Files of stock that were taken, and how far."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from grocery.kernel.ids import new_id


class StockImportQuerySet(models.QuerySet["StockImport"]):
    def begin(self, *, location: UUID, reference: str, digest: str, now: datetime) -> StockImport:
        """The import of that name, new or begun before."""
        return self.get_or_create(
            location=location, reference=reference, defaults={"digest": digest, "begun_at": now}
        )[0]

    def locked(self, import_: UUID) -> StockImport:
        return self.select_for_update(no_key=True).get(id=import_)


class StockImport(models.Model):
    """A file that was taken into a store. Its lines count as done in the transaction that does them."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    location = models.UUIDField(_("store"))
    reference = models.CharField(_("reference"), max_length=90)
    digest = models.CharField(max_length=64)
    lines_done = models.PositiveIntegerField(_("lines"), default=0)
    begun_at = models.DateTimeField(_("started at"))

    objects = StockImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of stock")
        verbose_name_plural = _("imports of stock")
        constraints = [
            models.UniqueConstraint(fields=["location", "reference"], name="one_stock_import_per_reference")
        ]

    def __str__(self) -> str:
        return self.reference
