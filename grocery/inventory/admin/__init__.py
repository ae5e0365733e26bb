"""What staff see of stock and do to it."""

from grocery.inventory.admin import stock, work

__all__ = ["stock", "work"]
