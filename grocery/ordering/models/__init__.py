"""The tables of ordering: carts and orders."""

from grocery.ordering.models.adjustments import OrderAdjustment
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
from grocery.ordering.models.picking import Crate, OrderPick, Pick, ShortPick, Wave

__all__ = [
    "Cart",
    "CartLine",
    "CartLineQuerySet",
    "CartQuerySet",
    "Crate",
    "NextNumber",
    "Order",
    "OrderAdjustment",
    "OrderLine",
    "OrderPick",
    "Pick",
    "ShortPick",
    "OrderQuerySet",
    "OrderTransition",
    "Wave",
    "holder_of",
    "inside_a_transaction",
]
