"""What a list can be narrowed to next, and how many products each choice would leave."""

from __future__ import annotations

from dataclasses import dataclass

from grocery.catalog.contracts.brands import Brand
from grocery.catalog.contracts.lists import CategoryHits


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A label that may be asked for beside those that are: the list would have so many `products`."""

    value: str
    products: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceBand:
    """đồng, both ends belong to it; None: open."""

    min_price: int | None
    max_price: int | None
    products: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandHits:
    brand: Brand
    products: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """Choices with what each would leave under all the other filters; those that would leave nothing are not there.

    Of `categories`, `prices` and the four yes-or-no questions one choice takes the place of another, and brands widen
    one another: they are counted without the filter of their own kind. `dietary`, `allergen_free` and `tags` add up:
    they are counted under all that is chosen. `total`: what all filters together leave.
    """

    total: int
    categories: tuple[CategoryHits, ...]
    brands: tuple[BrandHits, ...]
    dietary: tuple[Choice, ...]
    allergen_free: tuple[Choice, ...]
    tags: tuple[Choice, ...]
    prices: tuple[PriceBand, ...]
    is_perishable: int
    expires_soon: int
    on_offer: int
    in_stock: int
