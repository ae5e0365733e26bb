"""What things cost, cost before, and will cost."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import ClassVar, Final, Self
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grocery.catalog.models.products import Product
from grocery.kernel import statements
from grocery.kernel.ids import new_id

#: For each product on offer the lowest that was asked in the 30 days before the offer that is shown began: each price
#: with the time that it held (`steps`), and what earlier offers made of it while they ran.
_LOWEST: Final = """
WITH p AS (SELECT sku, price FROM "catalog_product" WHERE sku = ANY(%s)), offers AS (
  SELECT s.sku, s.price, s.percent, s.starts_at, coalesce(s.ends_at, 'infinity') AS ends_at
  FROM "catalog_shelfoffer" s JOIN p USING (sku) WHERE s.store_id IS NULL OR s.store_id = %s
), shown AS (
  SELECT DISTINCT ON (o.sku) o.sku, o.starts_at AS until, o.starts_at - interval '30 days' AS since
  FROM offers o JOIN p USING (sku) WHERE o.starts_at <= now() AND o.ends_at > now()
  ORDER BY o.sku, coalesce(o.price, p.price - round(p.price * o.percent / 100.0)), o.starts_at
), changes AS (
  SELECT c.product_id AS sku, c.old, c.new, c.at, c.id FROM "catalog_pricechange" c JOIN p ON p.sku = c.product_id
), steps AS (
  SELECT sku, price, since, lead(since, 1, 'infinity') OVER (PARTITION BY sku ORDER BY since, id) AS until FROM (
    SELECT sku, price, '-infinity'::timestamptz AS since, NULL::uuid AS id FROM p
    WHERE NOT EXISTS (SELECT FROM changes WHERE changes.sku = p.sku)
    UNION ALL (SELECT DISTINCT ON (sku) sku, old, '-infinity', NULL FROM changes ORDER BY sku, at, id)
    UNION ALL SELECT sku, new, at, id FROM changes) AS each_price
)
SELECT sku, min(price) FROM (
  SELECT sku, s.price FROM steps s JOIN shown USING (sku) WHERE s.since < shown.until AND s.until > shown.since
  UNION ALL
  SELECT sku, coalesce(o.price, s.price - round(s.price * o.percent / 100.0))
  FROM offers o JOIN shown USING (sku) JOIN steps s USING (sku)
  WHERE greatest(o.starts_at, s.since, shown.since) < least(o.ends_at, s.until, shown.until)
) AS asked GROUP BY sku HAVING min(price) IS NOT NULL
"""


def lowest_before_offers(skus: Collection[str], *, store_id: UUID) -> dict[str, int]:
    """The lowest price, đồng, of the 30 days before the offer that is shown of each; without any, it is absent."""
    return {sku: int(price) for sku, price in statements.rows(DEFAULT_DB_ALIAS, _LOWEST, [list(skus), store_id])}


class PlannedPriceQuerySet(models.QuerySet["PlannedPrice"]):
    def open(self) -> Self:
        """Neither in force nor taken back."""
        return self.filter(applied_at=None, taken_back_at=None)

    def due(self, now: datetime, *, most: int) -> list[PlannedPrice]:
        """What is to come into force now, in its order; nobody else takes it until this transaction ends."""
        return list(self.open().filter(starts_at__lte=now).order_by("starts_at", "id").select_for_update()[:most])

    def locked(self, key: UUID) -> PlannedPrice | None:
        return self.filter(pk=key).select_for_update().first()

    def planned(self, sku: str, starts_at: datetime) -> bool:
        return self.open().filter(product_id=sku, starts_at=starts_at).exists()


class PlannedPrice(models.Model):
    """What a product will cost from a moment on. Kept when it has come into force or was taken back."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    product = models.ForeignKey(Product, models.PROTECT, related_name="planned_prices", verbose_name=_("product"))
    price = models.BigIntegerField(_("new price, ₫"), help_text=_("per unit, VAT included"))
    starts_at = models.DateTimeField(_("from"))
    by = models.UUIDField(_("by"), null=True, editable=False)
    written_at = models.DateTimeField(_("written down"), editable=False)
    applied_at = models.DateTimeField(_("in force since"), null=True, editable=False)
    taken_back_at = models.DateTimeField(_("taken back"), null=True, editable=False)
    taken_back_by = models.UUIDField(_("taken back by"), null=True, editable=False)

    objects = PlannedPriceQuerySet.as_manager()

    class Meta:
        verbose_name = _("planned price")
        verbose_name_plural = _("planned prices")
        ordering: ClassVar[list[str]] = ["-starts_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(price__gt=0), name="planned_price_positive"),
            models.CheckConstraint(
                condition=Q(applied_at=None) | Q(taken_back_at=None), name="planned_price_one_end"
            ),
            models.UniqueConstraint(
                fields=["product", "starts_at"], condition=Q(taken_back_at=None), name="planned_price_one_at_a_time"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["starts_at"], condition=Q(applied_at=None, taken_back_at=None), name="planned_price_due"
            )
        ]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.price}"
