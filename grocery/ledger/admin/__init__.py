"""What accountants see: everything, and nothing to rewrite."""

from grocery.ledger.admin import journal, orders, settlements, tiles

__all__ = ["journal", "orders", "settlements", "tiles"]
