"""What staff see of carts and orders, and do to them."""

from grocery.ordering.admin import carts, orders

__all__ = ["carts", "orders"]
