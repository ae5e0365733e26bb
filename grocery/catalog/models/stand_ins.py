# ruff: noqa: S608 - statements are put together from constants; values are parameters
"""What could stand in for a product."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from grocery.catalog.models.reading import CARD_ON, CATEGORY, LISTING_OF, Row, rows

#: How many of a category, popular first, and of those called alike are compared with the original.
_PER_CATEGORY: Final = 60
#: What may stand in: sold in the same unit, losing no dietary property, adding no allergen. `||` keeps the planner
#: from the index of labels: thousands are vegan, and the walk in order of popularity stops at sixty.
_FIT: Final = """p.is_active AND p.sku <> o.sku AND p.unit = o.unit
      AND (p.dietary || '{}') @> o.dietary AND p.allergens <@ o.allergens
    ORDER BY p.popularity DESC, p.sku LIMIT %(most)s"""
#: One walk of the index `product_cat_popular` per category, the original's own and those beside it, and one look into
#: the words of names for those of its category that begin to be called like it: other tomatoes before potatoes. Of
#: these, what is not known to be sold out is compared: its own category first, called alike first, then by how far
#: price and content (as ratios) and name are.
_SIMILAR: Final = f"""
WITH o AS (
  SELECT p.sku, p.category_id, c.parent_id, p.unit, p.price, p.net_content, p.net_unit, p.dietary, p.name_vi,
         public.catalog_exact_query((regexp_match(p.name_vi, '^\\S+(?:\\s+\\S+)?'))[1], false) AS called,
         coalesce(p.allergens, '{{}}') AS allergens
  FROM "catalog_product" p {CATEGORY} WHERE p.sku = %(sku)s
), near AS (
  SELECT found.sku
  FROM o JOIN "catalog_category" aisle ON aisle.id = o.category_id OR aisle.parent_id = o.parent_id
  CROSS JOIN LATERAL (SELECT p.sku FROM "catalog_product" p WHERE p.category_id = aisle.id AND {_FIT}) found
  UNION
  SELECT found.sku FROM o CROSS JOIN LATERAL (
    SELECT p.sku FROM "catalog_product" p
    WHERE p.category_id = o.category_id AND p.search_exact @@ o.called AND {_FIT}) found
)
SELECT {CARD_ON} FROM near JOIN "catalog_product" p USING (sku) {CATEGORY}
{LISTING_OF} CROSS JOIN o
WHERE l.in_stock IS NOT FALSE
ORDER BY (p.category_id = o.category_id) DESC, coalesce(p.search_exact @@ o.called, false) DESC,
  abs(ln(p.price::float8 / o.price))
    + CASE WHEN p.net_unit = o.net_unit THEN coalesce(abs(ln(p.net_content / o.net_content)), 0) ELSE 1 END
    + (1 - public.similarity(p.name_vi, o.name_vi)),
  p.popularity DESC, p.sku
LIMIT %(limit)s
"""
_SIMILAR_TO_EACH: Final = f"""
SELECT asked.sku, found.* FROM unnest(%(skus)s::varchar[]) AS asked (sku)
CROSS JOIN LATERAL ({_SIMILAR.replace("%(sku)s", "asked.sku")}) AS found
"""


def similar(sku: str, *, store_id: UUID, limit: int, on: date | None) -> list[Row]:
    """`CARD` of what could stand in for a product, the best first; see `_SIMILAR`. `on`: as `cards`."""
    params = {"sku": sku, "store": store_id, "most": _PER_CATEGORY, "limit": limit, "on": on}
    return rows(_SIMILAR, params)


def similar_to_each(skus: Sequence[str], *, store_id: UUID, limit: int) -> list[Row]:
    """The same for several products: the SKU that it could stand in for, then `CARD`."""
    params = {"skus": skus, "store": store_id, "most": _PER_CATEGORY, "limit": limit, "on": None}
    return rows(_SIMILAR_TO_EACH, params)
