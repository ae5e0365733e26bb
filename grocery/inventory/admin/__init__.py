"""What staff see of stock and do to it."""

from grocery.inventory.admin import (
    checks,
    counting,
    movements,
    receiving,
    stock,
    transferring,
    work,
)

__all__ = [
    "checks",
    "counting",
    "movements",
    "receiving",
    "stock",
    "transferring",
    "work",
]
