"""What an address may ask for."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Final, Literal

from ninja import Schema
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticKnownError

from grocery.catalog.api.schemas import ProductDetailSchema, ProductSchema
from grocery.catalog.public import Allergen, Dietary, Sort
from grocery.kernel.inputs import Code, Id, Limit, Offset, Query

#: đồng, out of the address, where all is text.
Price = Annotated[int, Field(ge=0, le=1_000_000_000)]


def _words(value: Any) -> Any:
    """`?tags=vietgap,organic` and `?tags=vietgap&tags=organic` say the same."""
    values = value if isinstance(value, list) else [value]
    return [word for one in values for word in (one.split(",") if isinstance(one, str) else [one])]


Words = Annotated[list[Code], BeforeValidator(_words), Field(max_length=20)]
Free = Annotated[list[Allergen], BeforeValidator(_words), Field(max_length=20)]
#: The longest is that of a list by name.
Cursor = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_:-]+$", max_length=2_500)]
Promises = Annotated[list[Dietary], BeforeValidator(_words), Field(max_length=20)]


def _among(schema: type[Schema], names: list[str]) -> list[str]:
    known = list(schema.model_fields)
    if not set(names) <= set(known):
        raise PydanticKnownError("enum", {"expected": ", ".join(known)})
    return names


CardFields = Annotated[
    list[Code], BeforeValidator(_words), AfterValidator(partial(_among, ProductSchema)), Field(max_length=60)
]
DetailFields = Annotated[
    list[Code], BeforeValidator(_words), AfterValidator(partial(_among, ProductDetailSchema)), Field(max_length=60)
]
_FIELDS: Final = "Only these members of a product, for example `sku,name,price`; all where none is named."


class CardParameters(Schema):
    """Which members of cards are wanted."""

    fields: CardFields = Field([], description=_FIELDS)


class DetailParameters(Schema):
    """Which members of a product are wanted."""

    fields: DetailFields = Field([], description=_FIELDS)


class FilterParameters(Schema):
    """What a list is narrowed to; every filter that is given must hold."""

    store: Id | None = Field(None, description="Which store; the first one where none is named.")
    category: Code | None = Field(None, description="The slug of a category; what is below it belongs to it.")
    brand: Words = Field([], description="One of these, by their slugs.")
    is_perishable: bool | None = None
    dietary: Promises = Field([], description="All of these, for example `vegan,gluten_free`.")
    allergen_free: Free = Field(
        [],
        description="Declared to contain none of these, for example `milk,peanuts`; undeclared is never free.",
    )
    tags: Words = Field([], description="All of these, for example `vietgap`.")
    expires_soon: bool | None = Field(None, description="In stock, and best before within three days.")
    in_stock: bool | None = None
    on_offer: bool | None = Field(None, description="What costs less at this moment.")
    min_price: Price | None = None
    max_price: Price | None = None
    search: Query = Field("", description="Words in either language, with or without marks; a SKU or GTIN.")
    lang: Literal["en", "vi"] | None = Field(None, description="The language of `name`.")


class ListParameters(FilterParameters, CardParameters):
    """What a list is narrowed to and how it is ordered."""

    sort: Sort | None = Field(None, description="Popular first where none is given; a search by relevance.")
    limit: Limit = 24
    offset: Offset = 0
    cursor: Cursor | None = Field(
        None, description="The `next_cursor` of the page before, in place of `offset`; all else as it was there."
    )
