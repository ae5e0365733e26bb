"""Many products in a few statements: copied into a table of this transaction, then compared and written as a set."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from grocery.catalog.contracts import Brand, ProductDraft
from grocery.catalog.contracts.labels import SODIUM_IN_SALT
from grocery.catalog.policies import nutrition
from grocery.kernel.quantity import plain

#: What a draft says, by the table's column.
_TYPES: Final = {
    "brand_id": "text",
    "brand_name": "text",
    "name_en": "text",
    "name_vi": "text",
    "untranslated": "text",
    "description_en": "text",
    "description_vi": "text",
    "price": "bigint",
    "vat_group_id": "text",
    "unit": "text",
    "step": "numeric(12,3)",
    "net_content": "numeric(12,3)",
    "net_unit": "text",
    "gtin": "text",
    "family": "text",
    "storage": "text",
    "origin_country": "text",
    "origin_region_en": "text",
    "origin_region_vi": "text",
    "nutrition": "jsonb",
    "perishable": "boolean",
    "min_freshness_days": "smallint",
    "dietary": "varchar(24)[]",
    "allergens": "varchar(12)[]",
    "max_per_order": "numeric(12,3)",
    "piece_weight": "numeric(12,3)",
    "tags": "varchar(40)[]",
    "image": "text",
    "tint": "text",
    "is_active": "boolean",
    "base_popularity": "integer",
}
#: Where a draft's own word for it is another one.
_OF_DRAFT: Final = {
    "is_active": "active",
    "base_popularity": "popularity",
    "vat_group_id": "vat_group",
}
_TO_TABLE: Final = {
    "category": ("category_id",),
    "active": ("is_active",),
    "popularity": ("base_popularity",),
    "vat_group": ("vat_group_id",),
    "brand": ("brand_id", "brand_name"),
}
#: Columns, each with the draft's word; what is looked up for the draft comes before them.
_SAID: Final = [(column, _OF_DRAFT.get(column, column)) for column in _TYPES if not column.startswith("brand_")]
EVERY_COLUMN: Final = ("category", "brand", *(name for _column, name in _SAID))

#: How what a draft says is written where it is not written as it is.
_CODED: Final[dict[str, Callable[[Any], str | None]]] = {
    "net_unit": lambda unit: unit or "",
    "storage": lambda storage: storage or "",
    "nutrition": lambda told: told and json.dumps(nutrition.kept(told)),
}

_STAGE: Final = (
    "CREATE TEMPORARY TABLE catalog_staged (line bigint, sku text, category text, "
    + ", ".join(f"{name} {kind}" for name, kind in _TYPES.items())
    + ") ON COMMIT DROP"
)
_COPY: Final = f"COPY catalog_staged (line, sku, category, {', '.join(_TYPES)}) FROM STDIN"

#: `p.gtin <> ''` lets it use the index of GTINs, also where no statistics say that it should.
_TAKEN_GTINS: Final = """
DELETE FROM catalog_staged s USING "catalog_product" p
WHERE s.gtin <> '' AND p.gtin <> '' AND p.gtin = s.gtin AND p.sku <> s.sku RETURNING s.line, s.sku, s.gtin, p.sku
"""
_UNKNOWN_CATEGORIES: Final = """
DELETE FROM catalog_staged s WHERE NOT EXISTS (SELECT 1 FROM "catalog_category" c WHERE c.slug = s.category)
RETURNING s.line, s.sku, s.category
"""
_UNKNOWN_VAT_GROUPS: Final = """
DELETE FROM catalog_staged s WHERE NOT EXISTS (SELECT 1 FROM "catalog_vatgroup" v WHERE v.code = s.vat_group_id)
RETURNING s.line, s.sku, s.vat_group_id
"""


#: Lock what is known, in key order. Without a join: while a catalogue grows from nothing the planner's statistics say
#: that it is empty, and a plan then went through all of it for each staged row.
LOCK: Final = """
WITH locked AS MATERIALIZED (
    SELECT p.sku FROM "catalog_product" p WHERE p.sku = ANY(ARRAY(SELECT sku FROM catalog_staged))
    ORDER BY p.sku FOR NO KEY UPDATE
)
SELECT count(*) FROM locked
"""


#: The inverted indexes of an empty table, and what makes them.
_INVERTED: Final = """
SELECT indexname, indexdef FROM pg_indexes
WHERE schemaname = current_schema() AND tablename = 'catalog_product' AND indexdef LIKE '%USING gin%'
  AND NOT EXISTS (SELECT FROM "catalog_product")
"""


@dataclass(frozen=True, slots=True)
class Written:
    """SKUs that are new, and those that look different now."""

    new: list[str]
    changed: list[str]


def one_at_a_time() -> None:
    """Another import waits until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('catalog.import', 0))")


def stage(drafts: Iterable[tuple[int, ProductDraft]], brands: Mapping[str, Brand]) -> None:
    """Copy (line, draft) pairs into a table that lives as long as this transaction; `brands` by what drafts say."""
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        with cursor.copy(_COPY) as copy:
            for line, draft in drafts:
                copy.write_row(_cells(line, draft, brands.get(draft.brand)))
        cursor.execute("ANALYZE catalog_staged (sku, gtin, category, vat_group_id)")


def _cells(line: int, draft: ProductDraft, brand: Brand | None) -> list[Any]:
    cells = [line, draft.sku, draft.category, *((brand.slug, brand.name) if brand else (None, None))]
    for column, name in _SAID:
        value = getattr(draft, name)
        if column in _CODED:
            value = _CODED[column](value)
        cells.append(list(value) if isinstance(value, tuple) else value)
    return cells


def drop_taken_gtins() -> list[tuple[int, str, str, str]]:
    """Staged rows whose GTIN belongs to another product: (line, SKU, GTIN, whose)."""
    return _dropped(_TAKEN_GTINS)


def drop_unknown_categories() -> list[tuple[int, str, str]]:
    """Staged rows whose category does not exist: (line, SKU, category)."""
    return _dropped(_UNKNOWN_CATEGORIES)


def drop_unknown_vat_groups() -> list[tuple[int, str, str]]:
    """Staged rows whose VAT group does not exist: (line, SKU, group)."""
    return _dropped(_UNKNOWN_VAT_GROUPS)


def _dropped(sql: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return sorted(cursor.fetchall())


def write_staged(*, sets: Sequence[str], by: UUID | None, now: datetime) -> Written:
    """Write what is staged: new products whole, known ones in the columns of `sets` that differ."""
    values = {"by": by, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
        cursor.execute(_upsert([column for name in sets for column in _TO_TABLE.get(name, (name,))]), values)
        rows = cursor.fetchall()
        cursor.execute("DROP TABLE catalog_staged")
    return Written([sku for sku, new in rows if new], [sku for sku, new in rows if not new])


def compare_staged(*, sets: Sequence[str]) -> list[tuple[int, str, bool, dict[str, tuple[object, object]]]]:
    """What writing would do: line, SKU, whether it is new, and old and new value of each column that differs."""
    with connection.cursor() as cursor:
        cursor.execute(_comparison(sets))
        rows = cursor.fetchall()
    return sorted((line, sku, new, json.loads(columns, parse_float=_shortest)) for line, sku, new, columns in rows)


def _shortest(number: str) -> str:
    return plain(Decimal(number))


def _comparison(sets: Sequence[str]) -> str:
    """By the very condition under which a row is written; values by the drafts' own words for columns."""
    pairs = {name: _pairs(name) for name in sets}
    mine = ", ".join(old for compared in pairs.values() for old, _new in compared)
    theirs = ", ".join(new for compared in pairs.values() for _old, new in compared)
    differences = " || ".join(
        f"CASE WHEN {old} IS DISTINCT FROM {new} THEN jsonb_build_object('{name}', jsonb_build_array({old}, {new}))"
        " ELSE '{}' END"
        for name, (*_, (old, new)) in pairs.items()
    )
    return f"""
SELECT s.line, s.sku, p.sku IS NULL, {differences}
FROM catalog_staged s LEFT JOIN ("catalog_product" p JOIN "catalog_category" c ON c.id = p.category_id) USING (sku)
WHERE p.sku IS NULL OR ({mine}) IS DISTINCT FROM ({theirs})
"""  # noqa: S608 - put together from the column names above


def _pairs(name: str) -> list[tuple[str, str]]:
    """Where a draft's values stand in the table, and where among what is staged; last what people read."""
    if name == "category":
        return [("c.slug", "s.category")]
    return [(f"p.{column}", f"s.{column}") for column in _TO_TABLE.get(name, (name,))]


def read(
    columns: Sequence[str],
    *,
    after: str,
    most: int,
    categories: Sequence[UUID] | None = None,
    skus: Sequence[str] | None = None,
) -> list[tuple[object, ...]]:
    """These columns of products behind that SKU, by the drafts' words, in the order of the SKUs."""
    values: dict[str, Any] = {"after": after, "most": most, "categories": categories, "skus": skus and list(skus)}
    shown = ", ".join(_shown(name) for name in columns)
    within = "" if categories is None else "AND p.category_id = ANY(%(categories)s::uuid[])"
    among = "" if skus is None else "AND p.sku = ANY(%(skus)s::text[])"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
SELECT {shown} FROM "catalog_product" p JOIN "catalog_category" c ON c.id = p.category_id
WHERE p.sku > %(after)s {within} {among} ORDER BY p.sku LIMIT %(most)s
""",  # noqa: S608 - put together from the column names above
            values,
        )
        return list(cursor.fetchall())


def _shown(name: str) -> str:
    """Where the value of a column of the profile `grocery` stands in the table."""
    if name == "nutrition_per":
        return "p.nutrition->>'per'"
    if name == "sodium_mg":
        return f"(p.nutrition->>'salt')::numeric * {SODIUM_IN_SALT}"
    if name in nutrition.VALUES:
        return f"(p.nutrition->>'{name}')::numeric"
    return _pairs(name)[-1][0]


def _upsert(sets: Sequence[str]) -> str:
    """What is the same is left out beforehand: for each row that is proposed the search columns are computed."""
    columns = ", ".join(_TYPES)
    drafted = ", ".join(f"s.{column}" for column in _TYPES)
    mine = ", ".join(f"p.{column}" for column in sets)
    staged = ", ".join("c.id" if column == "category_id" else f"s.{column}" for column in sets)
    theirs = ", ".join(f"excluded.{column}" for column in sets)
    assignments = ", ".join(f"{column} = excluded.{column}" for column in sets)
    return f"""
WITH differing AS MATERIALIZED (
  SELECT s.sku, c.id AS category_id, p.sku IS NULL AS new, p.price AS old_price, {drafted}
  FROM catalog_staged s JOIN "catalog_category" c ON c.slug = s.category
  LEFT JOIN "catalog_product" p ON p.sku = s.sku
  WHERE p.sku IS NULL OR ({mine}) IS DISTINCT FROM ({staged})
), written AS (
  INSERT INTO "catalog_product" AS p (sku, category_id, sold_7d, changed_at, {columns})
  SELECT sku, category_id, 0, %(now)s, {columns} FROM differing ORDER BY sku
  ON CONFLICT (sku) DO UPDATE SET {assignments}, changed_at = excluded.changed_at
  WHERE ({mine}) IS DISTINCT FROM ({theirs})
  RETURNING p.sku, (xmax = 0) AS new
), history AS (
  INSERT INTO "catalog_pricechange" (id, product_id, old, new, by, at)
  SELECT gen_random_uuid(), sku, old_price, price, %(by)s, %(now)s FROM differing
  WHERE NOT new AND price IS DISTINCT FROM old_price AND {"true" if "price" in sets else "false"}
)
SELECT sku, new FROM written
"""  # noqa: S608 - put together from the column names above


@contextmanager
def searched_afterwards() -> Iterator[None]:
    """Fill an empty table without its inverted indexes, and make those at the end.

    Kept up to date row by row they are six tenths of what 50,000 products cost, made at once one tenth.

    In one transaction, so that whoever fails leaves them as they were. Of a table with products, nothing is done.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_INVERTED)
        indexes = cursor.fetchall()
        for name, _made in indexes:
            cursor.execute(f"DROP INDEX {connection.ops.quote_name(name)}")
        yield
        connection.check_constraints()  # no index is made while rows wait to be checked at the end of the transaction
        for _name, made in indexes:
            cursor.execute(made)


def refresh_statistics() -> None:
    """Let the planner know about many new rows now, not when autovacuum comes by."""
    with connection.cursor() as cursor:
        cursor.execute('ANALYZE "catalog_product"')
