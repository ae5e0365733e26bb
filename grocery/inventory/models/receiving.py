"""What came in by which hands: receipts, their lines, and the bar codes that are known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from grocery.kernel.ids import new_id


class ReceiptState(models.TextChoices):
    OPEN = "open", _("open")
    BOOKED = "booked", _("booked")
    REVERSED = "reversed", _("undone")


class GoodsReceiptQuerySet(models.QuerySet["GoodsReceipt"]):
    def at(self, location: UUID) -> Self:
        return self.filter(location=location)

    def open(self) -> Self:
        return self.filter(state=ReceiptState.OPEN)

    def closed(self) -> Self:
        return self.exclude(state=ReceiptState.OPEN)

    def newest_first(self) -> Self:
        return self.order_by("-opened_at", "-id")

    def with_size(self) -> Self:
        """With the number of lines that stand."""
        return self.annotate(size=Count("lines", filter=Q(lines__removed_at=None)))

    def of(self, receipt: UUID) -> Self:
        return self.filter(id=receipt)

    def locked(self) -> Self:
        """Locked before any stock: whoever adds, takes off or books waits for the others at this receipt."""
        return self.select_for_update(no_key=True)


class GoodsReceipt(models.Model):
    """Goods that came at once from one supplier. Open while staff scan; booked, its lines are in stock."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    location = models.UUIDField(_("store"))
    supplier = models.CharField(_("supplier"), max_length=200)
    reference = models.CharField(_("delivery note"), max_length=100, blank=True, default="")
    state = models.CharField(_("state"), max_length=8, choices=ReceiptState, default=ReceiptState.OPEN)
    opened_at = models.DateTimeField(_("opened at"))
    opened_by = models.UUIDField(_("opened by"))
    booked_at = models.DateTimeField(_("booked at"), null=True, blank=True)
    booked_by = models.UUIDField(_("booked by"), null=True, blank=True)
    reversed_at = models.DateTimeField(_("undone at"), null=True, blank=True)
    reversed_by = models.UUIDField(_("undone by"), null=True, blank=True)

    objects = GoodsReceiptQuerySet.as_manager()

    #: There after `with_size()`.
    size: int

    class Meta:
        verbose_name = _("goods receipt")
        verbose_name_plural = _("goods receipts")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", booked_at=None, reversed_at=None)
                | Q(state="booked", booked_at__isnull=False, reversed_at=None)
                | Q(state="reversed", booked_at__isnull=False, reversed_at__isnull=False),
                name="receipt_says_when",
            )
        ]
        indexes = [
            models.Index(fields=["location", "-opened_at"], name="receipt_of_store"),
        ]

    def __str__(self) -> str:
        return " · ".join(part for part in (self.supplier, self.reference) if part)

    @property
    def stock_reference(self) -> str:
        """What its movements refer to."""
        return f"receipt:{self.id}"


class ReceiptLineQuerySet(models.QuerySet["ReceiptLine"]):
    def of(self, receipt: UUID) -> Self:
        return self.filter(receipt=receipt)

    def named(self, line: UUID) -> Self:
        return self.filter(id=line)

    def standing(self) -> Self:
        """Those that nobody took off again."""
        return self.filter(removed_at=None)

    def newest_first(self) -> Self:
        return self.order_by("-added_at", "-id")

    def add(self, line: ReceiptLine) -> None:
        """Write a line down, unless it already is."""
        self.bulk_create([line], ignore_conflicts=True)


class ReceiptLine(models.Model):
    """So much of a lot, as somebody scanned it. Never deleted: what was a slip says who took it off."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    receipt = models.ForeignKey(
        GoodsReceipt, models.PROTECT, related_name="lines", verbose_name=_("goods receipt"), db_index=False
    )
    sku = models.CharField(_("SKU"), max_length=64)
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)
    lot_code = models.CharField(_("lot"), max_length=64, blank=True, default="")
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    gtin = models.CharField(_("GTIN"), max_length=14, blank=True, default="")
    short_dated = models.BooleanField(_("short-dated"), default=False)
    added_at = models.DateTimeField(_("added at"))
    added_by = models.UUIDField(_("added by"))
    removed_at = models.DateTimeField(_("taken off at"), null=True, blank=True)
    removed_by = models.UUIDField(_("taken off by"), null=True, blank=True)

    objects = ReceiptLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("receipt line")
        verbose_name_plural = _("receipt lines")
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="receipt_line_of_something")]
        indexes = [models.Index(fields=["receipt", "-added_at"], name="line_of_receipt")]

    def __str__(self) -> str:
        return f"{self.sku} {self.quantity}"


class BarcodeQuerySet(models.QuerySet["Barcode"]):
    def known_as(self, gtin: str) -> Self:
        return self.filter(gtin=gtin)

    def among(self, gtins: Iterable[str]) -> Self:
        return self.filter(gtin__in=list(gtins))


class Barcode(models.Model):
    """A code that staff have named: so much of a product. Products' own GTINs are the catalogue's."""

    gtin = models.CharField(_("GTIN"), primary_key=True, max_length=14)
    sku = models.CharField(_("SKU"), max_length=64)
    pack_quantity = models.DecimalField(_("how much it stands for"), max_digits=12, decimal_places=3)
    learnt_at = models.DateTimeField(_("learnt at"))
    learnt_by = models.UUIDField(_("learnt from"))

    objects = BarcodeQuerySet.as_manager()

    class Meta:
        verbose_name = _("bar code")
        verbose_name_plural = _("bar codes")
        constraints = [
            models.CheckConstraint(condition=Q(gtin__regex=r"^\d{14}$"), name="barcode_gtin_shape"),
            models.CheckConstraint(condition=Q(pack_quantity__gt=0), name="barcode_stands_for_something"),
        ]
        indexes = [models.Index(fields=["sku"], name="barcode_of_sku")]

    def __str__(self) -> str:
        return self.gtin

    def remember(self) -> None:
        """Write it down, in place of what was known of it before."""
        columns = ["sku", "pack_quantity", "learnt_at", "learnt_by"]
        Barcode.objects.bulk_create([self], update_conflicts=True, unique_fields=["gtin"], update_fields=columns)
