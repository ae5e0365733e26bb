"""Making a promise: three statements, whatever the size of the basket. One locks, one reads, one writes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import models

from grocery.inventory import contracts
from grocery.inventory.models import sql
from grocery.inventory.policies.fefo import Shelf
from grocery.kernel import statements
from grocery.kernel.errors import Conflict
from grocery.kernel.ids import new_id
from grocery.kernel.quantity import Quantity

# `old` is locked before the items: the UNION wants all of it before it gives its first row. An item that turns hot
# while we wait for it is ours all the same; "hot" is then read anew, "NOT wanted.hot" is not.
LOCK = """
    WITH old AS MATERIALIZED (
        SELECT id FROM "inventory_reservation" WHERE holder = ANY(%(holders)s) AND state = 'open'
        ORDER BY id FOR NO KEY UPDATE
    ), wanted AS MATERIALIZED (
        SELECT id, hot FROM "inventory_stockitem" WHERE location = %(location)s AND sku = ANY(%(skus)s)
        UNION
        SELECT item.id, item.hot FROM old
        JOIN "inventory_allocation" part ON part.reservation_id = old.id
        JOIN "inventory_lot" lot ON lot.id = part.lot_id
        JOIN "inventory_stockitem" item ON item.id = lot.stock_item_id
    ), locked AS MATERIALIZED (
        SELECT item.id, item.sku, item.location, item.low_stock_threshold, item.hot
        FROM "inventory_stockitem" item JOIN wanted ON wanted.id = item.id AND NOT wanted.hot
        ORDER BY item.sku, item.location FOR NO KEY UPDATE OF item
    )
    SELECT locked.*, (SELECT array_agg(id) FROM old) FROM locked
    UNION ALL
    SELECT item.id, item.sku, item.location, item.low_stock_threshold, item.hot, (SELECT array_agg(id) FROM old)
    FROM "inventory_stockitem" item JOIN wanted ON wanted.id = item.id AND wanted.hot
"""

#: Never waits, because others are locked already that come after it in the order.
_LOCK_LATE = """
    SELECT id FROM "inventory_stockitem" WHERE id = ANY(%(items)s::uuid[]) AND NOT hot
    FOR NO KEY UPDATE SKIP LOCKED
"""

_MINE = """
    LEFT JOIN (
        SELECT lot_id, SUM(quantity) AS quantity, array_agg(percent_off) AS percents, array_agg(quantity) AS parts
        FROM "inventory_allocation"
        WHERE reservation_id = ANY(%(old)s::uuid[]) GROUP BY lot_id
    ) mine ON mine.lot_id = lot.id
"""
_SHELVES = """
    SELECT lot.id, lot.stock_item_id, lot.lot_code, lot.expires_on, {free}, {held}, lot.on_hand,
        lot.percent_off, {own}, {hot}
    FROM "inventory_lot" lot {mine} {item}
    WHERE lot.stock_item_id = ANY(%(items)s::uuid[]) AND lot.on_hand > 0
"""
_IN_BUCKETS = """COALESCE((SELECT SUM(bucket.free) FROM "inventory_bucket" bucket WHERE bucket.lot_id = lot.id), 0)"""
_ITEM = 'JOIN "inventory_stockitem" item ON item.id = lot.stock_item_id'

# Of hot items all is taken first, or nothing is done at all. The old reservation ends before the new one is made:
# counting wants all of it.
_MAKE = """
    WITH took AS MATERIALIZED (SELECT {took} AS all_of_it),
    ended AS (
        UPDATE "inventory_reservation" SET state = 'ended', ended_at = %(now)s
        WHERE id = ANY(%(old)s::uuid[]) AND state = 'open' AND (SELECT all_of_it FROM took) RETURNING id
    ), made AS (
        INSERT INTO "inventory_reservation" (id, holder, location, until, state, made_at)
        SELECT %(id)s, %(holder)s, %(location)s, %(until)s, 'open', %(now)s
        FROM (SELECT count(*) FROM ended) AS before WHERE (SELECT all_of_it FROM took)
        ON CONFLICT (holder) WHERE state = 'open' DO NOTHING
        RETURNING id
    ), taken AS (
        INSERT INTO "inventory_allocation" (id, reservation_id, lot_id, quantity, percent_off)
        SELECT part.id, made.id, part.lot, part.quantity, part.percent
        FROM made, unnest(%(ids)s::uuid[], %(lots)s::uuid[], %(quantities)s::numeric[], %(percents)s::smallint[])
            AS part(id, lot, quantity, percent)
    ), held AS (
        UPDATE "inventory_lot" lot SET reserved = lot.reserved + net.quantity
        FROM made, unnest(%(net_lots)s::uuid[], %(nets)s::numeric[]) AS net(lot, quantity) WHERE lot.id = net.lot
    ), bumped AS (
        UPDATE "inventory_stockitem" item SET version = GREATEST(item.version, %(floor)s) + 1
        FROM made WHERE item.id = ANY(%(items)s::uuid[]) RETURNING item.id, item.version
    )
    SELECT took.all_of_it, made.id, bumped.id, bumped.version
    FROM took LEFT JOIN made ON TRUE LEFT JOIN bumped ON TRUE
"""
_TAKE = "inventory_take_of_buckets(%(hot_lots)s::uuid[], %(hot_quantities)s::numeric[])"


class Wanted(NamedTuple):
    """An item of the basket: locked, unless it was hot."""

    id: UUID
    sku: str
    location: UUID
    low_stock_threshold: Quantity
    hot: bool


@dataclass(frozen=True, slots=True)
class Locked:
    """What a reservation is about: the items, and the holders' old reservations, locked."""

    items: dict[UUID, Wanted]
    old: list[UUID]

    def hot(self) -> set[UUID]:
        return {item.id for item in self.items.values() if item.hot}

    def cooled(self, items: Collection[UUID]) -> Locked:
        """With these known not to be hot."""
        known = {id_: item._replace(hot=item.hot and id_ not in items) for id_, item in self.items.items()}
        return Locked(known, self.old)


class PromisingQuerySet(models.QuerySet[Any]):
    """The part of the reservations' QuerySet that `reserve` works with."""

    def lock(self, holders: Sequence[str], skus: Iterable[str], *, location: UUID) -> Locked:
        """Lock the open reservations of these holders, then the items wanted and held, in key order.

        Hot items are named and not locked.
        """
        rows = statements.rows(self.db, LOCK, {"holders": list(holders), "skus": list(skus), "location": location})
        return Locked({row[0]: Wanted(*row[:5]) for row in rows}, rows[0][5] or [] if rows else [])

    def lock_late(self, items: Collection[UUID]) -> bool:
        """Lock items that were hot a moment ago and are not any more; False if somebody else has one of them."""
        return len(sql.rows(self.db, _LOCK_LATE, items=list(items))) == len(items)

    def shelves(self, locked: Locked) -> tuple[list[Shelf], set[UUID]]:
        """The lots of these items for the planner, and which of them are hot.

        What the old reservations hold counts as free; of a hot item, what is in its buckets.
        """
        hot = locked.hot()
        free = "lot.on_hand - lot.reserved"
        pieces = {
            "mine": _MINE if locked.old else "",
            "held": "COALESCE(mine.quantity, 0)" if locked.old else "0::numeric",
            "own": "mine.percents, mine.parts" if locked.old else "NULL, NULL",
            "item": _ITEM if hot else "",
            "hot": "item.hot" if hot else "FALSE",
            "free": f"CASE WHEN item.hot THEN {_IN_BUCKETS} ELSE {free} END" if hot else free,
        }
        rows = statements.rows(self.db, _SHELVES.format(**pieces), {"items": list(locked.items), "old": locked.old})
        shelves = [
            Shelf(
                lot,
                item,
                locked.items[item].sku,
                code,
                expires,
                Quantity(free + held),
                held,
                on_hand,
                percent,
                tuple(zip(percents, parts, strict=True)) if percents else (),
            )
            for lot, item, code, expires, free, held, on_hand, percent, percents, parts, _hot in rows
        ]
        return shelves, {row[1] for row in rows if row[-1]}

    def make(
        self,
        reservation: contracts.Reservation,
        *,
        old: Sequence[UUID],
        nets: Mapping[UUID, Quantity],
        hot: Mapping[UUID, Quantity],
        items: Collection[UUID],
        floor: int,
        now: datetime,
    ) -> dict[UUID, int] | None:
        """End the old reservations, write the new one, move what is reserved of each lot by `nets`.

        `hot`: what to take of lots of hot items, each from one bucket that nobody has locked. If a lot has none with
        enough, nothing is done, nothing of them stays locked, and None is returned; it never waits for a bucket.
        Otherwise returns the next version, above `floor`, of each of `items`. Raises Conflict if the holder has
        another reservation open.
        """
        values = {
            "old": list(old),
            "net_lots": list(nets),
            "nets": list(nets.values()),
            "hot_lots": list(hot),
            "hot_quantities": list(hot.values()),
            "items": list(items),
        }
        statement = _MAKE.format(took=_TAKE if hot else "TRUE")
        rows = statements.rows(self.db, statement, {**values, **_values(reservation), "floor": floor, "now": now})
        all_of_it, made, *_rest = rows[0]
        if not all_of_it:
            return None
        if not made:
            raise Conflict
        return {item: version for _took, _made, item, version in rows if item}


def _values(reservation: contracts.Reservation) -> dict[str, Any]:
    parts = reservation.allocations
    return {
        "id": reservation.id,
        "holder": reservation.holder,
        "location": reservation.location,
        "until": reservation.until,
        "ids": [new_id() for _part in parts],
        "lots": [part.lot_id for part in parts],
        "quantities": [part.quantity for part in parts],
        "percents": [part.percent for part in parts],
    }
