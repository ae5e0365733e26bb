"""Storefront HTTP routes of the catalogue: mapping only.

Everybody may read them. `name` is in the language asked for (`?lang=`, the customer's, Accept-Language); `names`
holds both. Prices are whole đồng, VAT included, for one `unit`. Answers may be kept for a moment and carry an ETag.
"""

from __future__ import annotations

from typing import Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query as QueryParameter
from ninja import Router

from grocery.catalog import public as catalog
from grocery.catalog.api import answers
from grocery.catalog.api.imports import router as imports
from grocery.catalog.api.parameters import CardParameters, DetailParameters, FilterParameters, ListParameters
from grocery.catalog.api.schemas import (
    CategoriesSchema,
    FacetsSchema,
    PopularSchema,
    ProductDetailSchema,
    ProductsSchema,
    StoresSchema,
    SuggestionsSchema,
)
from grocery.catalog.public import Sku
from grocery.kernel.etags import kept
from grocery.kernel.http import asker
from grocery.kernel.inputs import Code, Id, Limit, Query

router = Router(tags=["catalog"])
router.add_router("", imports)

Language = Literal["en", "vi"] | None
#: Seconds that an answer may be kept: what changes rarely, what changes with each sale.
_STEADY, _LIVELY = 60, 15


@router.get("/stores", response=StoresSchema, summary="Stores that sell")
def stores(request: HttpRequest) -> HttpResponse:
    """In the order in which they are offered; the first is the default everywhere."""
    language = asker(request).language
    return kept(request, {"stores": [answers.of_store(store, language) for store in catalog.stores()]}, _STEADY)


@router.get("/categories", response=CategoriesSchema, summary="The tree of categories")
def categories(request: HttpRequest) -> HttpResponse:
    """The departments in display order, each with what is below it and how many products are on sale there."""
    language = asker(request).language
    tree = [answers.of_category(node, language) for node in catalog.categories()]
    return kept(request, {"categories": tree}, _STEADY)


@router.get("/products", response=ProductsSchema, summary="List, filter and search products")
def products(request: HttpRequest, query: QueryParameter[ListParameters]) -> HttpResponse:
    """One page of a store's shelf. 404 for an unknown store or category, 422 for a parameter that is not valid.

    A search finds words and their beginnings in both languages, with or without marks; exact marks come first. When
    nothing matches, one slip of the finger is forgiven and `did_you_mean` says what was searched instead.

    Two ways to go on: `offset`, or the `next_cursor` of the page before as `cursor`. Along cursors no product comes
    twice and none is left out while others come and go. A cursor of another list (filters, sort, store) is a 422.
    """
    return kept(request, answers.page(query, asker(request).language), _LIVELY)


@router.get("/products/facets", response=FacetsSchema, summary="What a list can be narrowed to, counted")
def facets(request: HttpRequest, query: QueryParameter[FilterParameters]) -> HttpResponse:
    """With the filters of a list, what each further choice would leave; what would leave nothing is not named."""
    return kept(request, answers.facets(query, asker(request).language), _LIVELY)


@router.get("/products/popular", response=PopularSchema, summary="What sells")
def popular(
    request: HttpRequest,
    wanted: QueryParameter[CardParameters],
    category: Code | None = None,
    limit: Limit = 24,
    store: Id | None = None,
    lang: Language = None,  # noqa: ARG001 - read by `asker`, named here for the documentation
) -> HttpResponse:
    """What was in most orders of this store in the last seven days; where nothing was, what is popular anywhere."""
    found = catalog.popular(store_id=answers.store_id(store), category=category, limit=limit)
    products = answers.of_cards(found, asker(request).language)
    return kept(request, {"products": answers.only(wanted.fields, products)}, _LIVELY)


@router.get("/products/suggest", response=SuggestionsSchema, summary="What drops down while someone types")
def suggest(
    request: HttpRequest,
    wanted: QueryParameter[CardParameters],
    search: Query,
    limit: Limit = 5,
    store: Id | None = None,
    lang: Language = None,  # noqa: ARG001 - read by `asker`, named here for the documentation
) -> HttpResponse:
    """Phrases that go on from what was typed, the categories with most hits, and the best products."""
    found = answers.suggestions(typed=search, limit=limit, store=store, language=asker(request).language)
    return kept(request, found | {"products": answers.only(wanted.fields, found["products"])}, _LIVELY)


@router.get("/products/{sku}", response=ProductDetailSchema, summary="One product")
def product(
    request: HttpRequest,
    sku: Code,
    wanted: QueryParameter[DetailParameters],
    store: Id | None = None,
    lang: Language = None,  # noqa: ARG001 - read by `asker`, named here for the documentation
) -> HttpResponse:
    """Also when it is no longer sold, then `active` is false. 404 for a SKU that was never on sale."""
    found = catalog.product(sku=Sku(sku), store_id=answers.store_id(store))
    [body] = answers.only(wanted.fields, [answers.of_product(found, asker(request).language)])
    return kept(request, body, _LIVELY)
