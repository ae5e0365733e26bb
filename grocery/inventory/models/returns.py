"""What came back from customers."""

from __future__ import annotations

from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grocery.inventory import contracts
from grocery.inventory.models import sql
from grocery.inventory.models.stock import Lot
from grocery.inventory.models.waste import Wastage
from grocery.inventory.policies.returns import IssuedLot
from grocery.kernel.ids import new_id
from grocery.kernel.quantity import Quantity

_ISSUED = """
    SELECT lot.id, item.sku, lot.lot_code, lot.expires_on, -SUM(moved.quantity)
    FROM "inventory_movement" moved
    JOIN "inventory_lot" lot ON lot.id = moved.lot_id JOIN "inventory_stockitem" item ON item.id = lot.stock_item_id
    WHERE moved.reference = %(holder)s AND moved.kind IN ('sold', 'returned')
        AND NOT EXISTS (SELECT 1 FROM "inventory_movement" back WHERE back.takes_back_id = moved.id)
    GROUP BY lot.id, item.sku HAVING SUM(moved.quantity) < 0
"""


class GoodsReturnQuerySet(models.QuerySet["GoodsReturn"]):
    def named(self, return_: UUID) -> GoodsReturn | None:
        return self.filter(id=return_).first()

    def of(self, return_: UUID) -> Self:
        return self.filter(id=return_)

    def locked(self) -> Self:
        """Locked before any stock: who undoes waits for others who do."""
        return self.select_for_update(no_key=True)

    def issued(self, holder: str) -> list[IssuedLot]:
        """What has left for a holder and has not come back, by lot."""
        return [IssuedLot(*row) for row in sql.rows(self.db, _ISSUED, holder=holder)]


class GoodsReturn(models.Model):
    """Goods that a customer gave back at once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    holder = models.CharField(_("holder"), max_length=100)
    location = models.UUIDField(_("store"))
    at = models.DateTimeField(_("at"))
    by = models.UUIDField(_("by"))
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)
    undone_by = models.UUIDField(_("undone by"), null=True, blank=True)

    objects = GoodsReturnQuerySet.as_manager()

    class Meta:
        verbose_name = _("return of goods")
        verbose_name_plural = _("returns of goods")
        indexes = [
            models.Index(fields=["location", "-at"], name="return_to_store"),
            models.Index(fields=["holder"], name="return_of_holder"),
        ]

    def __str__(self) -> str:
        return self.holder

    def told(self) -> contracts.GoodsReturn:
        lots = tuple(line.told() for line in self.lines.select_related("lot__stock_item", "wastage").order_by("id"))
        return contracts.GoodsReturn(self.id, self.holder, self.location, self.at, lots, self.undone_at is not None)


class GoodsReturnLine(models.Model):
    """So much of one lot. Its id is that of the movement "returned"."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    goods_return = models.ForeignKey(
        GoodsReturn, models.PROTECT, related_name="lines", verbose_name=_("return of goods")
    )
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="+", verbose_name=_("lot"), db_index=False)
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)
    #: Where it was thrown away at once; its id is that of the movement "wasted".
    wastage = models.ForeignKey(
        Wastage, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("waste"), db_index=False
    )

    class Meta:
        verbose_name = _("line of a return")
        verbose_name_plural = _("lines of returns")
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="return_of_something")]

    def __str__(self) -> str:
        return f"{self.quantity}"

    def told(self) -> contracts.ReturnedLot:
        lot = self.lot
        wasted = contracts.WasteReason(self.wastage.reason) if self.wastage else None
        sku = lot.stock_item.sku
        return contracts.ReturnedLot(sku, lot.id, lot.lot_code, lot.expires_on, Quantity(self.quantity), wasted)
