"""The catalogue in the admin: products and where they stand, brands, imports, search terms, VAT."""

from grocery.catalog.admin import brands, imports, prices, products, terms, vat

__all__ = ["brands", "imports", "prices", "products", "terms", "vat"]
