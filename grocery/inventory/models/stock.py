"""What there is: stock items, which are locked and versioned, and their lots, which are the truth."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from functools import reduce
from operator import or_
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import F, Min, OuterRef, Q, Subquery, Sum
from django.utils.translation import gettext_lazy as _

from grocery.inventory.contracts import HotRule, StockChange
from grocery.inventory.models import sql
from grocery.inventory.models.levels import LevelsQuerySet
from grocery.inventory.policies.changes import LotState
from grocery.inventory.policies.fefo import Shelf
from grocery.kernel.ids import new_id
from grocery.kernel.quantity import ZERO, Quantity

_ADD_ITEMS = """
    INSERT INTO "inventory_stockitem" (id, sku, location, version, low_stock_threshold)
    SELECT line.id, line.sku, %(location)s, 0, line.low
    FROM unnest(%(ids)s::uuid[], %(skus)s::text[], %(low)s::numeric[]) AS line(id, sku, low)
"""

_OPEN_LOTS = """
    INSERT INTO "inventory_lot" (id, stock_item_id, lot_code, expires_on, on_hand, reserved)
    SELECT line.id, item.id, line.code, line.expiry, 0, 0
    FROM unnest(%(ids)s::uuid[], %(skus)s::text[], %(codes)s::text[], %(expiries)s::date[])
        AS line(id, sku, code, expiry)
    JOIN "inventory_stockitem" item ON item.sku = line.sku AND item.location = %(location)s
    ON CONFLICT (stock_item_id, expires_on, lot_code) DO NOTHING
"""

_SHELVES = """
    SELECT lot.id, lot.stock_item_id, lot.lot_code, lot.expires_on,
        lot.on_hand - lot.reserved + COALESCE(SUM(mine.quantity), 0), COALESCE(SUM(mine.quantity), 0),
        lot.on_hand, lot.percent_off, array_agg(mine.percent_off), array_agg(mine.quantity)
    FROM "inventory_lot" lot
    LEFT JOIN "inventory_allocation" mine
        ON mine.lot_id = lot.id AND mine.reservation_id = ANY(%(reservations)s::uuid[])
    WHERE lot.stock_item_id = ANY(%(items)s::uuid[]) AND lot.on_hand > 0
    GROUP BY lot.id
"""

#: Whether many may buy of it at once (docs/adr/0043): when the shop sees that many do, always, or never.
HOT_RULES = [(HotRule.AUTO, _("by itself")), (HotRule.ON, _("always")), (HotRule.OFF, _("never"))]


class StockItemQuerySet(LevelsQuerySet):
    def at(self, location: UUID) -> Self:
        return self.filter(location=location)

    def known(self, skus: Iterable[str], *, location: UUID) -> set[str]:
        """Those that the store has, or has had."""
        return set(self.at(location).filter(sku__in=list(skus)).values_list("sku", flat=True))

    def with_totals(self) -> Self:
        """With what their lots add up to: `on_hand`, `reserved`, `free` at its full price, and the `next_expiry`.

        Subqueries, so that a page of a list adds up the lots of that page alone.
        """
        shelf = Lot.objects.filter(stock_item=OuterRef("id"), on_hand__gt=0).order_by().values("stock_item")
        free = Sum(F("on_hand") - F("reserved"), filter=Q(percent_off=None))
        expiry = Min("expires_on")
        totals = {"on_hand": Sum("on_hand"), "reserved": Sum("reserved"), "free": free, "next_expiry": expiry}
        return self.annotate(
            **{name: Subquery(shelf.annotate(x=total).values("x")) for name, total in totals.items()}
        )

    def low(self) -> Self:
        """Those of which no more is free than their threshold says; needs `with_totals`."""
        return self.filter(Q(free__lte=F("low_stock_threshold")) | Q(free=None))

    def of_or_among(self, skus: Iterable[str], items: Iterable[UUID], *, location: UUID) -> Self:
        return self.filter(Q(sku__in=list(skus), location=location) | Q(id__in=list(items)))

    def keyed(self, keys: Collection[tuple[str, UUID]]) -> Self:
        """These SKUs, each in its store."""
        skus: dict[UUID, list[str]] = {}
        for sku, location in keys:
            skus.setdefault(location, []).append(sku)
        stores = [Q(location=location, sku__in=its) for location, its in skus.items()]
        return self.filter(reduce(or_, stores)) if stores else self.none()

    def with_lots_among(self, lots: Iterable[UUID]) -> Self:
        """The items of these lots."""
        return self.filter(id__in=Lot.objects.filter(id__in=list(lots)).values("stock_item"))

    def among(self, items: Iterable[UUID]) -> Self:
        return self.filter(id__in=list(items))

    def hot(self) -> Self:
        return self.filter(hot=True)

    def cold(self) -> Self:
        return self.filter(hot=False)

    def ids(self, *, rule: HotRule) -> list[UUID]:
        return list(self.filter(hot_rule=rule).values_list("id", flat=True))

    def ruled(self, rule: HotRule, items: Iterable[UUID]) -> list[tuple[UUID, bool]]:
        """Those of these items under that rule, and whether they are hot."""
        return list(self.filter(hot_rule=rule, id__in=list(items)).values_list("id", "hot"))

    def locked(self) -> Self:
        """Lock in key order: whoever locks more than one item does it here, so nobody waits in a circle."""
        return self.order_by("sku", "location").select_for_update(no_key=True)

    def stores(self) -> list[UUID]:
        """Every store that has ever had goods."""
        return list(self.order_by("location").values_list("location", flat=True).distinct())

    def add_missing(self, skus: Iterable[str], *, location: UUID) -> None:
        """Make the items that a store does not have yet, in key order."""
        self._add(dict.fromkeys(skus, ZERO), location, "NOTHING")

    def set_thresholds(self, thresholds: Mapping[str, Quantity], *, location: UUID) -> None:
        """Say when each SKU counts as low in a store; makes the items that are missing, in key order."""
        self._add(thresholds, location, "UPDATE SET low_stock_threshold = EXCLUDED.low_stock_threshold")

    def _add(self, thresholds: Mapping[str, Quantity], location: UUID, on_conflict: str) -> None:
        skus = sorted(thresholds)
        if skus:
            statement = _ADD_ITEMS + f"ON CONFLICT (sku, location) DO {on_conflict}"
            values = {
                "ids": [new_id() for _sku in skus],
                "skus": skus,
                "low": [thresholds[sku] for sku in skus],
            }
            sql.rows(self.db, statement, location=location, **values)


class StockItem(models.Model):
    """A SKU in a store: the row that is locked before, and versioned after, anything about its lots changes."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sku = models.CharField(_("SKU"), max_length=64)
    location = models.UUIDField(_("store"))
    version = models.BigIntegerField(_("version"), default=0)
    low_stock_threshold = models.DecimalField(_("low at"), max_digits=12, decimal_places=3, default=ZERO)
    delisted = models.BooleanField(_("delisted"), default=False, db_default=False)
    hot_rule = models.CharField(_("flash sale"), max_length=4, choices=HOT_RULES, db_default=HotRule.AUTO.value)
    hot = models.BooleanField(_("hot"), db_default=False)

    objects = StockItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("stock item")
        verbose_name_plural = _("stock items")
        constraints = [
            models.UniqueConstraint(fields=["sku", "location"], name="one_stock_item_per_sku_and_store"),
            models.CheckConstraint(condition=Q(low_stock_threshold__gte=0), name="stock_threshold_not_negative"),
        ]
        indexes = [models.Index(fields=["sku"], condition=Q(hot=True), name="hot_items")]

    def __str__(self) -> str:
        return self.sku


class LotQuerySet(models.QuerySet["Lot"]):
    def of(self, items: Iterable[UUID]) -> Self:
        return self.filter(stock_item__in=list(items))

    def on_shelf(self) -> Self:
        return self.filter(on_hand__gt=0)

    def in_store(self, location: UUID) -> Self:
        return self.filter(stock_item__location=location)

    def past(self, day: date) -> Self:
        """Those that have expired before that day."""
        return self.filter(expires_on__lt=day)

    def never_counted(self) -> Self:
        """Those of items of which no lot was ever counted."""
        return self.exclude(stock_item__lots__movements__kind="counted")

    def skus(self) -> set[str]:
        return set(self.values_list("stock_item__sku", flat=True))

    def shelves(self, items: Iterable[StockItem], *, held_by: Iterable[UUID] = ()) -> list[Shelf]:
        """The lots of these items for the planner; what the reservations `held_by` hold counts as free."""
        skus = {item.id: item.sku for item in items}
        found = sql.rows(self.db, _SHELVES, items=list(skus), reservations=list(held_by))
        return [
            Shelf(
                lot,
                item,
                skus[item],
                code,
                expiry,
                free,
                held,
                on_hand,
                percent,
                tuple(zip(percents, parts, strict=True)) if held else (),
            )
            for lot, item, code, expiry, free, held, on_hand, percent, percents, parts in found
        ]

    def open(self, received: Iterable[StockChange], *, location: UUID) -> None:
        """Make the lots that goods come in for, still empty, where there are none yet; their items are locked."""
        keys = list({(change.sku, change.lot_code, change.expires_on): None for change in received})
        if keys:
            skus, codes, expiries = (list(column) for column in zip(*keys, strict=True))
            ids = [new_id() for _key in keys]
            sql.rows(self.db, _OPEN_LOTS, ids=ids, skus=skus, codes=codes, expiries=expiries, location=location)

    def analyze(self) -> None:
        """Let the planner see many new rows now, not when autovacuum comes by: until then it misses the indexes."""
        for table in ("stockitem", "lot", "movement"):
            sql.rows(self.db, f'ANALYZE "inventory_{table}"')

    def states(self, items: Iterable[StockItem]) -> list[LotState]:
        """The lots of these items, emptied ones too, for what staff do to them."""
        skus = {item.id: item.sku for item in items}
        fields = ("id", "stock_item", "lot_code", "expires_on", "on_hand", "reserved")
        return [LotState(lot, item, skus[item], *rest) for lot, item, *rest in self.of(skus).values_list(*fields)]


class Lot(models.Model):
    """Goods of one item that came together and expire together; without code and expiry: the item's undated lot.

    `on_hand` is the sum of the lot's movements, `reserved` of its allocations in open reservations.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    stock_item = models.ForeignKey(
        StockItem, models.PROTECT, related_name="lots", verbose_name=_("stock item"), db_index=False
    )
    lot_code = models.CharField(_("lot"), max_length=64, blank=True, default="")
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    on_hand = models.DecimalField(_("on hand"), max_digits=12, decimal_places=3, default=ZERO)
    reserved = models.DecimalField(_("reserved"), max_digits=12, decimal_places=3, default=ZERO)
    #: What its standing markdown says; written with it (docs/adr/0125).
    percent_off = models.PositiveSmallIntegerField(_("percent off"), null=True, blank=True)

    objects = LotQuerySet.as_manager()

    class Meta:
        verbose_name = _("lot")
        verbose_name_plural = _("lots")
        constraints = [
            models.UniqueConstraint(
                fields=["stock_item", "expires_on", "lot_code"], nulls_distinct=False, name="one_row_per_lot"
            ),
            models.CheckConstraint(
                condition=Q(reserved__gte=0) & Q(reserved__lte=F("on_hand")),
                name="lot_promises_only_what_it_has",
            ),
            models.CheckConstraint(
                condition=Q(percent_off=None) | Q(percent_off__gte=1, percent_off__lte=90), name="lot_leaves_a_price"
            ),
        ]
        indexes = [
            # Emptied lots stay for their movements; every question about stock skips them by this index.
            models.Index(fields=["stock_item", "expires_on"], condition=Q(on_hand__gt=0), name="lot_on_shelf"),
            models.Index(fields=["expires_on"], condition=Q(on_hand__gt=0), name="lot_by_day"),
            models.Index(
                fields=["stock_item"], condition=Q(on_hand__gt=0, percent_off__isnull=False), name="lot_marked_down"
            ),
        ]

    def __str__(self) -> str:
        return " ".join(str(part) for part in (self.lot_code, self.expires_on) if part) or "–"

    @property
    def available(self) -> Quantity:
        """What is on hand and promised to nobody."""
        return Quantity(self.on_hand - self.reserved)
