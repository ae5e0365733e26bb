"""How much of a line of an old order goes into a cart of today. Pure."""

from __future__ import annotations

from decimal import Decimal

from grocery.kernel.quantity import ZERO, Quantity


def to_have(wanted: Quantity, *, in_cart: Quantity, step: Quantity, most: Quantity) -> Quantity:
    """What the cart should hold: what was ordered, in today's steps (at least one), no more than may be had.

    A cart that has more keeps it, so that asking twice puts nothing in twice.
    """
    in_steps = max(wanted // step, Decimal(1)) * step
    return Quantity(max(min(in_steps, most // step * step), in_cart, ZERO))
