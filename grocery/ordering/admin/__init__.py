"""What staff see of carts and orders, and do to them."""

from grocery.ordering.admin import carts, orders, picking, picking_queue

__all__ = ["carts", "orders", "picking", "picking_queue"]
