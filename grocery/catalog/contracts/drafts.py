"""Products as they are written down."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from grocery.catalog.contracts.labels import Nutrition, Storage
from grocery.catalog.contracts.products import MOST_PER_ORDER, NetUnit, Unit
from grocery.kernel.errors import DomainError


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductDraft:
    """A product as staff or an import write it down; `save_product` checks it.

    `category` is a slug, `price` đồng with VAT for one `unit` (None: not priced yet, cannot be on sale),
    `vat_group` a group's code, `gtin` 8, 12, 13 or 14 digits, `brand` a name (one that is new is made),
    `untranslated` the language ("en" or "vi") whose name is borrowed.
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
    brand: str = ""
    #: A code that packs of the same thing share.
    family: str = ""
    storage: Storage | None = None
    #: ISO 3166-1, two letters; a region only beside it.
    origin_country: str = ""
    origin_region_en: str = ""
    origin_region_vi: str = ""
    nutrition: Nutrition | None = None
    image: str = ""
    tint: str = ""
    description_en: str = ""
    description_vi: str = ""
    popularity: int = 0
    active: bool = True
    untranslated: str = ""


class GtinTaken(DomainError):
    """A GTIN names one product only (GS1 General Specifications 4.2)."""

    code = "gtin_taken"
    status = 409
    field = "gtin"
    en = "The GTIN {gtin} already belongs to {sku}."
    vi = "Mã GTIN {gtin} đã thuộc về {sku}."

    def __init__(self, gtin: str, sku: str) -> None:
        self.gtin, self.sku = gtin, sku
