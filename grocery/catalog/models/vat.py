"""VAT: which group a product is in, and what each group's rate is from which day on."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grocery.kernel import statements
from grocery.kernel.ids import new_id

_ON = """
SELECT DISTINCT ON (group_id) group_id, rate FROM "catalog_vatrate" WHERE starts_on <= %s
ORDER BY group_id, starts_on DESC
"""


class VatGroupQuerySet(models.QuerySet["VatGroup"]):
    def known(self, code: str) -> bool:
        return self.filter(code=code).exists()

    def locked(self, code: str) -> VatGroup | None:
        """The group; nobody else changes its rates until the transaction ends."""
        return self.filter(code=code).select_for_update().first()


class VatGroup(models.Model):
    """Goods that the law taxes alike. Its code is kept for ever; its rates are rows of `VatRate`."""

    code = models.SlugField(_("code"), max_length=24, primary_key=True)
    name_en = models.CharField(_("English name"), max_length=120)
    name_vi = models.CharField(_("Vietnamese name"), max_length=120)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = VatGroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("VAT group")
        verbose_name_plural = _("VAT groups")
        ordering: ClassVar[list[str]] = ["position", "code"]

    def __str__(self) -> str:
        return self.name_vi


class VatRateQuerySet(models.QuerySet["VatRate"]):
    def on(self, day: date) -> dict[str, Decimal]:
        """Each group's rate (percent) of that day, in one statement."""
        return dict(statements.rows(self.db, _ON, [day]))

    def dated(self) -> list[tuple[str, date, Decimal]]:
        """All rates, by group and day."""
        return list(self.order_by("group_id", "starts_on").values_list("group_id", "starts_on", "rate"))

    def of(self, group: str, starts_on: date) -> Self:
        """What is written down for this group and day: one row or none."""
        return self.filter(group_id=group, starts_on=starts_on)


class VatRate(models.Model):
    """From this day on the group's rate is this one, until a later row."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    group = models.ForeignKey(VatGroup, models.PROTECT, related_name="rates", verbose_name=_("group"), db_index=False)
    starts_on = models.DateField(_("from"), help_text=_("on the calendar of Việt Nam"))
    rate = models.DecimalField(_("VAT, %"), max_digits=5, decimal_places=2)

    objects = VatRateQuerySet.as_manager()

    class Meta:
        verbose_name = _("VAT rate")
        verbose_name_plural = _("VAT rates")
        ordering: ClassVar[list[str]] = ["group", "-starts_on"]
        constraints = [
            models.UniqueConstraint(fields=["group", "starts_on"], name="vat_rate_once_per_day"),
            models.CheckConstraint(condition=Q(rate__gte=0, rate__lte=100), name="vat_rate_percent"),
        ]

    def __str__(self) -> str:
        return f"{self.group_id} {self.rate} % · {self.starts_on}"


class VatRateChange(models.Model):
    """Somebody wrote, changed or took back a rate. Written with the change; the database refuses to alter it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    group = models.ForeignKey(VatGroup, models.PROTECT, related_name="changes", verbose_name=_("group"))
    starts_on = models.DateField(_("from"))
    old = models.DecimalField(_("old rate, %"), max_digits=5, decimal_places=2, null=True)
    new = models.DecimalField(_("new rate, %"), max_digits=5, decimal_places=2, null=True)
    by = models.UUIDField(_("by"), null=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("change of a VAT rate")
        verbose_name_plural = _("changes of VAT rates")
        ordering: ClassVar[list[str]] = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.group_id} {self.starts_on}: {self.old} → {self.new}"
