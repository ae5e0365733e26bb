"""Tables of the catalogue, and the only places that query them."""

from grocery.catalog.models.brands import Brand
from grocery.catalog.models.imports import ImportJob, ImportLine
from grocery.catalog.models.pictures import Picture
from grocery.catalog.models.places import Category, Store
from grocery.catalog.models.prices import PlannedPrice
from grocery.catalog.models.products import PriceChange, Product
from grocery.catalog.models.shelf import DailySale, KnownWord, Listing, ShelfOffer
from grocery.catalog.models.terms import TermChange, TermGroup
from grocery.catalog.models.vat import VatGroup, VatRate, VatRateChange

__all__ = [
    "Brand",
    "Category",
    "DailySale",
    "ImportJob",
    "ImportLine",
    "KnownWord",
    "Listing",
    "Picture",
    "PlannedPrice",
    "PriceChange",
    "Product",
    "ShelfOffer",
    "Store",
    "TermChange",
    "TermGroup",
    "VatGroup",
    "VatRate",
    "VatRateChange",
]
