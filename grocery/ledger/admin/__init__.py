"""What accountants see: everything, and nothing to rewrite."""

from grocery.ledger.admin import journal, orders, tiles

__all__ = ["journal", "orders", "tiles"]
