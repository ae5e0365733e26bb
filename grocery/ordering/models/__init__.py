"""The tables of ordering: carts and orders."""

from grocery.ordering.models.carts import Cart, CartLine, CartLineQuerySet, CartQuerySet
from grocery.ordering.models.columns import inside_a_transaction
from grocery.ordering.models.orders import (
    NextNumber,
    Order,
    OrderLine,
    OrderQuerySet,
    OrderTransition,
    holder_of,
)

__all__ = [
    "Cart",
    "CartLine",
    "CartLineQuerySet",
    "CartQuerySet",
    "NextNumber",
    "Order",
    "OrderLine",
    "OrderQuerySet",
    "OrderTransition",
    "holder_of",
    "inside_a_transaction",
]
