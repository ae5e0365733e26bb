"""Statements that write down what was heard, set-wise."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from django.db import connection

from grocery.catalog.contracts import OfferSeen, StockSeen

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

_KEEP_OFFER: Final = """
WITH gone AS (DELETE FROM "catalog_shelfoffer" WHERE offer_id = %(offer)s AND sku <> ALL(%(skus)s::text[]))
INSERT INTO "catalog_shelfoffer" AS s (offer_id, sku, store_id, percent, price, starts_at, ends_at)
SELECT %(offer)s, sku, %(store)s, %(percent)s, %(price)s, %(starts)s, %(ends)s
FROM unnest(%(skus)s::text[]) AS named (sku) ORDER BY sku
ON CONFLICT (offer_id, sku) DO UPDATE SET store_id = excluded.store_id, percent = excluded.percent,
  price = excluded.price, starts_at = excluded.starts_at, ends_at = excluded.ends_at
"""

_ADD_SALES: Final = """
INSERT INTO "catalog_dailysale" AS d (day, store_id, sku, orders)
SELECT * FROM unnest(%(days)s::date[], %(stores)s::uuid[], %(skus)s::text[], %(orders)s::int[])
ON CONFLICT (day, store_id, sku) DO UPDATE SET orders = d.orders + excluded.orders
"""

_COUNT_IN_STORE: Final = """
INSERT INTO "catalog_listing" AS l (store_id, sku, sold_7d)
SELECT store_id, sku, sum(orders)::int
FROM unnest(%(stores)s::uuid[], %(skus)s::text[], %(orders)s::int[]) AS s(store_id, sku, orders)
GROUP BY store_id, sku ORDER BY store_id, sku
ON CONFLICT (store_id, sku) DO UPDATE SET sold_7d = l.sold_7d + excluded.sold_7d
"""

_COUNT_SOLD: Final = """
WITH locked AS (
  SELECT sku FROM "catalog_product" WHERE sku = ANY(%(skus)s) ORDER BY sku FOR NO KEY UPDATE
)
UPDATE "catalog_product" p SET sold_7d = p.sold_7d + sold.orders
FROM (SELECT sku, sum(orders)::int AS orders
      FROM unnest(%(skus)s::text[], %(orders)s::int[]) AS s(sku, orders)
      JOIN locked USING (sku) GROUP BY sku) AS sold
WHERE p.sku = sold.sku
"""

_FORGET: Final = 'DELETE FROM "catalog_dailysale" WHERE day <= %(since)s RETURNING store_id, sku'

_RECOUNT_IN_STORE: Final = """
WITH locked AS (
  SELECT store_id, sku FROM "catalog_listing" l
  WHERE (store_id, sku) IN (SELECT * FROM unnest(%(stores)s::uuid[], %(skus)s::text[]))
  ORDER BY store_id, sku FOR NO KEY UPDATE
)
UPDATE "catalog_listing" l SET sold_7d = (
  SELECT coalesce(sum(d.orders), 0)::int FROM "catalog_dailysale" d
  WHERE d.store_id = l.store_id AND d.sku = l.sku)
FROM locked WHERE l.store_id = locked.store_id AND l.sku = locked.sku
"""

_RECOUNT: Final = """
WITH locked AS (
  SELECT sku FROM "catalog_product" WHERE sku = ANY(%(skus)s) ORDER BY sku FOR NO KEY UPDATE
)
UPDATE "catalog_product" p SET sold_7d = (
  SELECT coalesce(sum(d.orders), 0)::int FROM "catalog_dailysale" d WHERE d.sku = p.sku)
FROM locked WHERE p.sku = locked.sku
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
        cursor.execute(_COUNT_IN_STORE, {"stores": stores, "skus": skus, "orders": orders})
        cursor.execute(_COUNT_SOLD, {"skus": skus, "orders": orders})


def forget_sales(since: date) -> list[tuple[UUID, str]]:
    """Drop the days up to and including `since`; the (store, SKU) pairs that sold on them."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, {"since": since})
        return sorted(set(cursor.fetchall()))


def recount_sales(pairs: Sequence[tuple[UUID, str]]) -> None:
    """Make both sums of each (store, SKU) what the days that are left add up to."""
    stores, skus = [store for store, _sku in pairs], [sku for _store, sku in pairs]
    with connection.cursor() as cursor:
        cursor.execute(_RECOUNT_IN_STORE, {"stores": stores, "skus": skus})
        cursor.execute(_RECOUNT, {"skus": skus})


def keep_offer(offer: OfferSeen) -> None:
    """Show exactly these products for less while the window is open; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            _KEEP_OFFER,
            {
                "offer": offer.offer_id,
                "skus": sorted(set(offer.skus)),
                "store": offer.store_id,
                "percent": offer.percent,
                "price": offer.price,
                "starts": offer.starts_at,
                "ends": offer.ends_at,
            },
        )
