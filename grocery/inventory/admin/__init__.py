"""What staff see of stock and do to it."""

from grocery.inventory.admin import (
    alerts,
    checks,
    counting,
    expiring,
    movements,
    places,
    receiving,
    records,
    stock,
    transferring,
    waste,
    work,
)

__all__ = [
    "checks",
    "counting",
    "movements",
    "places",
    "receiving",
    "stock",
    "transferring",
    "waste",
    "work",
    "records",
    "alerts",
    "expiring",
]
