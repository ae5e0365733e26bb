"""Whether the books agreed when they were last compared, and what was done where they did not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Self
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, models
from django.db.models import Count, Q
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from grocery.inventory import contracts
from grocery.inventory.contracts import CheckRun, Difference
from grocery.inventory.models import sql
from grocery.inventory.models.levels import TAKEN
from grocery.kernel.ids import new_id
from grocery.kernel.quantity import Quantity

#: Both figures come from one statement, which sees one moment, also while the shop sells.
_PROVEN = f"""
    SELECT item.sku, item.location, lot.id, lot.on_hand, lot.reserved + {TAKEN},
        (SELECT COALESCE(SUM(quantity), 0) FROM "inventory_movement" WHERE lot_id = lot.id),
        (SELECT COALESCE(SUM(part.quantity), 0)
         FROM "inventory_allocation" part JOIN "inventory_reservation" own ON own.id = part.reservation_id
         WHERE part.lot_id = lot.id AND own.state = 'open')
    FROM "inventory_lot" lot JOIN "inventory_stockitem" item ON item.id = lot.stock_item_id
    WHERE lot.id = ANY(%(lots)s::uuid[])
    ORDER BY item.sku, item.location, lot.id
"""  # noqa: S608 - put together from constants


_DIFFERENCES = f"""
    SELECT item.sku, item.location, lot.id, books.what, books.recorded, books.proven
    FROM "inventory_lot" lot
    JOIN "inventory_stockitem" item ON item.id = lot.stock_item_id
    LEFT JOIN (
        SELECT lot_id, SUM(quantity) AS quantity FROM "inventory_movement" GROUP BY lot_id
    ) moved ON moved.lot_id = lot.id
    LEFT JOIN (
        SELECT part.lot_id, SUM(part.quantity) AS quantity
        FROM "inventory_allocation" part JOIN "inventory_reservation" own ON own.id = part.reservation_id
        WHERE own.state = 'open' GROUP BY part.lot_id
    ) promised ON promised.lot_id = lot.id
    CROSS JOIN LATERAL (VALUES
        ('on hand', lot.on_hand, COALESCE(moved.quantity, 0)),
        ('reserved', lot.reserved + {TAKEN}, COALESCE(promised.quantity, 0))
    ) AS books(what, recorded, proven)
    WHERE books.recorded <> books.proven
    ORDER BY item.sku, item.location, lot.id
"""  # noqa: S608 - put together from constants

_CORRECT = """
    UPDATE "inventory_lot" lot SET on_hand = right_.on_hand, reserved = right_.reserved
    FROM unnest(%(lots)s::uuid[], %(on_hand)s::numeric[], %(reserved)s::numeric[]) AS right_(id, on_hand, reserved)
    WHERE lot.id = right_.id
"""


class StockCheckQuerySet(models.QuerySet["StockCheck"]):
    def keep(self, run: CheckRun, *, by: UUID | None) -> None:
        """Write a comparison down with what it found."""
        check = self.create(id=run.id, started_at=run.started_at, ended_at=run.ended_at, lots=run.lots, by=by)
        StockDifference.objects.bulk_create(
            StockDifference(
                check_run=check,
                sku=found.sku,
                location=found.location,
                lot=found.lot_id,
                transfer=found.transfer,
                what=found.what,
                recorded=found.recorded,
                proven=found.proven,
            )
            for found in run.differences
        )

    def with_counts(self) -> Self:
        """With how many differences it found, and how many of them are still to be mended."""
        unmended = Count("differences", filter=Q(differences__mended_at=None))
        return self.annotate(found=Count("differences"), unmended=unmended)

    def latest_run(self) -> StockCheck | None:
        return self.order_by("-ended_at").first()

    def older_than(self, moment: datetime) -> Self:
        return self.filter(ended_at__lt=moment)


class StockCheck(models.Model):
    """One comparison of all books."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"), db_index=True)
    lots = models.PositiveIntegerField(_("lots"))
    by = models.UUIDField(_("by"), null=True, blank=True)

    objects = StockCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("check of the books")
        verbose_name_plural = _("checks of the books")

    def __str__(self) -> str:
        return f"{localtime(self.ended_at):%Y-%m-%d %H:%M}"


class StockDifferenceQuerySet(models.QuerySet["StockDifference"]):
    def unmended_of(self, check: UUID) -> list[Difference]:
        return [found.told() for found in self.filter(check_run=check, mended_at=None).order_by("id")]

    def mend(self, check: UUID, done: Iterable[Difference], *, how: str, by: UUID | None, now: datetime) -> None:
        """Write down that these have been dealt with."""
        which = Q(pk__in=[])
        for found in done:
            which |= Q(what=found.what, lot=found.lot_id, transfer=found.transfer, sku=found.sku)
        self.filter(which, check_run=check).update(mended_at=now, mended_by=by, how=how)

    def counts_of(self, check: UUID) -> dict[str, int]:
        found = self.filter(check_run=check, mended_at=None).order_by().values("what")
        return dict(found.values_list("what", Count("id")))


class StockDifference(models.Model):
    """Two books that did not agree; and, once mended, how and by whom."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    check_run = models.ForeignKey(
        StockCheck, models.CASCADE, related_name="differences", verbose_name=_("check of the books")
    )
    what = models.CharField(
        _("book"),
        max_length=10,
        choices=[
            ("on hand", _("on hand")),
            ("reserved", _("reserved")),
            ("in transit", _("in transit")),
        ],
    )
    sku = models.CharField(_("SKU"), max_length=64)
    location = models.UUIDField(_("store"))
    lot = models.UUIDField(_("lot"), null=True, blank=True)
    transfer = models.UUIDField(_("transfer"), null=True, blank=True)
    recorded = models.DecimalField(_("recorded"), max_digits=16, decimal_places=3)
    proven = models.DecimalField(_("proven"), max_digits=16, decimal_places=3)
    mended_at = models.DateTimeField(_("mended at"), null=True, blank=True)
    mended_by = models.UUIDField(_("mended by"), null=True, blank=True)
    how = models.CharField(_("how"), max_length=10, blank=True, default="")

    objects = StockDifferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("difference")
        verbose_name_plural = _("differences")

    def __str__(self) -> str:
        return f"{self.sku} {self.what}"

    def told(self) -> Difference:
        return contracts.Difference(
            sku=self.sku,
            location=self.location,
            lot_id=self.lot,
            what=self.what,  # type: ignore[arg-type]  # the database holds one of the three
            recorded=Quantity(self.recorded),
            proven=Quantity(self.proven),
            transfer=self.transfer,
        )


def lot_differences() -> list[Difference]:
    """All lots that are not what their movements and open reservations add up to; none, if all is well."""
    return [Difference(*row) for row in sql.rows(DEFAULT_DB_ALIAS, _DIFFERENCES)]


def correct_lots(figures: Mapping[UUID, tuple[Decimal, Decimal]]) -> None:
    """Set on hand and reserved to what was proven. For repairing the books, and for nothing else."""
    on_hand, reserved = zip(*figures.values(), strict=True)
    sql.rows(DEFAULT_DB_ALIAS, _CORRECT, lots=list(figures), on_hand=list(on_hand), reserved=list(reserved))


class LotFigures:
    """What lots say of themselves and what others prove, now."""

    def __init__(self, lots: Iterable[UUID]) -> None:
        self.rows = sql.rows(DEFAULT_DB_ALIAS, _PROVEN, lots=list(lots))

    def differences(self) -> list[Difference]:
        found: list[Difference] = []
        for sku, location, lot, on_hand, reserved, moved, promised in self.rows:
            if on_hand != moved:
                found.append(Difference(sku, location, lot, "on hand", on_hand, moved))
            if reserved != promised:
                found.append(Difference(sku, location, lot, "reserved", reserved, promised))
        return found

    def by_lot(self) -> dict[UUID, tuple[Quantity, Quantity]]:
        """On hand and reserved, as the lots say."""
        return {lot: (on_hand, reserved) for _sku, _location, lot, on_hand, reserved, *_proven in self.rows}
