"""What goes in and out over HTTP, with an example of each."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict

from grocery.catalog import public as catalog
from grocery.catalog.api.examples import CARD, CATEGORY, DETAIL, HITS, PHOTO, PICTURE, STORE


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

    model_config = _example(STORE)


class StoresSchema(Schema):
    stores: list[StoreSchema]

    model_config = _example({"stores": [STORE]})


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

    model_config = _example(CATEGORY)


class CategoriesSchema(Schema):
    categories: list[CategorySchema]

    model_config = _example({"categories": [CATEGORY]})


class BrandSchema(Schema):
    """Whose name it bears. `slug` stays, whatever the brand is called later."""

    slug: str
    name: str

    model_config = _example(CARD["brand"])


class PhotoSchema(Schema):
    """A photo in several widths and formats, the best format first, which never change.

    `url` holds `{width}` and `{format}`: put in one of `widths` and of `formats`. `width` and `height` are its own.
    """

    url: str
    widths: list[int]
    formats: list[str]
    width: int
    height: int

    model_config = _example(PHOTO)


class PictureSchema(PhotoSchema):
    """One of a product's photos; `alt` says what it shows."""

    alt: str
    alts: Names

    model_config = _example(PICTURE)


class ProductSchema(Schema):
    """A product in one store. `step`: the least that can be bought, and what a quantity is a multiple of.

    `piece_weight`: goods that are counted by the piece and paid by weight; about so much each, as is `step`.

    `image` is a drawn picture of such goods, `photo` the first photo of its own, where it has one.

    `price` is what one costs at this moment; while an offer on it runs, `price_before` is what it costs otherwise.
    `allergens`: which of the fourteen of EU 1169/2011 it contains; null: not declared.
    """

    sku: str
    name: str
    names: Names
    price: int
    price_before: int | None
    percent_off: int
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
    photo: PhotoSchema | None
    tint: catalog.Tint
    category_id: UUID
    dietary: list[str]
    allergens: list[str] | None
    max_per_order: Decimal
    piece_weight: Decimal | None
    tags: list[str]
    brand: BrandSchema | None
    storage: catalog.Storage | None
    in_stock: bool
    earliest_expiry: date | None

    model_config = _example(CARD)


class ProductsSchema(Schema):
    """One page. `did_you_mean`: nothing matched what was typed; these match this instead.

    `next_cursor` leads to the next page, null at the end. `total` and `offset` are null where a cursor led.
    """

    total: int | None
    limit: int
    offset: int | None
    next_cursor: str | None
    did_you_mean: str | None
    products: list[ProductSchema]

    model_config = _example(
        {"total": 1, "limit": 24, "offset": 0, "next_cursor": None, "did_you_mean": None, "products": [CARD]}
    )


class CategoryChoiceSchema(Schema):
    """A category with what is in it and below; `parent` is a slug."""

    slug: str
    parent: str | None
    name: str
    names: Names
    products: int


class BrandChoiceSchema(Schema):
    slug: str
    name: str
    products: int


class ChoiceSchema(Schema):
    value: str
    products: int


class PriceBandSchema(Schema):
    """Both ends belong to it; null: open."""

    min_price: int | None
    max_price: int | None
    products: int


class FacetsSchema(Schema):
    """What may be asked for beside what is, and how many products the list would have then.

    `categories`, `brands`, `prices` and the yes-or-no filters are counted without the filter of their own kind; the
    others, which add up, under all filters.
    """

    total: int
    categories: list[CategoryChoiceSchema]
    brands: list[BrandChoiceSchema]
    dietary: list[ChoiceSchema]
    allergen_free: list[ChoiceSchema]
    tags: list[ChoiceSchema]
    prices: list[PriceBandSchema]
    is_perishable: int
    expires_soon: int
    on_offer: int
    in_stock: int

    model_config = _example(
        {
            "total": 9,
            "categories": [{**HITS, "parent": "rau-cu"}],
            "brands": [{"slug": "vuon-chin", "name": "Vườn Chín", "products": 4}],
            "dietary": [{"value": "vegan", "products": 9}],
            "allergen_free": [{"value": "milk", "products": 9}],
            "tags": [{"value": "vietgap", "products": 5}],
            "prices": [{"min_price": None, "max_price": 19999, "products": 6}],
            "is_perishable": 9,
            "expires_soon": 1,
            "on_offer": 2,
            "in_stock": 8,
        }
    )


class PopularSchema(Schema):
    products: list[ProductSchema]

    model_config = _example({"products": [CARD]})


class CategoryHitsSchema(Schema):
    slug: str
    name: str
    names: Names
    products: int

    model_config = _example(HITS)


class SuggestionsSchema(Schema):
    """What someone who types may be about to say, where it is found, and the best answers."""

    did_you_mean: str | None
    phrases: list[str]
    categories: list[CategoryHitsSchema]
    products: list[ProductSchema]

    model_config = _example(
        {"did_you_mean": None, "phrases": ["cà chua", "cà chua bi"], "categories": [HITS], "products": [CARD]}
    )


class TrailSchema(Schema):
    slug: str
    name: str
    names: Names

    model_config = _example(DETAIL["trail"][0])


class OriginSchema(Schema):
    """Where it was grown or made. `country`: ISO 3166-1; `name` tells the region, too, where it is known."""

    country: str
    name: str
    names: Names

    model_config = _example(DETAIL["origin"])


class NutritionSchema(Schema):
    """What 100 g or 100 ml have: grams, energy in kJ and kcal, sodium in mg. Null: the label does not say."""

    per: catalog.NetUnit
    energy_kj: Decimal
    energy_kcal: Decimal
    fat: Decimal
    saturates: Decimal | None
    carbohydrate: Decimal
    sugars: Decimal | None
    fibre: Decimal | None
    protein: Decimal
    salt: Decimal
    sodium_mg: Decimal

    model_config = _example(DETAIL["nutrition"])


class ProductDetailSchema(ProductSchema):
    """A product's own page. `active` false: it is no longer sold.

    `lowest_price_30d`: the lowest that was asked in the 30 days before the offer began; null without an offer.
    `sizes`: the other packs of its `family` that are sold, small ones first.
    """

    description: str
    descriptions: Names
    gtin: str
    active: bool
    images: list[PictureSchema]
    origin: OriginSchema | None
    nutrition: NutritionSchema | None
    lowest_price_30d: int | None
    family: str
    sizes: list[ProductSchema]
    trail: list[TrailSchema]

    model_config = _example(DETAIL)
