"""A guest signs in: what was in both carts is in one."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from grocery.delivery import public as delivery
from grocery.ordering import models, policies
from grocery.ordering.contracts import CartOwner, CartView
from grocery.ordering.services import open_cart, show_cart
from grocery.ordering.services.open_cart import OpenCart


@transaction.atomic
def merge_carts(*, token: UUID, customer_id: UUID, now: datetime) -> CartView:
    """Add the guest's quantities to the customer's cart and end the guest's; without one, nothing happens."""
    owner = CartOwner(customer_id=customer_id)
    guests = models.Cart.objects.held_by(CartOwner(token=token))
    if guests:
        _merge(guests, owner, now)
    return show_cart.show_cart(owner=owner, store_id=guests.store_id if guests else None, ward_code=None, now=now)


def _merge(guests: models.Cart, owner: CartOwner, now: datetime) -> None:
    """Both carts are locked in key order, so that two sign-ins at once neither wait for each other nor add twice."""
    models.Cart.objects.begin(owner, store_id=guests.store_id, zone=guests.zone)
    mine = models.Cart.objects.held_by(owner, guests.store_id)
    assert mine is not None
    locked = models.Cart.objects.locked([guests.id, mine.id])
    if guests.id not in locked:
        return  # the other sign-in was first
    _take_over(open_cart.with_lines(locked[mine.id]), open_cart.with_lines(locked[guests.id]), now)
    _take_over_slot(mine.holder, guests.holder, mine.store_id, now)
    locked[guests.id].delete()


def _take_over(mine: OpenCart, guests: OpenCart, now: datetime) -> None:
    """What is in both is added up; the customer's own words about it go first. The rest comes as it was."""
    together = policies.merged(mine.quantities, guests.quantities)
    both = [line for line in mine.lines if line.sku in guests.quantities]
    for line in both:
        line.quantity, line.touched_at = together[line.sku], now
    models.CartLine.objects.put(both)
    models.CartLine.objects.complete(mine.lines, {line.sku: line for line in guests.lines})
    new = [line for line in guests.lines if line.sku in together and line.sku not in mine.quantities]
    models.CartLine.objects.move(new, mine.row.id)
    models.Cart.objects.take_over(mine.row, guests.row, was_empty=not mine.lines)


def _take_over_slot(mine: str, guests: str, store_id: UUID, now: datetime) -> None:
    """The guest's slot is the customer's from now on, unless the customer keeps one already."""
    hold = delivery.held(holder=guests, now=now)
    delivery.let_go(holder=guests)
    if hold and not delivery.held(holder=mine, now=now):
        delivery.hold(slot_id=hold.slot.id, holder=mine, until=hold.until, store_id=store_id, now=now)
