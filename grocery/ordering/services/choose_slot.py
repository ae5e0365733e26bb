"""Keeping a slot for a cart while its owner checks out."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from grocery.delivery import public as delivery
from grocery.ordering import policies
from grocery.ordering.contracts import CartEmpty, CartOwner
from grocery.ordering.services import open_cart
from grocery.ordering.services.open_cart import OpenCart


@transaction.atomic
def choose_slot(*, owner: CartOwner, slot_id: UUID, store_id: UUID | None, now: datetime) -> None:
    """Hold this slot for the owner's cart; the one it held before goes back only when this one is got."""
    cart = _cart(owner, store_id)
    delivery.hold(
        slot_id=slot_id,
        holder=cart.row.holder,
        until=now + policies.SLOT_HELD_FOR,
        store_id=cart.row.store_id,
        now=now,
    )


def let_slot_go(*, owner: CartOwner, store_id: UUID | None) -> None:
    """Give the cart's slot back; fine where there is none."""
    if cart := open_cart.look_at(owner, store_id):
        delivery.let_go(holder=cart.row.holder)


def _cart(owner: CartOwner, store_id: UUID | None) -> OpenCart:
    cart = open_cart.lock(owner, store_id)
    if cart is None or not cart.lines:
        raise CartEmpty
    return cart
