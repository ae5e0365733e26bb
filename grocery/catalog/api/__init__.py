"""Storefront HTTP routes of the catalogue: mapping only.

Everybody may read them. `name` is in the language asked for (`?lang=`, the customer's, Accept-Language); `names`
holds both. Prices are whole đồng, VAT included, for one `unit`. Answers may be kept for a moment and carry an ETag.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from ninja import Query as QueryParameter
from ninja import Router

from grocery.catalog import public as catalog
from grocery.catalog.api.schemas import (
    CategoriesSchema,
    ListParameters,
    PopularSchema,
    ProductDetailSchema,
    ProductsSchema,
    StoresSchema,
    SuggestionsSchema,
)
from grocery.catalog.public import Category, Filters, ProductCard, ProductDetail, Sku, Store, StoreId
from grocery.kernel import clock, wire
from grocery.kernel.http import asker
from grocery.kernel.inputs import Code, Id, Limit, Query

router = Router(tags=["catalog"])

Language = Literal["en", "vi"] | None
#: Seconds that an answer may be kept: what changes rarely, what changes with each sale.
_STEADY, _LIVELY = 60, 15


@router.get("/stores", response=StoresSchema, summary="Stores that sell")
def stores(request: HttpRequest) -> HttpResponse:
    """In the order in which they are offered; the first is the default everywhere."""
    language = asker(request).language
    return _kept(request, {"stores": [_store(store, language) for store in catalog.stores()]}, _STEADY)


@router.get("/categories", response=CategoriesSchema, summary="The tree of categories")
def categories(request: HttpRequest) -> HttpResponse:
    """The departments in display order, each with what is below it and how many products are on sale there."""
    language = asker(request).language
    tree = [_category(node, language) for node in catalog.categories()]
    return _kept(request, {"categories": tree}, _STEADY)


@router.get("/products", response=ProductsSchema, summary="List, filter and search products")
def products(request: HttpRequest, query: QueryParameter[ListParameters]) -> HttpResponse:
    """One page of a store's shelf. 404 for an unknown store or category, 422 for a parameter that is not valid.

    A search finds words and their beginnings in both languages, with or without marks; exact marks come first. When
    nothing matches, one slip of the finger is forgiven and `did_you_mean` says what was searched instead.
    """
    language = asker(request).language
    page = catalog.list_products(
        store_id=_store_id(query.store),
        filters=_filters(query),
        sort=query.sort,
        limit=query.limit,
        offset=query.offset,
        language=language,
        now=clock.now(),
    )
    body = {
        "total": page.total,
        "limit": query.limit,
        "offset": query.offset,
        "did_you_mean": page.did_you_mean,
        "products": _cards(page.cards, language),
    }
    return _kept(request, body, _LIVELY)


@router.get("/products/popular", response=PopularSchema, summary="What sells")
def popular(
    request: HttpRequest,
    category: Code | None = None,
    limit: Limit = 24,
    store: Id | None = None,
    lang: Language = None,  # noqa: ARG001 - read by `asker`, named here for the documentation
) -> HttpResponse:
    """What was in most orders of this store in the last seven days; where nothing was, what is popular anywhere."""
    found = catalog.popular(store_id=_store_id(store), category=category, limit=limit)
    return _kept(request, {"products": _cards(found, asker(request).language)}, _LIVELY)


@router.get("/products/suggest", response=SuggestionsSchema, summary="What drops down while someone types")
def suggest(
    request: HttpRequest,
    search: Query,
    limit: Limit = 5,
    store: Id | None = None,
    lang: Language = None,  # noqa: ARG001 - read by `asker`, named here for the documentation
) -> HttpResponse:
    """Phrases that go on from what was typed, the categories with most hits, and the best products."""
    language = asker(request).language
    found = catalog.suggest(query=search, store_id=_store_id(store), limit=limit, language=language)
    body = {
        "did_you_mean": found.did_you_mean,
        "phrases": found.phrases,
        "categories": [
            {"slug": hit.category.slug, **_named(hit.category, language), "products": hit.products}
            for hit in found.categories
        ],
        "products": _cards(found.cards, language),
    }
    return _kept(request, body, _LIVELY)


@router.get("/products/{sku}", response=ProductDetailSchema, summary="One product")
def product(
    request: HttpRequest,
    sku: Code,
    store: Id | None = None,
    lang: Language = None,  # noqa: ARG001 - read by `asker`, named here for the documentation
) -> HttpResponse:
    """Also when it is no longer sold, then `active` is false. 404 for a SKU that was never on sale."""
    found = catalog.product(sku=Sku(sku), store_id=_store_id(store))
    return _kept(request, _detail(found, asker(request).language), _LIVELY)


def _store_id(asked: UUID | None) -> StoreId:
    return StoreId(asked) if asked else catalog.default_store().id


def _filters(query: ListParameters) -> Filters:
    return Filters(
        category=query.category,
        is_perishable=query.is_perishable,
        dietary=tuple(query.dietary),
        tags=tuple(query.tags),
        expires_soon=query.expires_soon,
        in_stock=query.in_stock,
        search=query.search,
        min_price=query.min_price,
        max_price=query.max_price,
    )


def _store(store: Store, language: str) -> dict[str, Any]:
    return {
        "id": store.id,
        "code": store.code,
        **_named(store, language),
        "zone": store.zone,
        "address": store.address,
        "phone": store.phone,
    }


def _category(node: Category, language: str) -> dict[str, Any]:
    return {
        "id": node.id,
        "slug": node.slug,
        **_named(node, language),
        "tint": node.tint,
        "image": node.image,
        "products": node.products,
        "children": [_category(child, language) for child in node.children],
    }


def _named(thing: Store | Category | ProductCard, language: str) -> dict[str, Any]:
    return {"name": thing.name(language), "names": {"en": thing.name_en, "vi": thing.name_vi}}


def _cards(cards: Iterable[ProductCard], language: str) -> list[dict[str, Any]]:
    return [_card(card, language) for card in cards]


def _card(card: ProductCard, language: str) -> dict[str, Any]:
    return {
        "sku": card.sku,
        **_named(card, language),
        "price": card.price_now.minor,
        "price_before": card.price.minor if card.offer_price else None,
        "percent_off": card.percent_off,
        "unit": card.unit,
        "step": card.step,
        "net_content": card.net_content,
        "net_unit": card.net_unit,
        "unit_price": card.unit_price.minor if card.unit_price else None,
        "unit_price_per": card.unit_price_per,
        "vat_rate": card.vat_rate,
        "perishable": card.perishable,
        "min_freshness_days": card.min_freshness_days,
        "image": card.image,
        "tint": card.tint,
        "category_id": card.category_id,
        "dietary": card.dietary,
        "allergens": card.allergens,
        "max_per_order": card.max_per_order,
        "piece_weight": card.piece_weight,
        "tags": card.tags,
        "in_stock": card.in_stock,
        "earliest_expiry": card.earliest_expiry,
    }


def _detail(detail: ProductDetail, language: str) -> dict[str, Any]:
    return {
        **_card(detail, language),
        "description": detail.description(language),
        "descriptions": {"en": detail.description_en, "vi": detail.description_vi},
        "gtin": detail.gtin,
        "active": detail.active,
        "trail": [{"slug": node.slug, **_named(node, language)} for node in detail.trail],
    }


def _kept(request: HttpRequest, body: Any, seconds: int) -> HttpResponse:
    """The answer, or 304 where the caller has it already; kept by everybody, or by the one who signed in."""
    content = wire.dumps(body)
    etag = f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'
    known = request.headers.get("If-None-Match", "")
    answer: HttpResponse
    if etag in (tag.strip().removeprefix("W/") for tag in known.split(",")):
        answer = HttpResponseNotModified()
    else:
        answer = HttpResponse(content, content_type=wire.Renderer.content_type)
    whose = "private" if asker(request).id else "public"
    answer["ETag"] = etag
    answer["Cache-Control"] = f"{whose}, max-age={seconds}"
    answer["Vary"] = "Accept-Language, Authorization"
    answer["Content-Language"] = asker(request).language
    return answer
