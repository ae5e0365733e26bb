"""Ordering: carts, checkout, orders. The only module, with `events`, that others may import."""

from grocery.ordering.contracts import (
    CancelReason,
    CartId,
    CartOwner,
    CartView,
    OrderId,
    OrderState,
    OrderView,
)

__all__ = ["CancelReason", "CartId", "CartOwner", "CartView", "OrderId", "OrderState", "OrderView"]
