"""What staff see of stock and do to it."""

from grocery.inventory.admin import checks, stock, work

__all__ = ["checks", "stock", "work"]
from grocery.inventory.admin import receiving, stock, work

__all__ = ["receiving", "stock", "work"]
