"""What staff see of carts and orders, and do to them."""

from grocery.ordering.admin import carts, orders, papers, picking, picking_end, picking_queue

__all__ = ["carts", "orders", "papers", "picking", "picking_end", "picking_queue"]
