"""Statements that write down what was heard, set-wise."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from django.db import connection

from grocery.catalog.contracts import StockSeen

# `before` sees the rows as they were when the statement began: a change of looks is told from a new version.
_KEEP_STOCK: Final = """
WITH before AS (
  SELECT l.* FROM "catalog_listing" l
  JOIN unnest(%(stores)s::uuid[], %(skus)s::text[]) AS seen(store_id, sku) USING (store_id, sku)
), kept AS (
  INSERT INTO "catalog_listing" AS l (store_id, sku, in_stock, earliest_expiry, version)
  SELECT * FROM unnest(%(stores)s::uuid[], %(skus)s::text[],
                       %(in_stock)s::bool[], %(expiry)s::date[], %(versions)s::bigint[])
  ON CONFLICT (store_id, sku) DO UPDATE
  SET in_stock = excluded.in_stock, earliest_expiry = excluded.earliest_expiry, version = excluded.version
  WHERE excluded.version > l.version
  RETURNING l.store_id, l.sku, l.in_stock, l.earliest_expiry
)
SELECT kept.store_id FROM kept LEFT JOIN before USING (store_id, sku)
WHERE (kept.in_stock, kept.earliest_expiry)
  IS DISTINCT FROM (coalesce(before.in_stock, false), before.earliest_expiry)
"""

_ADD_SALES: Final = """
INSERT INTO "catalog_dailysale" AS d (day, store_id, sku, orders)
SELECT * FROM unnest(%(days)s::date[], %(stores)s::uuid[], %(skus)s::text[], %(orders)s::int[])
ON CONFLICT (day, store_id, sku) DO UPDATE SET orders = d.orders + excluded.orders
"""

_COUNT_SOLD: Final = """
UPDATE "catalog_product" p SET sold_7d = p.sold_7d + sold.orders
FROM (SELECT sku, sum(orders)::int AS orders
      FROM unnest(%(skus)s::text[], %(orders)s::int[]) AS s(sku, orders) GROUP BY sku) AS sold
WHERE p.sku = sold.sku
"""

_RECOUNT: Final = """
WITH counted AS (
  SELECT p.sku, coalesce(sum(d.orders), 0)::int AS orders
  FROM "catalog_product" p LEFT JOIN "catalog_dailysale" d ON d.sku = p.sku AND d.day > %(since)s
  WHERE p.sold_7d > 0 OR d.sku IS NOT NULL GROUP BY p.sku
)
UPDATE "catalog_product" p SET sold_7d = counted.orders FROM counted
WHERE p.sku = counted.sku AND p.sold_7d <> counted.orders
"""


def keep_stock(seen: Sequence[StockSeen]) -> list[UUID]:
    """Write what is newer than what we know; the store of each listing that looks different now."""
    with connection.cursor() as cursor:
        cursor.execute(
            _KEEP_STOCK,
            {
                "stores": [one.store_id for one in seen],
                "skus": [one.sku for one in seen],
                "in_stock": [one.in_stock for one in seen],
                "expiry": [one.earliest_expiry for one in seen],
                "versions": [one.version for one in seen],
            },
        )
        return [store_id for (store_id,) in cursor.fetchall()]


def add_sales(sales: Sequence[tuple[date, UUID, str, int]]) -> None:
    """Count so many orders more for each (day, store, SKU), and for the product."""
    days, stores, skus, orders = (list(column) for column in zip(*sales, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(_ADD_SALES, {"days": days, "stores": stores, "skus": skus, "orders": orders})
        cursor.execute(_COUNT_SOLD, {"skus": skus, "orders": orders})


def recount_sales(since: date) -> int:
    """Count every product's orders after `since` anew; how many figures were out of date."""
    with connection.cursor() as cursor:
        cursor.execute(_RECOUNT, {"since": since})
        return int(cursor.rowcount)


def forget_sales(before: date) -> None:
    with connection.cursor() as cursor:
        cursor.execute('DELETE FROM "catalog_dailysale" WHERE day < %s', [before])
