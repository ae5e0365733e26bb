"""The words of the catalogue: what is sold, where it stands, what a customer sees of it. One module per topic."""

from grocery.catalog.contracts.allergens import Allergen
from grocery.catalog.contracts.brands import Brand, BrandTaken
from grocery.catalog.contracts.drafts import GtinTaken, ProductDraft
from grocery.catalog.contracts.import_jobs import (
    AT_WORK,
    LARGEST_UPLOAD,
    Difference,
    FileTooLarge,
    ImportFailed,
    ImportId,
    ImportJob,
    ImportState,
    LineKind,
    NotATable,
    NotInThatState,
)
from grocery.catalog.contracts.imports import (
    BadRow,
    ImportProgress,
    MissingFile,
    Rejected,
    UnknownProfile,
    WrongHeader,
)
from grocery.catalog.contracts.lists import EVERYTHING, CategoryHits, Filters, ProductPage, Sort, Suggestions
from grocery.catalog.contracts.places import Category, CategoryDraft, CategoryId, Store, StoreId, Tint, WouldLoop
from grocery.catalog.contracts.products import (
    MOST_PER_ORDER,
    VAT_OF_DELIVERY,
    Dietary,
    NetUnit,
    ProductCard,
    ProductDetail,
    ProductOnSale,
    Sku,
    Unit,
)
from grocery.catalog.contracts.seen import OfferSeen, StockSeen

__all__ = [
    "NotInThatState",
    "NotATable",
    "LineKind",
    "ImportState",
    "ImportJob",
    "ImportId",
    "FileTooLarge",
    "ImportFailed",
    "Difference",
    "LARGEST_UPLOAD",
    "AT_WORK",
    "Allergen",
    "BadRow",
    "Brand",
    "BrandTaken",
    "Category",
    "CategoryDraft",
    "CategoryHits",
    "CategoryId",
    "Dietary",
    "EVERYTHING",
    "Filters",
    "GtinTaken",
    "ImportProgress",
    "MOST_PER_ORDER",
    "MissingFile",
    "NetUnit",
    "OfferSeen",
    "ProductCard",
    "ProductDetail",
    "ProductDraft",
    "ProductOnSale",
    "ProductPage",
    "Rejected",
    "Sku",
    "Sort",
    "StockSeen",
    "Store",
    "StoreId",
    "Suggestions",
    "Tint",
    "Unit",
    "UnknownProfile",
    "VAT_OF_DELIVERY",
    "WouldLoop",
    "WrongHeader",
]
