"""What is sold, and what a customer sees of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final, NewType

from grocery.catalog.contracts.brands import Brand
from grocery.catalog.contracts.labels import Nutrition, Origin, Storage
from grocery.catalog.contracts.pictures import Picture
from grocery.catalog.contracts.places import Category, CategoryId, Tint
from grocery.kernel.money import Money
from grocery.kernel.quantity import Quantity, quantity

#: The most that a customer may have of one product, in its unit, unless the product says less.
MOST_PER_ORDER: Final = quantity(999)


#: The VAT group of what a delivery costs: 8 % through 2026, then 10 %.
VAT_OF_DELIVERY: Final = "reduced"


#: What the shop calls one product: 1 to 64 of A–Z a–z 0–9 . _ : -, never changed, never given to another.
Sku = NewType("Sku", str)


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


class Dietary(StrEnum):
    """What a product promises to people who avoid something."""

    VEGETARIAN = "vegetarian"
    VEGAN = "vegan"
    GLUTEN_FREE = "gluten_free"
    LACTOSE_FREE = "lactose_free"
    NO_ADDED_SUGAR = "no_added_sugar"
    HALAL = "halal"


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
    #: What to show of it: its own photo (`Photo.of`), else the name of a drawn picture.
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
    #: The drawn picture, also where there is a photo.
    drawn: str = ""
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
    brand: Brand | None
    #: How it is kept; None: nobody has said.
    storage: Storage | None

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
    origin: Origin | None
    nutrition: Nutrition | None
    #: The lowest that was asked in the 30 days before the offer began (98/6/EC, article 6a); None without one.
    lowest_price_30d: Money | None
    #: The code that packs of the same thing share; empty: it comes in this one alone.
    family: str
    #: The other packs of its family that are sold, small ones first.
    sizes: tuple[ProductCard, ...]
    pictures: tuple[Picture, ...]

    def description(self, language: str) -> str:
        return self.description_vi if language == "vi" else self.description_en
