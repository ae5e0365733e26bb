"""What accountants see: everything, and nothing to rewrite."""

from grocery.ledger.admin import invoices, journal, orders, settlements, tiles

__all__ = ["invoices", "journal", "orders", "settlements", "tiles"]
