"""The owner of a cart has been told what changed: from here on that is how things are."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from grocery.ordering import models
from grocery.ordering.contracts import CartLine, CartOwner, CartView
from grocery.ordering.services import open_cart, show_cart


@transaction.atomic
def acknowledge(*, owner: CartOwner, store_id: UUID | None, now: datetime) -> CartView:
    """Take note of every change, and let go a day that has passed. Again, or without a cart, nothing happens."""
    cart = open_cart.lock(owner, store_id, now=now)
    if cart is None:
        return show_cart.nothing(owner)
    shown = show_cart.of(cart, ward_code=None, now=now)
    lines = {line.sku: line for line in shown.changes}
    models.CartLine.objects.see([seen(row, lines[row.sku]) for row in cart.lines if row.sku in lines])
    models.Cart.objects.saw_offers(cart.row, shown.basket_offers)
    if shown.day_passed:
        models.Cart.objects.with_id(cart.row.id).update(wanted_day=None)
        cart.row.wanted_day = None
    return show_cart.of(cart, ward_code=None, now=now) if shown.to_acknowledge else shown


def seen(row: models.CartLine, line: CartLine) -> models.CartLine:
    """The row with what its owner is shown now. Not saved."""
    row.price_seen = line.price.minor
    row.shortage_seen = line.shortage
    row.sold_seen = line.on_sale
    row.discount_seen = line.lasting_discount.minor if line.on_sale else row.discount_seen
    return row


def offers_counted(cart: models.Cart, shown: CartView) -> frozenset[UUID]:
    """The offers on the whole cart to remember: one that has ended stays news until it is acknowledged, one that the
    owner's change took away does not."""
    return shown.basket_offers | (frozenset(cart.offers_seen) if shown.ended_offers else frozenset())
