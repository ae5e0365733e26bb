"""Why an order costs less than its goods: a row for each offer's effect, written with it; they shrink with lines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grocery.kernel.money import dong
from grocery.kernel.quantity import Quantity
from grocery.ordering.contracts import Adjustment, OfferKind
from grocery.ordering.models.columns import amount_of, key
from grocery.ordering.models.orders import Order

KINDS = [
    (OfferKind.SKU.value, _("product discount")),
    (OfferKind.NEAR_EXPIRY.value, _("near expiry")),
    (OfferKind.MULTI_BUY.value, _("several for less")),
    (OfferKind.CATEGORY.value, _("category percentage")),
    (OfferKind.BASKET.value, _("whole basket")),
    (OfferKind.FREE_DELIVERY.value, _("free delivery")),
]


class OrderAdjustmentQuerySet(models.QuerySet["OrderAdjustment"]):
    def of_lines(self, order_id: UUID, skus: Iterable[str]) -> list[OrderAdjustment]:
        """What lowered these lines of an order."""
        return list(self.filter(order_id=order_id, sku__in=list(skus)).order_by("id"))

    def of_order(self, order_id: UUID) -> list[OrderAdjustment]:
        """What lowered its lines and, without a SKU, its fee."""
        return list(self.filter(order_id=order_id).order_by("id"))

    def replace_all(self, order_id: UUID, rows: Iterable[OrderAdjustment]) -> None:
        """Have these in place of whatever lowered the order until now."""
        self.filter(order_id=order_id).delete()
        self.bulk_create(list(rows))

    def lessen(self, rows: Iterable[OrderAdjustment]) -> None:
        """Write down the smaller effects; those that have come to nothing go."""
        rows = list(rows)
        self.filter(id__in=[row.id for row in rows if not row.amount]).delete()
        self.bulk_update([row for row in rows if row.amount], ["amount", "quantity"])


class OrderAdjustment(models.Model):
    """One offer's effect on one line, in the words of that moment; without a SKU, on the delivery fee."""

    id = key()
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="adjustments", verbose_name=_("order"))
    sku = models.CharField(_("SKU"), max_length=64, blank=True, default="")
    offer_id = models.UUIDField(_("offer"), null=True)
    kind = models.CharField(_("kind"), max_length=16, choices=KINDS)
    name_en = models.CharField(_("name in English"), max_length=200)
    name_vi = models.CharField(_("name in Vietnamese"), max_length=200)
    quantity = amount_of(_("quantity"))
    amount = models.BigIntegerField(_("amount, ₫"))

    objects = OrderAdjustmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer's effect")
        verbose_name_plural = _("offers' effects")
        ordering: ClassVar[list[str]] = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__lt=0), name="adjustment_lowers"),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in OfferKind]), name="adjustment_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name_en}: {self.amount}"

    def effect(self) -> Adjustment:
        """As the rules say it."""
        return Adjustment(
            self.offer_id,
            OfferKind(self.kind),
            self.name_en,
            self.name_vi,
            Quantity(self.quantity),
            dong(self.amount),
        )

    @classmethod
    def of_effect(cls, order_id: UUID, sku: str, effect: Adjustment) -> Self:
        return cls(
            order_id=order_id,
            sku=sku,
            offer_id=effect.offer_id,
            kind=effect.kind.value,
            name_en=effect.name_en,
            name_vi=effect.name_vi,
            quantity=effect.quantity,
            amount=effect.amount.minor,
        )
