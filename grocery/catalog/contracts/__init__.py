"""The words of the catalogue: what is sold, where it stands, what a customer sees of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final, NewType
from uuid import UUID

from grocery.catalog.contracts.allergens import Allergen
from grocery.catalog.contracts.imports import (
    BadRow,
    ImportProgress,
    MissingFile,
    Rejected,
    UnknownProfile,
    WrongHeader,
)
from grocery.kernel.errors import DomainError
from grocery.kernel.money import Money
from grocery.kernel.quantity import Quantity, quantity

__all__ = [
    "Allergen",
    "BadRow",
    "ImportProgress",
    "MissingFile",
    "Rejected",
    "UnknownProfile",
    "WrongHeader",
]

#: The most that a customer may have of one product, in its unit, unless the product says less.
MOST_PER_ORDER: Final = quantity(999)

#: What the shop calls one product: 1 to 64 of A–Z a–z 0–9 . _ : -, never changed, never given to another.
Sku = NewType("Sku", str)
StoreId = NewType("StoreId", UUID)
#: The VAT group of what a delivery costs: 8 % through 2026, then 10 %.
VAT_OF_DELIVERY: Final = "reduced"

CategoryId = NewType("CategoryId", UUID)


class Unit(StrEnum):
    """What a price is for, and what a quantity counts."""

    PIECE = "piece"
    KG = "kg"
    L = "l"


class NetUnit(StrEnum):
    """What is printed on the pack."""

    G = "g"
    ML = "ml"
    PIECE = "piece"


class Tint(StrEnum):
    """The plate that a picture lies on, one per department."""

    LEAF = "leaf"
    SUN = "sun"
    ROSE = "rose"
    SKY = "sky"
    SAND = "sand"
    LILAC = "lilac"


class Dietary(StrEnum):
    """What a product promises to people who avoid something."""

    VEGETARIAN = "vegetarian"
    VEGAN = "vegan"
    GLUTEN_FREE = "gluten_free"
    LACTOSE_FREE = "lactose_free"
    NO_ADDED_SUGAR = "no_added_sugar"
    HALAL = "halal"


class Sort(StrEnum):
    """The order of a list. A search is in order of relevance unless it asks for another."""

    POPULAR = "popular"
    PRICE = "price"
    PRICE_DESC = "-price"
    NAME = "name"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A shop. `zone` is the IANA name of the time zone that its days and slots are in."""

    id: StoreId
    code: str
    name_en: str
    name_vi: str
    zone: str
    address: str = ""
    phone: str = ""

    def name(self, language: str) -> str:
        return self.name_vi if language == "vi" else self.name_en


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A node of the tree. `products` counts what is on sale in it and below."""

    id: CategoryId
    slug: str
    name_en: str
    name_vi: str
    tint: Tint
    image: str
    products: int = 0
    parent_slug: str | None = None
    children: tuple[Category, ...] = ()

    def name(self, language: str) -> str:
        return self.name_vi if language == "vi" else self.name_en

    def subtree(self) -> list[Category]:
        """This category and all below it, parents first."""
        return [self, *(node for child in self.children for node in child.subtree())]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductOnSale:
    """Everything that a cart or order line copies. Prices include VAT and are for one `unit`."""

    sku: Sku
    name_en: str
    name_vi: str
    price: Money
    unit: Unit
    #: The least that can be bought, and what a quantity must be a multiple of.
    step: Quantity
    #: What is in one piece (500 g, 950 ml, 10 pieces); None for goods sold by weight, and where it is not known.
    net_content: Decimal | None
    net_unit: NetUnit | None
    vat_group: str
    #: Percent, contained in the price: the group's rate of the day that was asked for, else of today.
    vat_rate: Decimal
    perishable: bool
    #: Days of life left that we promise on the day of delivery; 0 for what does not spoil.
    min_freshness_days: int
    image: str
    tint: Tint
    category_id: CategoryId
    #: For comparing: per kg, l or piece. None where the net content is not known.
    unit_price: Money | None
    unit_price_per: Unit | None
    #: What it promises, as `Dietary` names it.
    dietary: tuple[str, ...]
    #: What it contains, as `Allergen` names it; None: nobody has declared it, so it may contain anything.
    allergens: tuple[str, ...] | None
    #: The most that one order may hold, in its unit.
    max_per_order: Quantity
    #: What one piece weighs about, of goods counted by the piece and paid by weight: then also the step. Else None.
    piece_weight: Quantity | None = None
    #: Its category and those above; only where a day was asked for (`public.products_on_sale`).
    categories: tuple[CategoryId, ...] = ()

    @property
    def price_now(self) -> Money:
        """What one unit costs at this moment: lists know of offers, a cart works them out."""
        return self.price

    def name(self, language: str) -> str:
        return self.name_vi if language == "vi" else self.name_en


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductCard(ProductOnSale):
    """What a list shows of a product in one store."""

    tags: tuple[str, ...]
    #: As far as the last facts from the stockroom tell; checkout asks again.
    in_stock: bool
    earliest_expiry: date | None
    #: What one unit costs while an offer on it runs, if that is less than `price`. `unit_price` follows it.
    offer_price: Money | None

    @property
    def price_now(self) -> Money:
        return self.offer_price or self.price

    @property
    def percent_off(self) -> int:
        """By how much an offer lowers it, in whole percent; 0 without one."""
        return 100 * (self.price - self.price_now).minor // self.price.minor if self.price else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductDetail(ProductCard):
    """What a product's own page shows. `trail` leads from the department down to its category."""

    gtin: str
    description_en: str
    description_vi: str
    trail: tuple[Category, ...]
    active: bool

    def description(self, language: str) -> str:
        return self.description_vi if language == "vi" else self.description_en


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductDraft:
    """A product as staff or an import write it down; `save_product` checks it.

    `category` is a slug, `price` đồng with VAT for one `unit` (None: not priced yet, cannot be on sale),
    `vat_group` a group's code, `gtin` 8, 12, 13 or 14 digits, `untranslated` the language ("en" or "vi") whose
    name is borrowed.
    """

    sku: str
    name_en: str
    name_vi: str
    category: str
    price: int | None
    unit: Unit = Unit.PIECE
    step: Decimal = Decimal(1)
    net_content: Decimal | None = None
    net_unit: NetUnit | None = None
    vat_group: str = "reduced"
    perishable: bool = False
    min_freshness_days: int | None = None
    dietary: tuple[str, ...] = ()
    #: None: not declared; (): declared to contain none.
    allergens: tuple[str, ...] | None = None
    max_per_order: Decimal = MOST_PER_ORDER
    #: kg or l of one piece, of goods ordered by the piece and paid by weight; it is their step.
    piece_weight: Decimal | None = None
    tags: tuple[str, ...] = ()
    gtin: str = ""
    image: str = ""
    tint: str = ""
    description_en: str = ""
    description_vi: str = ""
    popularity: int = 0
    active: bool = True
    untranslated: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StockSeen:
    """What the stockroom last said about one product in one store."""

    store_id: StoreId
    sku: Sku
    version: int
    in_stock: bool
    earliest_expiry: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferSeen:
    """What ordering last said about an offer on single products: `percent` off or a new `price`, đồng."""

    offer_id: UUID
    store_id: UUID | None
    skus: tuple[str, ...]
    percent: int
    price: int | None
    starts_at: datetime
    ends_at: datetime | None


class WouldLoop(DomainError):
    """A category cannot stand below itself."""

    code = "category_would_loop"
    en = "{slug} cannot be moved below {parent}: that is a part of it."
    vi = "Không thể chuyển {slug} vào {parent}: mục này nằm trong chính nó."

    def __init__(self, slug: str, parent: str) -> None:
        self.slug, self.parent = slug, parent


class GtinTaken(DomainError):
    """A GTIN names one product only (GS1 General Specifications 4.2)."""

    code = "gtin_taken"
    status = 409
    field = "gtin"
    en = "The GTIN {gtin} already belongs to {sku}."
    vi = "Mã GTIN {gtin} đã thuộc về {sku}."

    def __init__(self, gtin: str, sku: str) -> None:
        self.gtin, self.sku = gtin, sku


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryDraft:
    """A category that an import may have to make; one that exists is left as staff have it."""

    slug: str
    name_en: str
    name_vi: str
    parent: str | None = None
    tint: Tint | None = None
    image: str = ""
