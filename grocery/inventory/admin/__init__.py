"""What staff see of stock and do to it."""

from grocery.inventory.admin import (
    checks,
    receiving,
    stock,
    work,
)

__all__ = [
    "checks",
    "receiving",
    "stock",
    "work",
]
