"""What staff see of carts and orders, and do to them."""

from grocery.ordering.admin import (
    carts,
    desk,
    desk_edit,
    offers,
    orders,
    papers,
    picking,
    picking_end,
    picking_queue,
    questions,
    refunds,
    returns,
    returns_taken,
    substitutions,
    undelivered,
)

__all__ = [
    "carts",
    "desk",
    "desk_edit",
    "offers",
    "orders",
    "papers",
    "picking",
    "picking_end",
    "picking_queue",
    "questions",
    "substitutions",
    "refunds",
    "returns",
    "returns_taken",
    "undelivered",
]
