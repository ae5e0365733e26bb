"""Lists of products: what narrows them, what orders them, what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from grocery.catalog.contracts.places import Category
from grocery.catalog.contracts.products import ProductCard
from grocery.kernel.errors import DomainError


class Sort(StrEnum):
    """The order of a list. A search is in order of relevance unless it asks for another.

    `relevance` without a search is `popular`. `unit_price`: per kg, l or piece, what has none last. `fresh`: in the
    store that is asked about the latest best-before date first, what has none last.
    """

    RELEVANCE = "relevance"
    POPULAR = "popular"
    PRICE = "price"
    PRICE_DESC = "-price"
    UNIT_PRICE = "unit_price"
    FRESH = "fresh"
    NAME = "name"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a list is narrowed to; every member that is given must hold.

    `category` is a slug and includes what is below it; `dietary` and `tags` must all be there;
    `brand`: slugs, it bears one of these;
    `allergen_free`: declared to contain none of these, as `Allergen` names them; what is not declared never is;
    `on_offer`: costs less at this moment; `min_price` and `max_price` are of the price without offers, đồng;
    `expires_soon`: in stock and best before within `policies.EXPIRES_SOON_DAYS` of the store's today.
    """

    category: str | None = None
    brand: tuple[str, ...] = ()
    is_perishable: bool | None = None
    dietary: tuple[str, ...] = ()
    allergen_free: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    expires_soon: bool | None = None
    in_stock: bool | None = None
    on_offer: bool | None = None
    search: str = ""
    min_price: int | None = None
    max_price: int | None = None


#: No filter at all.
EVERYTHING = Filters()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductPage:
    """One page of a list. `total` counts all pages; None on a page that a cursor led to: the first one said it.

    `did_you_mean`: nothing matched what was typed, this did. `next_cursor`: what leads to the next page; None: none.
    """

    total: int | None
    cards: list[ProductCard]
    did_you_mean: str | None = None
    next_cursor: str | None = None


class BadCursor(DomainError):
    """Not one of ours, or of a list with another order, other filters or another store."""

    code = "bad_cursor"
    field = "cursor"
    en = "This cursor does not belong to this list. Start again without one."
    vi = "Con trỏ này không thuộc danh sách đang xem. Hãy bắt đầu lại, không kèm con trỏ."


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
