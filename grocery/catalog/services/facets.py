"""What a list can be narrowed to next."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from grocery.catalog.contracts import (
    EVERYTHING,
    Allergen,
    Brand,
    BrandHits,
    CategoryHits,
    Choice,
    Dietary,
    Facets,
    Filters,
    PriceBand,
    StoreId,
)
from grocery.catalog.models import facets
from grocery.catalog.models.reading import Selection
from grocery.catalog.policies import PRICE_BOUNDS
from grocery.catalog.services import search, versions
from grocery.catalog.services.categories import tree
from grocery.catalog.services.list_products import selection

#: Kinds of filters where one choice takes the place of another, with the members that say it.
_KINDS: Final = {
    "category": ("category",),
    "brand": ("brand",),
    "price": ("min_price", "max_price"),
    "is_perishable": ("is_perishable",),
    "expires_soon": ("expires_soon",),
    "on_offer": ("on_offer",),
    "in_stock": ("in_stock",),
}
#: Those that others' facts decide.
_OF_FACTS: Final = ("expires_soon", "on_offer", "in_stock")
_OF_STOCK: Final = {"expires_soon", "in_stock"}

type _Counted = dict[str, list[tuple[str, str, int]]]


def list_facets(*, store_id: StoreId, filters: Filters, now: datetime) -> Facets:
    """Two statements, none as long as what they counted is what it was."""
    selection(store_id=store_id, filters=filters, now=now)  # refuses what a list refuses
    counted = _count(store_id, filters, filters.search, now)
    if not counted["total"][0][2] and filters.search.strip():
        meant = search.in_other_words(selection(store_id=store_id, filters=filters, now=now), filters.search)
        counted = _count(store_id, filters, meant, now) if meant else counted
    return _facets(counted)


def _count(store_id: StoreId, filters: Filters, typed: str, now: datetime) -> _Counted:
    def narrowed(these: Filters) -> Selection:
        chosen = selection(store_id=store_id, filters=these, now=now)
        return search.answering(chosen, typed) if typed.strip() else chosen

    asked = {kind: members for kind, members in _KINDS.items() if _only(filters, members) != EVERYTHING}

    def of_goods() -> list[facets.Count]:
        base = narrowed(replace(filters, **_without(member for members in _KINDS.values() for member in members)))
        parts = {
            kind: selection(store_id=store_id, filters=_only(filters, members), now=now)
            for kind, members in asked.items()
        }
        return facets.of_goods(base, parts, bounds=PRICE_BOUNDS, brands=filters.brand, tags=filters.tags)

    known = (versions.CATALOG, versions.TERMS) if typed.strip() else (versions.CATALOG,)
    stock = (*known, versions.stock_of(store_id))
    seal = repr((str(store_id), typed, [(name, getattr(filters, name)) for name in Filters.__slots__]))
    minute = f"{now:%H:%M}"  # offers begin and end by the clock, which gives no new version
    goods_key = _key("goods", seal, minute if "on_offer" in asked else "")
    counted: _Counted = defaultdict(list)
    for facet, value, name, products in versions.shared(
        goods_key, stock if asked.keys() & _OF_STOCK else known, of_goods
    ):
        counted[facet].append((value, name, products))
    of_facts = versions.shared(
        _key("facts", seal, minute),
        stock,
        lambda: facets.counts([narrowed(_with(filters, kind)) for kind in _OF_FACTS]),
    )
    for kind, products in zip(_OF_FACTS, of_facts, strict=True):
        counted[kind].append(("", "", products))
    return counted


def _key(*parts: str) -> str:
    return hashlib.sha256("|".join(parts).encode()).hexdigest()


def _without(members: Iterable[str]) -> dict[str, Any]:
    return {member: getattr(EVERYTHING, member) for member in members}


def _with(filters: Filters, kind: str) -> Filters:
    wanted: dict[str, Any] = {kind: True}
    return replace(filters, **wanted)


def _only(filters: Filters, members: Iterable[str]) -> Filters:
    return replace(EVERYTHING, **{member: getattr(filters, member) for member in members})


def _facets(counted: _Counted) -> Facets:
    return Facets(
        total=counted["total"][0][2],
        categories=_categories({UUID(key): products for key, _name, products in counted["category"]}),
        brands=tuple(
            BrandHits(brand=Brand(slug=slug, name=name), products=products)
            for slug, name, products in counted["brand"]
        ),
        dietary=_choices(counted["dietary"], list(Dietary)),
        allergen_free=_choices(counted["allergen_free"], list(Allergen)),
        tags=tuple(Choice(value=value, products=products) for value, _name, products in counted["tags"]),
        prices=_prices({int(band): products for band, _name, products in counted["price"]}),
        is_perishable=counted["is_perishable"][0][2],
        **{kind: counted[kind][0][2] for kind in _OF_FACTS},
    )


def _categories(products: dict[UUID, int]) -> tuple[CategoryHits, ...]:
    """Each category with what is in it and below, parents first."""
    every = [node for root in tree().roots for node in root.subtree()]
    hits = [
        CategoryHits(category=node, products=sum(products.get(below.id, 0) for below in node.subtree()))
        for node in every
    ]
    return tuple(hit for hit in hits if hit.products)


def _choices(counted: list[tuple[str, str, int]], order: list[Any]) -> tuple[Choice, ...]:
    """In the order in which people know them."""
    known = {value: products for value, _name, products in counted}
    return tuple(Choice(value=str(value), products=known[value]) for value in order if value in known)


def _prices(products: dict[int, int]) -> tuple[PriceBand, ...]:
    lowest, highest = [None, *PRICE_BOUNDS], [*(bound - 1 for bound in PRICE_BOUNDS), None]
    return tuple(
        PriceBand(min_price=lowest[band], max_price=highest[band], products=products[band])
        for band in sorted(products)
    )
