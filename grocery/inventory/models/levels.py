"""What there is of an item, added up from its lots: at the full price, and beside it what is marked down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import models

from grocery.inventory.contracts import Availability, NearExpiry, ReducedUnits, ShownLevel, StockLevel
from grocery.inventory.models import sql
from grocery.kernel import statements
from grocery.kernel.quantity import ZERO, Quantity

#: What was taken from a hot item's buckets since they were last folded into the lot; nothing for others.
TAKEN = """COALESCE((SELECT SUM(bucket.taken) FROM "inventory_bucket" bucket WHERE bucket.lot_id = lot.id), 0)"""

# OFFSET 0 has `free` worked out once for each lot; otherwise the buckets would be looked into wherever it is named.
_LEVEL_OF_ITEM = f"""
    SELECT item.sku, item.location, item.version, item.low_stock_threshold,
        shelf.on_hand, shelf.reserved, shelf.available, shelf.expiry, item.delisted AND shelf.on_hand = 0,
        shelf.reduced, shelf.percent, shelf.until
    FROM item CROSS JOIN LATERAL (
        SELECT COALESCE(SUM(lot.on_hand), 0), COALESCE(SUM(lot.on_hand - lot.free), 0),
            COALESCE(SUM(lot.free) FILTER (WHERE lot.good AND lot.percent IS NULL), 0),
            MIN(lot.expires_on) FILTER (WHERE lot.good AND lot.percent IS NULL AND lot.free > 0),
            COALESCE(SUM(lot.free) FILTER (WHERE lot.good AND lot.percent > 0), 0),
            MAX(lot.percent) FILTER (WHERE lot.good AND lot.free > 0),
            NULLIF(MAX(COALESCE(lot.expires_on, 'infinity'))
                FILTER (WHERE lot.good AND lot.percent > 0 AND lot.free > 0), 'infinity')
        FROM (
            SELECT lot.on_hand, lot.expires_on, lot.on_hand - lot.reserved - {TAKEN} AS free,
                lot.percent_off AS percent, COALESCE(lot.expires_on >= %(day)s, TRUE) AS good
            FROM "inventory_lot" lot WHERE lot.stock_item_id = item.id AND lot.on_hand > 0
            OFFSET 0
        ) lot
    ) AS shelf(on_hand, reserved, available, expiry, reduced, percent, until)
    ORDER BY item.sku, item.location
"""  # noqa: S608 - put together from constants

_BUMP = f"""
    WITH item AS (
        UPDATE "inventory_stockitem" SET version = GREATEST(version, %(floor)s) + 1
        WHERE id = ANY(%(items)s::uuid[])
        RETURNING id, sku, location, version, low_stock_threshold, delisted
    ) {_LEVEL_OF_ITEM}
"""  # noqa: S608 - put together from constants

_LEVELS = f"""
    WITH item AS (
        SELECT id, sku, location, version, low_stock_threshold, delisted FROM "inventory_stockitem"
        WHERE sku = ANY(%(skus)s) AND location = %(location)s
    ) {_LEVEL_OF_ITEM}
"""  # noqa: S608 - put together from constants

# Only what customers are told: half of the columns, and no lot that is marked down.
_SHOWN = f"""
    SELECT item.sku, item.version, shelf.available, shelf.expiry
    FROM "inventory_stockitem" item CROSS JOIN LATERAL (
        SELECT COALESCE(SUM(lot.free), 0), MIN(lot.expires_on) FILTER (WHERE lot.free > 0)
        FROM (
            SELECT lot.expires_on, lot.on_hand - lot.reserved - {TAKEN} AS free
            FROM "inventory_lot" lot
            WHERE lot.stock_item_id = item.id AND lot.on_hand > 0
                AND lot.percent_off IS NULL AND COALESCE(lot.expires_on >= %(day)s, TRUE)
            OFFSET 0
        ) lot
    ) AS shelf(available, expiry)
    WHERE item.sku = ANY(%(skus)s) AND item.location = %(location)s
"""  # noqa: S608 - put together from constants

_LEVELS_AFTER = f"""
    WITH item AS (
        SELECT id, sku, location, version, low_stock_threshold, delisted FROM "inventory_stockitem"
        WHERE location = %(location)s AND sku > %(after)s ORDER BY sku LIMIT %(limit)s
    ) {_LEVEL_OF_ITEM}
"""  # noqa: S608 - put together from constants

_EVERYWHERE = f"""
    SELECT item.location, item.version, item.low_stock_threshold, item.delisted,
        lot.lot_code, lot.expires_on, lot.on_hand, lot.reserved + {TAKEN}, lot.percent_off
    FROM "inventory_stockitem" item
    LEFT JOIN "inventory_lot" lot ON lot.stock_item_id = item.id AND lot.on_hand > 0
    WHERE item.sku = %(sku)s
    ORDER BY item.location, lot.expires_on NULLS LAST, lot.id
"""  # noqa: S608 - put together from constants

# What the holder has counts at the price of its lot, and at the price at which it was promised where that is another.
_AVAILABLE = f"""
    WITH mine AS MATERIALIZED (
        SELECT part.lot_id, part.percent_off, SUM(part.quantity) AS quantity
        FROM "inventory_reservation" own JOIN "inventory_allocation" part ON part.reservation_id = own.id
        WHERE own.holder = %(holder)s AND own.state = 'open' GROUP BY part.lot_id, part.percent_off
    )
    SELECT item.sku, shelf.available, shelf.expiry, shelf.percents, shelf.frees, shelf.expiries
    FROM unnest(%(skus)s::text[], %(freshness)s::int[]) AS wanted(sku, days)
    JOIN "inventory_stockitem" item ON item.sku = wanted.sku AND item.location = %(location)s
    CROSS JOIN LATERAL (
        SELECT SUM(lot.free) FILTER (WHERE lot.percent IS NULL),
            MIN(lot.expires_on) FILTER (WHERE lot.percent IS NULL AND lot.free > 0),
            array_agg(lot.percent ORDER BY lot.expires_on, lot.id) FILTER (WHERE lot.percent > 0 AND lot.free > 0),
            array_agg(lot.free ORDER BY lot.expires_on, lot.id) FILTER (WHERE lot.percent > 0 AND lot.free > 0),
            array_agg(lot.expires_on ORDER BY lot.expires_on, lot.id) FILTER (WHERE lot.percent > 0 AND lot.free > 0)
        FROM (
            SELECT lot.id, lot.expires_on, lot.percent_off AS percent, lot.on_hand - lot.reserved - {TAKEN}
                + COALESCE((SELECT SUM(mine.quantity) FROM mine WHERE mine.lot_id = lot.id), 0) AS free
            FROM "inventory_lot" lot WHERE lot.stock_item_id = item.id AND lot.on_hand > 0
            UNION ALL
            SELECT lot.id, lot.expires_on, mine.percent_off, mine.quantity
            FROM mine JOIN "inventory_lot" lot ON lot.id = mine.lot_id
            WHERE lot.stock_item_id = item.id AND lot.percent_off IS DISTINCT FROM mine.percent_off
        ) lot
        WHERE COALESCE(
            lot.expires_on >= %(day)s::date + CASE WHEN lot.percent IS NULL THEN wanted.days ELSE 0 END, TRUE
        )
    ) AS shelf(available, expiry, percents, frees, expiries)
    WHERE shelf.available IS NOT NULL OR shelf.percents IS NOT NULL
"""  # noqa: S608 - put together from constants


_NEAR_EXPIRY = f"""
    WITH units AS MATERIALIZED (
        SELECT item.sku, lot.percent_off AS percent, SUM(lot.on_hand - lot.reserved - {TAKEN}) AS free, lot.expires_on
        FROM "inventory_lot" lot JOIN "inventory_stockitem" item ON item.id = lot.stock_item_id
        WHERE lot.percent_off IS NOT NULL AND lot.on_hand > 0 AND item.location = %(location)s
            AND COALESCE(lot.expires_on >= %(day)s, TRUE)
        GROUP BY item.sku, lot.percent_off, lot.expires_on
        HAVING SUM(lot.on_hand - lot.reserved - {TAKEN}) > 0
    ), shown AS (
        SELECT sku, MIN(expires_on) AS first FROM units GROUP BY sku ORDER BY first NULLS LAST, sku LIMIT %(limit)s
    )
    SELECT units.* FROM shown JOIN units ON units.sku = shown.sku
    ORDER BY shown.first NULLS LAST, units.sku, units.expires_on NULLS LAST, units.percent DESC
"""  # noqa: S608 - put together from constants


class LevelsQuerySet(models.QuerySet[Any]):
    """The part of the items' QuerySet that adds up lots."""

    def bump(self, items: Iterable[UUID], *, floor: int, day: date) -> list[StockLevel]:
        """Give each item its next version, above `floor`, and return what it now holds. `day`: today in the store."""
        return _levels(sql.rows(self.db, _BUMP, items=list(items), floor=floor, day=day))

    def levels(self, skus: Iterable[str], *, location: UUID, day: date) -> list[StockLevel]:
        """What the store holds of these, without the lots. `day`: today in the store."""
        return _levels(sql.rows(self.db, _LEVELS, skus=list(skus), location=location, day=day))

    def shown(self, skus: Iterable[str], *, location: UUID, day: date) -> dict[str, ShownLevel]:
        """What the store offers of these at the full price. `day`: today in the store."""
        found = statements.rows(self.db, _SHOWN, skus=list(skus), location=location, day=day)
        return {row[0]: ShownLevel(*row) for row in found}

    def levels_after(self, sku: str, *, location: UUID, day: date, limit: int) -> list[StockLevel]:
        """The next so many of the store in the order of SKUs, without the lots. `day`: today in the store."""
        return _levels(sql.rows(self.db, _LEVELS_AFTER, after=sku, location=location, day=day, limit=limit))

    def everywhere(self, sku: str) -> list[tuple[Any, ...]]:
        """A SKU's items with the lots that hold goods, by store and first expired first, in one statement.

        Store, version, threshold, whether it is delisted; then the lot's code, expiry, on hand, reserved and percent
        off, or None.
        """
        return statements.rows(self.db, _EVERYWHERE, sku=sku)

    def availability(
        self, freshness: Mapping[str, int], *, location: UUID, day: date, holder: str
    ) -> dict[str, Availability]:
        """What can be promised for `day`, plus what `holder` already holds; `freshness`: days on top, by SKU."""
        found = statements.rows(
            self.db,
            _AVAILABLE,
            skus=list(freshness),
            freshness=list(freshness.values()),
            location=location,
            day=day,
            holder=holder,
        )
        return {row[0]: _availability(*row, day=day) for row in found}

    def near_expiry(self, *, location: UUID, day: date, limit: int | None) -> list[NearExpiry]:
        """The SKUs of which marked-down units that are good on a day are free, the first to expire first."""
        found = statements.rows(self.db, _NEAR_EXPIRY, location=location, day=day, limit=limit)
        return _together(found)


def _together(rows: Iterable[tuple[str, int, Quantity, date | None]]) -> list[NearExpiry]:
    units: dict[str, list[ReducedUnits]] = {}
    for sku, percent, free, expires_on in rows:
        units.setdefault(sku, []).append(ReducedUnits(percent, Quantity(free), expires_on))
    return [NearExpiry(sku, tuple(its)) for sku, its in units.items()]


def _availability(
    sku: str,
    available: Quantity | None,
    expiry: date | None,
    percents: list[int] | None,
    frees: list[Quantity] | None,
    expiries: list[date | None] | None,
    *,
    day: date,
) -> Availability:
    units = zip(percents or (), frees or (), expiries or (), strict=True)
    together: dict[tuple[int, date | None], Quantity] = {}
    for percent, free, expires in units:
        together[percent, expires] = Quantity(together.get((percent, expires), ZERO) + free)
    return Availability(
        sku,
        available or ZERO,
        expiry if available else None,
        (expiry - day).days if expiry else None,
        tuple(ReducedUnits(percent, free, expires) for (percent, expires), free in together.items()),
    )


def _levels(rows: Iterable[tuple[Any, ...]]) -> list[StockLevel]:
    return [
        StockLevel(
            sku=sku,
            location=location,
            version=version,
            on_hand=on_hand,
            reserved=reserved,
            available=available,
            earliest_expiry=expiry,
            low_stock_threshold=threshold,
            delisted=delisted,
            reduced=reduced,
            reduced_percent=percent,
            reduced_until=until,
        )
        for (
            sku,
            location,
            version,
            threshold,
            on_hand,
            reserved,
            available,
            expiry,
            delisted,
            reduced,
            percent,
            until,
        ) in rows
    ]
