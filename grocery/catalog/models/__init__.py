"""Tables of the catalogue, and the only places that query them."""

from grocery.catalog.models.places import Category, Store
from grocery.catalog.models.products import PriceChange, Product
from grocery.catalog.models.shelf import DailySale, KnownWord, Listing

__all__ = ["Category", "DailySale", "KnownWord", "Listing", "PriceChange", "Product", "Store"]
