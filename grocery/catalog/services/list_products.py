"""Lists of products, and single ones."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Final

from grocery.catalog.contracts import (
    Filters,
    ProductCard,
    ProductDetail,
    ProductOnSale,
    ProductPage,
    Sku,
    Sort,
    StoreId,
)
from grocery.catalog.models import reading
from grocery.catalog.models.reading import Selection
from grocery.catalog.policies import EXPIRES_SOON_DAYS
from grocery.catalog.services import search, versions
from grocery.catalog.services.cards import card, detail_fields, product_on_sale, product_to_buy
from grocery.catalog.services.categories import tree
from grocery.catalog.services.stores import store
from grocery.kernel.clock import local_date
from grocery.kernel.errors import NotFound

CHUNK: Final = 2_000


def list_products(
    *,
    store_id: StoreId,
    filters: Filters,
    sort: Sort | None,
    limit: int,
    offset: int,
    language: str,
    now: datetime,
) -> ProductPage:
    """One page of what the filters leave, counted."""
    chosen = selection(store_id=store_id, filters=filters, now=now)
    if filters.search.strip():
        return search.page(
            chosen,
            typed=filters.search,
            sort=sort,
            limit=limit,
            offset=offset,
            language=language,
            count=counted,
        )
    rows = chosen.page(order=reading.order(sort or Sort.POPULAR, language=language), limit=limit, offset=offset)
    return ProductPage(total=counted(chosen, len(rows), limit, offset), cards=[card(row) for row in rows])


def selection(*, store_id: StoreId, filters: Filters, now: datetime) -> Selection:
    """The filters as conditions. Raises NotFound for an unknown store or category."""
    chosen = Selection(store_id)
    zone = store(store_id=store_id).zone
    if filters.category is not None:
        chosen.in_categories([node.id for node in tree().named(filters.category).subtree()])
    if filters.is_perishable is not None:
        chosen.perishable(wanted=filters.is_perishable)
    for column, labels in (("dietary", filters.dietary), ("tags", filters.tags)):
        if labels:
            chosen.labelled(column, labels)
    if filters.in_stock is not None:
        chosen.in_stock(wanted=filters.in_stock)
    if filters.expires_soon is not None:
        near = local_date(now, zone=zone) + timedelta(days=EXPIRES_SOON_DAYS)
        chosen.expires_by(near, wanted=filters.expires_soon)
    return chosen.priced(filters.min_price, filters.max_price)


def counted(chosen: Selection, shown: int, limit: int, offset: int) -> int:
    """How many there are: plain from a page that is not full, otherwise counted once per version."""
    if shown < limit and (shown or not offset):
        return offset + shown
    names = (versions.CATALOG, versions.stock_of(chosen.store_id)) if chosen.of_stock else (versions.CATALOG,)
    text = repr((chosen.store_id if chosen.of_stock else None, chosen.conditions, chosen.params))
    return versions.shared_count(hashlib.sha256(text.encode()).hexdigest(), names, chosen.count)


def everything_on_sale() -> Iterator[ProductOnSale]:
    """Every product that is sold, in the order of the SKUs, read in chunks."""
    after = ""
    while chunk := reading.on_sale_after(after, limit=CHUNK):
        after = chunk[-1][0]
        yield from map(product_on_sale, chunk)


def products_on_sale(*, skus: Iterable[Sku], on: date | None) -> dict[Sku, ProductOnSale]:
    found = (
        map(product_on_sale, reading.on_sale(skus))
        if on is None
        else map(product_to_buy, reading.to_buy(skus, on=on))
    )
    return {product.sku: product for product in found}


def cards(*, skus: Iterable[Sku], store_id: StoreId, on: date | None) -> list[ProductCard]:
    """In the order of `skus`; what is not sold is left out."""
    wanted = list(skus)
    found = {row[0]: card(row) for row in reading.cards(wanted, store_id=store_id, on=on)}
    return [found[sku] for sku in wanted if sku in found]


def similar(*, sku: Sku, store_id: StoreId, limit: int, on: date | None) -> list[ProductCard]:
    return [card(row) for row in reading.similar(sku, store_id=store_id, limit=limit, on=on)]


def popular(*, store_id: StoreId, category: str | None, limit: int) -> list[ProductCard]:
    """What sells in this store."""
    chosen = Selection(store(store_id=store_id).id).perhaps_in_stock()
    if category is not None:
        chosen.in_categories([node.id for node in tree().named(category).subtree()])
    return [card(row) for row in chosen.ranked(reading.SELLING, limit=limit, offset=0)]


def similar_to_each(*, skus: Iterable[Sku], store_id: StoreId, limit: int) -> dict[Sku, list[ProductCard]]:
    found: dict[Sku, list[ProductCard]] = {sku: [] for sku in skus}
    for original, *row in reading.similar_to_each(list(found), store_id=store_id, limit=limit):
        found[original].append(card(tuple(row)))
    return found


def product(*, sku: Sku, store_id: StoreId) -> ProductDetail:
    found = details(skus=[sku], store_id=store_id)
    if sku not in found:
        raise NotFound("product", sku)
    return found[sku]


def details(*, skus: Iterable[Sku], store_id: StoreId) -> dict[Sku, ProductDetail]:
    rows = reading.details(skus, store_id=store(store_id=store_id).id)
    priced = [detail_fields(row) for row in rows if row[3] is not None]  # never priced, so never shown
    trail = tree().trail
    return {fields["sku"]: ProductDetail(**fields, trail=trail(fields["category_id"])) for fields in priced}
