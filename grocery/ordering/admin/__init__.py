"""What staff see of carts and orders, and do to them."""

from grocery.ordering.admin import (
    carts,
    desk,
    offers,
    orders,
    papers,
    picking,
    picking_end,
    picking_queue,
    questions,
    substitutions,
)

__all__ = [
    "carts",
    "desk",
    "offers",
    "orders",
    "papers",
    "picking",
    "picking_end",
    "picking_queue",
    "questions",
    "substitutions",
]
