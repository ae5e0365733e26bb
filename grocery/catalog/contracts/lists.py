"""Lists of products: what narrows them, what orders them, what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from grocery.catalog.contracts.places import Category
from grocery.catalog.contracts.products import ProductCard


class Sort(StrEnum):
    """The order of a list. A search is in order of relevance unless it asks for another."""

    POPULAR = "popular"
    PRICE = "price"
    PRICE_DESC = "-price"
    NAME = "name"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a list is narrowed to; every member that is given must hold.

    `category` is a slug and includes what is below it; `dietary` and `tags` must all be there;
    `expires_soon`: in stock and best before within `policies.EXPIRES_SOON_DAYS` of the store's today.
    """

    category: str | None = None
    is_perishable: bool | None = None
    dietary: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    expires_soon: bool | None = None
    in_stock: bool | None = None
    search: str = ""
    min_price: int | None = None
    max_price: int | None = None


#: No filter at all.
EVERYTHING = Filters()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductPage:
    """One page of a list. `total` counts all pages.

    `did_you_mean`: nothing matched what was typed, this did.
    """

    total: int
    cards: list[ProductCard]
    did_you_mean: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryHits:
    category: Category
    products: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestions:
    """What drops down while someone types."""

    phrases: tuple[str, ...]
    categories: tuple[CategoryHits, ...]
    cards: tuple[ProductCard, ...]
    did_you_mean: str | None = None
