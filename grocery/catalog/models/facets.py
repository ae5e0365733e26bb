"""Counting what each further choice would leave.

All facets of the goods themselves come out of one pass: products that look alike to every facet become one row of
a small cube, together with which of the chosen filters they pass; each facet adds up the rows that pass all but its
own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from django.db import connection

from grocery.catalog.contracts import Allergen
from grocery.catalog.models.reading import LISTING, Selection

#: Facet, value, name of a brand, products.
type Count = tuple[str, str, str, int]

_CUBE: Final = """
WITH cube AS MATERIALIZED (
  SELECT p.category_id, p.brand_id, p.brand_name, width_bucket(p.price, %s::bigint[]) AS band, p.perishable,
    p.dietary, p.allergens, p.tags{flags}, count(*) AS products
  FROM "catalog_product" p {listing} WHERE {where}
  GROUP BY p.category_id, p.brand_id, p.brand_name, band, p.perishable, p.dietary, p.allergens, p.tags{names}
)
"""
_FACETS: Final = """
SELECT 'total', '', '', coalesce(sum(products), 0)::int FROM cube WHERE {all}
UNION ALL
SELECT 'category', category_id::text, '', sum(products)::int FROM cube WHERE {but_category} GROUP BY 2
UNION ALL
SELECT 'price', band::text, '', sum(products)::int FROM cube WHERE {but_price} GROUP BY 2
UNION ALL
SELECT 'is_perishable', '', '', coalesce(sum(products), 0)::int FROM cube WHERE perishable AND {but_is_perishable}
UNION ALL
(SELECT 'brand', brand_id, brand_name, sum(products)::int FROM cube
 WHERE brand_id IS NOT NULL AND {but_brand}
 GROUP BY 2, 3 ORDER BY brand_id = ANY(%s) DESC, 4 DESC, 2 LIMIT %s)
UNION ALL
SELECT 'dietary', label, '', sum(products)::int FROM cube, unnest(dietary) AS label WHERE {all} GROUP BY 2
UNION ALL
SELECT 'allergen_free', allergen, '', sum(products)::int FROM cube JOIN unnest(%s::text[]) AS allergen
  ON NOT (allergen = ANY(allergens)) WHERE {all} GROUP BY 2
UNION ALL
(SELECT 'tags', tag, '', sum(products)::int FROM cube, unnest(tags) AS tag WHERE {all}
 GROUP BY 2 ORDER BY tag = ANY(%s) DESC, 4 DESC, 2 LIMIT %s)
"""
#: Of brands and of tags so many, most products first, chosen ones always.
_MOST: Final = 50


def of_goods(
    base: Selection,
    narrowed: Mapping[str, Selection],
    *,
    bounds: Sequence[int],
    brands: Collection[str],
    tags: Collection[str],
) -> list[Count]:
    """`base` narrowed by what adds up, `narrowed` by each kind of filter that takes the place of its like.

    `price` is numbered by `bounds`: 0 below the first. One statement.
    """
    flags = {kind: f"passes_{kind}" for kind in narrowed}
    conditions = "".join(f",\n    ({one.narrowing}) IS TRUE AS {flags[kind]}" for kind, one in narrowed.items())
    of_stock = base.of_stock or any(one.of_stock for one in narrowed.values())
    cube = _CUBE.format(
        flags=conditions,
        names="".join(f", {flag}" for flag in flags.values()),
        listing=LISTING if of_stock else "",
        where=" AND ".join(base.conditions),
    )
    kinds = ("category", "price", "is_perishable", "brand")
    passing = {f"but_{kind}": _all(flag for one, flag in flags.items() if one != kind) for kind in kinds}
    params: list[Any] = [list(bounds), *(p for one in narrowed.values() for p in one.params)]
    params += [*([base.store_id] if of_stock else []), *base.params]
    params += [list(brands), _MOST, list(Allergen), list(tags), _MOST]
    with connection.cursor() as cursor:
        cursor.execute(cube + _FACETS.format(all=_all(flags.values()), **passing), params)
        return list(cursor.fetchall())


def _all(flags: Any) -> str:
    return " AND ".join(flags) or "true"


def counts(selections: Sequence[Selection]) -> list[int]:
    """How many each leaves. One statement."""
    asked = [one.counting for one in selections]
    with connection.cursor() as cursor:
        sql = ", ".join(f"({sql})" for sql, _params in asked)
        cursor.execute(f"SELECT {sql}", [p for _sql, params in asked for p in params])
        return [int(number) for number in cursor.fetchone() or ()]
