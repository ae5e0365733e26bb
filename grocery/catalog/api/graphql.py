"""What GraphQL may ask the catalogue: the questions of the HTTP API, with products that lead on to others.

A product is the same wherever it stands. What a list does not hold of it (its description, what is like it) is looked
up for all products of that list at once, so nesting costs one statement per level, not one per row.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any, Final

from graphql import GraphQLArgument, GraphQLField, GraphQLFieldMap, GraphQLList, GraphQLNonNull
from ninja import Schema

from grocery.catalog import public as catalog
from grocery.catalog.api import answers
from grocery.catalog.api.parameters import ListParameters
from grocery.catalog.api.schemas import (
    CategorySchema,
    ProductDetailSchema,
    ProductSchema,
    ProductsSchema,
    StoreSchema,
    SuggestionsSchema,
)
from grocery.catalog.public import Sku, StoreId
from grocery.kernel.errors import NotFound
from grocery.kernel.graphql.asking import Info
from grocery.kernel.graphql.limits import ROWS, WEIGHT
from grocery.kernel.graphql.types import (
    Resolver,
    arguments_of,
    fields_of,
    given,
    object_type,
)
from grocery.kernel.inputs import Code, Id, Limit, Query

type Thing = dict[str, Any]

#: What a statement costs beside the fields that it fills: a list or search, one product, what is like each of them.
_LIST, _ONE, _LIKE = 400, 100, 40


class _CategoryParameters(Schema):
    slug: Code


class _PopularParameters(Schema):
    category: Code | None = None
    limit: Limit = 24
    store: Id | None = None


class _SuggestParameters(Schema):
    search: Query
    limit: Limit = 5
    store: Id | None = None


class _ProductParameters(Schema):
    sku: Code
    store: Id | None = None


class _SimilarParameters(Schema):
    limit: Limit = 6


class Shelf:
    """Products that were found together."""

    def __init__(self, products: Iterable[Thing], store_id: StoreId, language: str) -> None:
        self.store_id, self.language = store_id, language
        self.skus = []
        self._similar: dict[int, dict[Sku, list[Thing]]] = {}
        for product in products:
            product["shelf"] = self
            self.skus.append(product["sku"])

    @cached_property
    def details(self) -> dict[Sku, Thing]:
        found = catalog.details(skus=self.skus, store_id=self.store_id)
        return self.with_packs({sku: answers.of_product(detail, self.language) for sku, detail in found.items()})

    def with_packs(self, details: dict[Sku, Thing]) -> dict[Sku, Thing]:
        """The same; their other packs can be asked on from, too."""
        Shelf((pack for product in details.values() for pack in product["sizes"]), self.store_id, self.language)
        return details

    def similar(self, sku: Sku, limit: int) -> list[Thing]:
        if limit not in self._similar:
            found = catalog.similar_to_each(skus=self.skus, store_id=self.store_id, limit=limit)
            like = {one: answers.of_cards(cards, self.language) for one, cards in found.items()}
            Shelf((product for products in like.values() for product in products), self.store_id, self.language)
            self._similar[limit] = like
        return self._similar[limit].get(sku, [])


def _shelved(products: list[Thing], store_id: StoreId, info: Info) -> list[Thing]:
    Shelf(products, store_id, info.context.language)
    return products


# --- questions ------------------------------------------------------------------------------------------------


def _stores(_root: None, info: Info) -> list[Thing]:
    return [answers.of_store(store, info.context.language) for store in catalog.stores()]


def _categories(_root: None, info: Info) -> list[Thing]:
    return [answers.of_category(node, info.context.language) for node in catalog.categories()]


def _category(_root: None, info: Info, **arguments: Any) -> Thing:
    asked = given(_CategoryParameters, arguments)
    return answers.of_category(catalog.category(asked.slug), info.context.language)


def _products(_root: None, info: Info, **arguments: Any) -> Thing:
    asked = given(ListParameters, arguments)
    page = answers.page(asked, info.context.language)
    _shelved(page["products"], answers.store_id(asked.store), info)
    return page


def _popular(_root: None, info: Info, **arguments: Any) -> list[Thing]:
    asked = given(_PopularParameters, arguments)
    store_id = answers.store_id(asked.store)
    found = catalog.popular(store_id=store_id, category=asked.category, limit=asked.limit)
    return _shelved(answers.of_cards(found, info.context.language), store_id, info)


def _suggest(_root: None, info: Info, **arguments: Any) -> Thing:
    asked = given(_SuggestParameters, arguments)
    found = answers.suggestions(
        typed=asked.search, limit=asked.limit, store=asked.store, language=info.context.language
    )
    _shelved(found["products"], answers.store_id(asked.store), info)
    return found


def _product(_root: None, info: Info, **arguments: Any) -> Thing:
    asked = given(_ProductParameters, arguments)
    store_id = answers.store_id(asked.store)
    found = catalog.product(sku=Sku(asked.sku), store_id=store_id)
    product = answers.of_product(found, info.context.language)
    Shelf([product], store_id, info.context.language).with_packs({found.sku: product})
    return product


# --- what a product leads to ------------------------------------------------------------------------------------


def _detail(name: str) -> Resolver:
    def read(product: Thing, _info: Info) -> Any:
        if name in product:
            return product[name]
        details = product["shelf"].details
        if product["sku"] not in details:  # gone since the list was read
            raise NotFound("product", product["sku"])
        return details[product["sku"]][name]

    return read


def _own_category(product: Thing, info: Info) -> Thing:
    return answers.of_category(catalog.category_trail(product["category_id"])[-1], info.context.language)


def _trail(product: Thing, info: Info) -> list[Thing]:
    trail = catalog.category_trail(product["category_id"])
    return [answers.of_category(node, info.context.language) for node in trail]


def _similar(product: Thing, _info: Info, **arguments: Any) -> list[Thing]:
    found: list[Thing] = product["shelf"].similar(product["sku"], given(_SimilarParameters, arguments).limit)
    return found


def _members_of_product() -> GraphQLFieldMap:
    details = fields_of(ProductDetailSchema, _detail)
    return {
        **details,
        **fields_of(ProductSchema),
        "sizes": GraphQLField(
            _every(_PRODUCT),
            resolve=_detail("sizes"),
            extensions={ROWS: 4},
            description="The other packs of its family that are sold, small ones first.",
        ),
        "category": GraphQLField(GraphQLNonNull(_CATEGORY), resolve=_own_category),
        "trail": GraphQLField(
            _every(_CATEGORY),
            resolve=_trail,
            extensions={ROWS: 3},
            description="From the department down to its category.",
        ),
        "similar": GraphQLField(
            _every(_PRODUCT),
            arguments_of(_SimilarParameters),
            _similar,
            extensions={WEIGHT: _LIKE},
            description="What could stand in for it, the best first.",
        ),
    }


def _every(kind: Any) -> Any:
    return GraphQLNonNull(GraphQLList(GraphQLNonNull(kind)))


_CATEGORY: Final = object_type(CategorySchema)
_PRODUCT: Final = object_type(ProductSchema, members=_members_of_product)


def _question(
    kind: Any, resolve: Resolver, weight: int = 0, asked: type[Schema] | None = None, about: str = ""
) -> GraphQLField:
    # The language is that of the whole request: ?lang= or Accept-Language. Fields are named by the query itself.
    arguments: dict[str, GraphQLArgument] = arguments_of(asked, without={"lang", "fields"}) if asked else {}
    return GraphQLField(kind, arguments, resolve, extensions={WEIGHT: weight}, description=about)


QUESTIONS: Final[GraphQLFieldMap] = {
    "stores": _question(_every(object_type(StoreSchema)), _stores, about="Stores that sell."),
    "categories": _question(_every(_CATEGORY), _categories, about="The departments, each with what is below it."),
    "category": _question(_CATEGORY, _category, 0, _CategoryParameters, "One category."),
    "products": _question(
        object_type(ProductsSchema), _products, _LIST, ListParameters, "One page of a store's shelf, or of a search."
    ),
    "popular": _question(
        GraphQLList(GraphQLNonNull(_PRODUCT)), _popular, _LIST, _PopularParameters, "What sold most in seven days."
    ),
    "suggest": _question(
        object_type(SuggestionsSchema), _suggest, _LIST, _SuggestParameters, "What drops down while someone types."
    ),
    "product": _question(_PRODUCT, _product, _ONE, _ProductParameters, "One product, even if no longer sold."),
}
