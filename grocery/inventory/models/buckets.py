"""A hot item's free goods, dealt into buckets, so that many buyers take of it at once.

While an item is hot, of each of its lots at any moment: on hand = reserved + the buckets' `free` + their `taken`.
Who sells takes one bucket that nobody has locked; the item's row stays untouched. See docs/adr/0043.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grocery.inventory.models import sql
from grocery.inventory.models.stock import Lot
from grocery.kernel.quantity import ZERO, Quantity

_GIVE_BACK = """
    INSERT INTO "inventory_bucket" (lot_id, free, taken)
    SELECT lot, quantity, -quantity FROM unnest(%(lots)s::uuid[], %(quantities)s::numeric[]) AS part(lot, quantity)
"""

_LOCK = """
    SELECT bucket.id, bucket.lot_id, bucket.free
    FROM "inventory_bucket" bucket JOIN "inventory_lot" lot ON lot.id = bucket.lot_id
    WHERE lot.stock_item_id = ANY(%(items)s::uuid[]) {which}
    ORDER BY bucket.id FOR NO KEY UPDATE OF bucket {waiting}
"""

_SET = """
    UPDATE "inventory_bucket" bucket SET taken = bucket.taken + bucket.free - dealt.free, free = dealt.free
    FROM unnest(%(ids)s::bigint[], %(free)s::numeric[]) AS dealt(id, free)
    WHERE bucket.id = dealt.id AND bucket.free <> dealt.free
"""

_FOLD = """
    WITH ours AS MATERIALIZED (
        SELECT bucket.id, bucket.lot_id, bucket.taken
        FROM "inventory_bucket" bucket JOIN "inventory_lot" lot ON lot.id = bucket.lot_id
        WHERE lot.stock_item_id = ANY(%(items)s::uuid[]) AND bucket.id %% %(slices)s = %(slice)s
            AND (%(slices)s = 1 OR bucket.taken > 0)
        ORDER BY bucket.id FOR NO KEY UPDATE OF bucket {waiting}
    ), folded AS (
        UPDATE "inventory_bucket" bucket SET taken = 0 FROM ours WHERE bucket.id = ours.id AND ours.taken <> 0
    )
    UPDATE "inventory_lot" lot SET reserved = lot.reserved + moved.taken
    FROM (SELECT lot_id, SUM(taken) AS taken FROM ours GROUP BY lot_id HAVING SUM(taken) <> 0) moved
    WHERE lot.id = moved.lot_id
"""

#: What is to be dealt of each lot. Buckets that came while we held the others hold what they hold.
_UNDEALT = """
    SELECT lot.id, lot.on_hand - lot.reserved - COALESCE(SUM(bucket.taken), 0)
        - COALESCE(SUM(bucket.free) FILTER (WHERE bucket.id <> ALL(%(held)s::bigint[])), 0)
    FROM "inventory_lot" lot LEFT JOIN "inventory_bucket" bucket ON bucket.lot_id = lot.id
    WHERE lot.stock_item_id = ANY(%(items)s::uuid[]) AND (lot.on_hand > 0 OR bucket.id IS NOT NULL)
    GROUP BY lot.id
"""

_DEAL = """
    WITH dealt AS (
        SELECT * FROM unnest(%(ids)s::bigint[], %(lots)s::uuid[], %(free)s::numeric[]) AS dealt(id, lot, free)
    ), updated AS (
        UPDATE "inventory_bucket" bucket SET free = dealt.free FROM dealt
        WHERE bucket.id = dealt.id AND bucket.free <> dealt.free
    )
    INSERT INTO "inventory_bucket" (lot_id, free, taken) SELECT lot, free, 0 FROM dealt WHERE id IS NULL
"""

_SPILT = """
    SELECT DISTINCT lot.stock_item_id
    FROM "inventory_bucket" bucket
    JOIN "inventory_lot" lot ON lot.id = bucket.lot_id JOIN "inventory_stockitem" item ON item.id = lot.stock_item_id
    WHERE NOT item.hot
"""


@dataclass(frozen=True, slots=True)
class Held:
    """A bucket that we have locked."""

    id: int
    lot: UUID
    free: Quantity


class BucketQuerySet(models.QuerySet["Bucket"]):
    def give_back(self, quantities: Mapping[UUID, Quantity]) -> None:
        """So much of each lot is free again, in a bucket of its own: this needs no lock and waits for nobody."""
        if quantities:
            sql.rows(self.db, _GIVE_BACK, lots=list(quantities), quantities=list(quantities.values()))

    def held(self, items: Iterable[UUID]) -> list[Held]:
        """Lock all buckets of these items, in order, waiting for whoever sells of one."""
        return self._held(items, which="", waiting="")

    def held_and_folded(self, items: Iterable[UUID]) -> list[Held]:
        """The buckets of folded items that we have locked. Those to which somebody gave back since are left alone."""
        return self._held(items, which="AND bucket.taken = 0", waiting="SKIP LOCKED")

    def _held(self, items: Iterable[UUID], *, which: str, waiting: str) -> list[Held]:
        lock = _LOCK.format(which=which, waiting=waiting)
        return [Held(*row) for row in sql.rows(self.db, lock, items=list(items))]

    def set(self, free: Mapping[int, Quantity]) -> None:
        """Locked buckets now hold so much; what they lost in sum has been taken."""
        sql.rows(self.db, _SET, ids=list(free), free=list(free.values()))

    def fold(self, items: Iterable[UUID]) -> None:
        """Lock all buckets of locked items and count what was taken from them as reserved in their lots."""
        sql.rows(self.db, _FOLD.format(waiting=""), items=list(items), slices=1, slice=0)

    def fold_some(self, items: Iterable[UUID], *, slices: int, slice_: int) -> None:
        """The same for one in so many buckets, if nobody sells of it just now: nobody waits.

        Only what was taken is folded, not what was given back: in parts, a lot's reserved could fall below zero.
        """
        sql.rows(self.db, _FOLD.format(waiting="SKIP LOCKED"), items=list(items), slices=slices, slice=slice_)

    def undealt(self, items: Iterable[UUID], *, held: Sequence[Held]) -> dict[UUID, Quantity]:
        """What is free of each lot of these items, less what buckets hold that we have not locked."""
        ids = [bucket.id for bucket in held]
        return dict(sql.rows(self.db, _UNDEALT, items=list(items), held=ids))

    def deal(self, buckets: Sequence[tuple[int | None, UUID, Quantity]]) -> None:
        """Locked buckets (None: new ones), their lot, and what they are to hold; the lots have been folded."""
        ids, lots, free = (list(column) for column in zip(*buckets, strict=True)) if buckets else ([], [], [])
        sql.rows(self.db, _DEAL, ids=ids, lots=lots, free=free)

    def drop(self, items: Iterable[UUID]) -> None:
        """Away with the buckets of folded items."""
        self.filter(lot__stock_item__in=list(items), taken=0).delete()

    def spilt(self) -> list[UUID]:
        """Items that are not hot and still have buckets: somebody gave back while they were switched."""
        return [item for (item,) in sql.rows(self.db, _SPILT)]


class Bucket(models.Model):
    """A part of a lot's free goods, and how much has been taken from it since it was last folded into the lot."""

    id = models.BigAutoField(primary_key=True)
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="buckets", verbose_name=_("lot"))
    free = models.DecimalField(_("free"), max_digits=12, decimal_places=3, default=ZERO)
    taken = models.DecimalField(_("taken"), max_digits=12, decimal_places=3, default=ZERO)

    objects = BucketQuerySet.as_manager()

    class Meta:
        verbose_name = _("bucket")
        verbose_name_plural = _("buckets")
        constraints = [models.CheckConstraint(condition=Q(free__gte=0), name="bucket_gives_only_what_it_has")]

    def __str__(self) -> str:
        return f"{self.free}"
