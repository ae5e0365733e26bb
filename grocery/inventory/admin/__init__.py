"""What staff see of stock and do to it."""

from grocery.inventory.admin import (
    checks,
    counting,
    receiving,
    stock,
    transferring,
    work,
)

__all__ = [
    "checks",
    "counting",
    "receiving",
    "stock",
    "transferring",
    "work",
]
