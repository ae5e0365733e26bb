"""The catalogue in the admin: products and where they stand, VAT."""

from grocery.catalog.admin import products, vat

__all__ = ["products", "vat"]
