"""The catalogue in the admin: products and where they stand, search terms, VAT."""

from grocery.catalog.admin import brands, products, terms, vat

__all__ = ["brands", "products", "terms", "vat"]
