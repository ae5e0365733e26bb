"""The catalogue in the admin: products and where they stand, search terms, VAT."""

from grocery.catalog.admin import products, terms, vat

__all__ = ["products", "terms", "vat"]
