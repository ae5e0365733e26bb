"""The shelves, as people walk them: lists, what drops down while they type, what sells, what may stand in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from grocery.catalog.contracts import (
    EVERYTHING,
    Facets,
    Filters,
    ProductCard,
    ProductPage,
    Sku,
    Sort,
    StoreId,
    Suggestions,
)
from grocery.catalog.services import facets as _facets
from grocery.catalog.services import list_products as _lists
from grocery.catalog.services import suggest as _suggest


def list_products(
    *,
    store_id: StoreId,
    now: datetime,
    filters: Filters = EVERYTHING,
    sort: Sort | None = None,
    limit: int = 24,
    offset: int = 0,
    cursor: str | None = None,
    language: str = "vi",
) -> ProductPage:
    """One page of the shop in one store. Two statements; one where it is the only page, or where a cursor led to it.

    `sort` None: popular first, or by relevance where `filters.search` is given; `language` is for Sort.NAME.
    Search finds words and their beginnings in both languages with or without marks, SKUs and GTINs; exact
    marks rank before folded ones; when nothing matches, one slip is forgiven and `did_you_mean` says so.
    `cursor`: the `next_cursor` of the page before, in place of `offset`. Along cursors no product comes twice and
    none is left out, whatever comes and goes meanwhile, unless its own place in the order changes; a search by
    relevance goes by the place alone. Raises BadCursor for one that is not of this list (store, filters, sort).
    Raises NotFound for an unknown store or category, Invalid for a `max_price` below `min_price`.
    """
    return _lists.list_products(
        store_id=store_id,
        filters=filters,
        sort=sort,
        limit=limit,
        offset=offset,
        cursor=cursor,
        language=language,
        now=now,
    )


def popular(*, store_id: StoreId, category: str | None = None, limit: int = 24) -> list[ProductCard]:
    """What sold in most orders of this store in the last seven days, then what is popular anywhere. One statement.

    `category` is a slug and includes what is below; raises NotFound. What is known to be sold out is left out.
    """
    return _lists.popular(store_id=store_id, category=category, limit=limit)


def cards(*, skus: Iterable[Sku], store_id: StoreId, on: date | None = None) -> list[ProductCard]:
    """Cards of these products, in the order given; what is not sold is left out. One statement.

    `on`: the day whose VAT rates count; else today's.
    """
    return _lists.cards(skus=skus, store_id=store_id, on=on)


def similar(*, sku: Sku, store_id: StoreId, limit: int = 6, on: date | None = None) -> list[ProductCard]:
    """What could stand in for a product in one store, the best first; empty for an unknown SKU. One statement.

    Sold in the same unit, not known to be sold out, keeping every dietary property and adding no allergen (undeclared
    allergens: never). Its own category first, then those beside it; within that, near in price and content.
    `on`: as in `cards`.
    """
    return _lists.similar(sku=sku, store_id=store_id, limit=limit, on=on)


def facets(*, store_id: StoreId, now: datetime, filters: Filters = EVERYTHING) -> Facets:
    """What the list under these filters can be narrowed to next, each choice with how many products it would leave.

    Two statements; none while what they counted is what it was. Raises as `list_products`.
    """
    return _facets.list_facets(store_id=store_id, filters=filters, now=now)


def suggest(*, query: str, store_id: StoreId, limit: int = 5, language: str = "vi") -> Suggestions:
    """What drops down while someone types: phrases, categories with their hits, products. At most four statements."""
    return _suggest.suggest(query=query, store_id=store_id, limit=limit, language=language)
