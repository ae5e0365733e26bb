"""What accountants see: everything, and nothing to rewrite."""

from grocery.ledger.admin import journal, orders

__all__ = ["journal", "orders"]
