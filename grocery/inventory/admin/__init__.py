"""What staff see of stock and do to it."""

from grocery.inventory.admin import stock

__all__ = ["stock"]
