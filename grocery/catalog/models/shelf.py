"""What other domains' facts say about a product: is it in stock, how well does it sell.

No foreign keys: a fact may be heard before the product is known here.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Listing(models.Model):
    """One product in one store, as the stockroom last described it; of two versions the newer wins."""

    pk = models.CompositePrimaryKey("store_id", "sku")
    store_id = models.UUIDField(_("store"))
    sku = models.CharField(_("SKU"), max_length=64)
    in_stock = models.BooleanField(_("in stock"), null=True, help_text=_("empty: never counted"))
    earliest_expiry = models.DateField(_("earliest expiry"), null=True)
    version = models.BigIntegerField(_("version"), default=0, db_default=0)
    sold_7d = models.PositiveIntegerField(_("orders in seven days"), default=0, db_default=0)

    class Meta:
        verbose_name = _("listing")
        verbose_name_plural = _("listings")
        indexes = [
            models.Index(
                fields=["store_id", "earliest_expiry", "sku"],
                include=["in_stock"],
                condition=Q(earliest_expiry__isnull=False),
                name="listing_by_expiry",
            ),
            models.Index(fields=["store_id", "-sold_7d", "sku"], condition=Q(sold_7d__gt=0), name="listing_selling"),
        ]

    def __str__(self) -> str:
        return f"{self.store_id}/{self.sku}"


class ShelfOffer(models.Model):
    """A product for less while a window is open, as ordering last described its offer; in one store or in all."""

    pk = models.CompositePrimaryKey("offer_id", "sku")
    offer_id = models.UUIDField(_("offer"))
    sku = models.CharField(_("SKU"), max_length=64)
    store_id = models.UUIDField(_("store"), null=True)
    percent = models.PositiveSmallIntegerField(_("percent off"), default=0)
    price = models.BigIntegerField(_("new price, ₫"), null=True)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"), null=True)

    class Meta:
        verbose_name = _("offer on the shelf")
        verbose_name_plural = _("offers on the shelf")
        indexes = [models.Index(fields=["sku"], name="shelfoffer_of_sku")]

    def __str__(self) -> str:
        return f"{self.sku}: {self.percent or self.price}"


class DailySale(models.Model):
    """How many orders of one local day held one product in one store."""

    pk = models.CompositePrimaryKey("day", "store_id", "sku")
    day = models.DateField(_("day"))
    store_id = models.UUIDField(_("store"))
    sku = models.CharField(_("SKU"), max_length=64)
    orders = models.PositiveIntegerField(_("orders"), default=0)

    class Meta:
        indexes = [models.Index(fields=["sku", "store_id"], name="dailysale_of_sku")]
        verbose_name = _("daily sale")
        verbose_name_plural = _("daily sales")

    def __str__(self) -> str:
        return f"{self.day} {self.sku}: {self.orders}"


class KnownWord(models.Model):
    """A word, folded, that occurs in some name: what a mistyped one may have meant."""

    word = models.CharField(max_length=64, primary_key=True)

    class Meta:
        verbose_name = _("known word")
        verbose_name_plural = _("known words")

    def __str__(self) -> str:
        return self.word
