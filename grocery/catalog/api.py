"""Storefront HTTP routes of the catalogue: mapping only.

Everybody may read them. `name` is in the language asked for (`?lang=`, the customer's, Accept-Language); `names`
holds both. Prices are whole đồng, VAT included, for one `unit`. Answers may be kept for a moment and carry an ETag.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from ninja import Query as QueryParameter
from ninja import Router, Schema
from pydantic import BeforeValidator, ConfigDict, Field

from grocery.catalog import public as catalog
from grocery.catalog.public import Category, Dietary, Filters, ProductCard, ProductDetail, Sku, Sort, Store, StoreId
from grocery.kernel import clock, wire
from grocery.kernel.http import asker
from grocery.kernel.inputs import Code, Id, Limit, Offset, Query

router = Router(tags=["catalog"])

#: đồng, out of the address, where all is text.
Price = Annotated[int, Field(ge=0, le=1_000_000_000)]
#: Seconds that an answer may be kept: what changes rarely, what changes with each sale.
_STEADY, _LIVELY = 60, 15


def _words(value: Any) -> Any:
    """`?tags=vietgap,organic` and `?tags=vietgap&tags=organic` say the same."""
    values = value if isinstance(value, list) else [value]
    return [word for one in values for word in (one.split(",") if isinstance(one, str) else [one])]


Words = Annotated[list[Code], BeforeValidator(_words), Field(max_length=20)]
Promises = Annotated[list[Dietary], BeforeValidator(_words), Field(max_length=20)]

_STORE = {
    "id": "01990000-0000-7000-8000-000000000001",
    "code": "ben-thanh",
    "name": "Grocery Bến Thành",
    "names": {"en": "Grocery Bến Thành", "vi": "Grocery Bến Thành"},
    "zone": "Asia/Ho_Chi_Minh",
    "address": "1 Lê Lợi, Phường Bến Thành, TP. Hồ Chí Minh",
    "phone": "+842838220000",
}
_CATEGORY: dict[str, Any] = {
    "id": "01990000-0000-7000-8000-000000000002",
    "slug": "rau-cu",
    "name": "Vegetables",
    "names": {"en": "Vegetables", "vi": "Rau củ"},
    "tint": "leaf",
    "image": "food/leafy-green.svg",
    "products": 128,
    "children": [],
}
_CARD: dict[str, Any] = {
    "sku": "VE0010000",
    "name": "Beef tomatoes, Đà Lạt",
    "names": {"en": "Beef tomatoes, Đà Lạt", "vi": "Cà chua beef Đà Lạt"},
    "price": 18900,
    "unit": "piece",
    "step": 1,
    "net_content": 500,
    "net_unit": "g",
    "unit_price": 37800,
    "unit_price_per": "kg",
    "vat_rate": 5,
    "perishable": True,
    "min_freshness_days": 4,
    "image": "food/tomato.svg",
    "tint": "leaf",
    "category_id": "01990000-0000-7000-8000-000000000002",
    "dietary": ["gluten_free", "vegan", "vegetarian"],
    "tags": ["vietgap"],
    "in_stock": True,
    "earliest_expiry": "2026-11-26",
}
_DETAIL: dict[str, Any] = {
    **_CARD,
    "description": "Keep in the vegetable drawer, 4–8 °C.",
    "descriptions": {
        "en": "Keep in the vegetable drawer, 4–8 °C.",
        "vi": "Giữ trong ngăn rau của tủ lạnh, 4–8 °C.",
    },
    "gtin": "00400000100007",
    "active": True,
    "trail": [{"slug": "rau-cu", "name": "Vegetables", "names": {"en": "Vegetables", "vi": "Rau củ"}}],
}


def _example(example: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [example]})


class Names(Schema):
    en: str
    vi: str


class StoreSchema(Schema):
    id: UUID
    code: str
    name: str
    names: Names
    zone: str
    address: str
    phone: str

    model_config = _example(_STORE)


class StoresSchema(Schema):
    stores: list[StoreSchema]

    model_config = _example({"stores": [_STORE]})


class CategorySchema(Schema):
    """A node of the tree; `products` counts what is on sale in it and below."""

    id: UUID
    slug: str
    name: str
    names: Names
    tint: catalog.Tint
    image: str
    products: int
    children: list[CategorySchema]

    model_config = _example(_CATEGORY)


class CategoriesSchema(Schema):
    categories: list[CategorySchema]

    model_config = _example({"categories": [_CATEGORY]})


class ProductSchema(Schema):
    """A product in one store. `step`: the least that can be bought, and what a quantity is a multiple of."""

    sku: str
    name: str
    names: Names
    price: int
    unit: catalog.Unit
    step: Decimal
    net_content: Decimal | None
    net_unit: catalog.NetUnit | None
    unit_price: int | None
    unit_price_per: catalog.Unit | None
    vat_rate: Decimal
    perishable: bool
    min_freshness_days: int
    image: str
    tint: catalog.Tint
    category_id: UUID
    dietary: list[str]
    tags: list[str]
    in_stock: bool
    earliest_expiry: date | None

    model_config = _example(_CARD)


class ProductsSchema(Schema):
    """One page. `did_you_mean`: nothing matched what was typed; these match this instead."""

    total: int
    limit: int
    offset: int
    did_you_mean: str | None
    products: list[ProductSchema]

    model_config = _example({"total": 1, "limit": 24, "offset": 0, "did_you_mean": None, "products": [_CARD]})


class PopularSchema(Schema):
    products: list[ProductSchema]

    model_config = _example({"products": [_CARD]})


class TrailSchema(Schema):
    slug: str
    name: str
    names: Names

    model_config = _example(_DETAIL["trail"][0])


class ProductDetailSchema(ProductSchema):
    """A product's own page. `active` false: it is no longer sold."""

    description: str
    descriptions: Names
    gtin: str
    active: bool
    trail: list[TrailSchema]

    model_config = _example(_DETAIL)


class ListParameters(Schema):
    """What a list is narrowed to and how it is ordered; every filter that is given must hold."""

    store: Id | None = Field(None, description="Which store; the first one where none is named.")
    category: Code | None = Field(None, description="The slug of a category; what is below it belongs to it.")
    is_perishable: bool | None = None
    dietary: Promises = Field([], description="All of these, for example `vegan,gluten_free`.")
    tags: Words = Field([], description="All of these, for example `vietgap`.")
    expires_soon: bool | None = Field(None, description="In stock, and best before within three days.")
    in_stock: bool | None = None
    min_price: Price | None = None
    max_price: Price | None = None
    search: Query = Field("", description="Words in either language, with or without marks; a SKU or GTIN.")
    sort: Sort | None = Field(None, description="Popular first where none is given; a search by relevance.")
    limit: Limit = 24
    offset: Offset = 0
    lang: Literal["en", "vi"] | None = Field(None, description="The language of `name`.")


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
    lang: Literal["en", "vi"] | None = None,
) -> HttpResponse:
    """What was in most orders of this store in the last seven days; where nothing was, what is popular anywhere."""
    found = catalog.popular(store_id=_store_id(store), category=category, limit=limit)
    return _kept(request, {"products": _cards(found, asker(request).language)}, _LIVELY)


@router.get("/products/{sku}", response=ProductDetailSchema, summary="One product")
def product(
    request: HttpRequest,
    sku: Code,
    store: Id | None = None,
    lang: Literal["en", "vi"] | None = None,
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
        "price": card.price.minor,
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
