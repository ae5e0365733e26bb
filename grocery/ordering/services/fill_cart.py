"""Putting things into a cart and taking them out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from grocery.catalog import public as catalog
from grocery.kernel.quantity import ZERO, Quantity
from grocery.ordering import models, policies
from grocery.ordering.contracts import CartFull, CartOwner, CartView, ProductNotSold
from grocery.ordering.services import acknowledging, open_cart, show_cart
from grocery.ordering.services.open_cart import OpenCart


@transaction.atomic
def set_item(
    *,
    owner: CartOwner,
    sku: str,
    quantity: Quantity,
    near_expiry: bool | None,
    store_id: UUID | None,
    now: datetime,
) -> CartView:
    """Have exactly so much of this product; nothing of it takes the line out."""
    if not quantity:
        return _take_out(owner, sku, store_id, now)
    cart = open_cart.lock_or_begin(owner, store_id, now=now)
    return _put(cart, sku, quantity, near_expiry=near_expiry, now=now)


@transaction.atomic
def add_item(
    *,
    owner: CartOwner,
    sku: str,
    quantity: Quantity,
    near_expiry: bool | None,
    store_id: UUID | None,
    now: datetime,
) -> CartView:
    """Have so much more of this product."""
    cart = open_cart.lock_or_begin(owner, store_id, now=now)
    return _put(cart, sku, Quantity(cart.quantities.get(sku, ZERO) + quantity), near_expiry=near_expiry, now=now)


@transaction.atomic
def clear(*, owner: CartOwner, store_id: UUID | None, now: datetime) -> CartView:
    """Take everything out. The cart and its slot stay."""
    cart = open_cart.lock(owner, store_id)
    if cart is None:
        return show_cart.nothing(owner)
    models.CartLine.objects.of_cart(cart.row.id).delete()
    return show_cart.view(replace(cart, lines=[]), {}, show_cart.day_of(cart, now), now=now)


def forget_abandoned(*, before: datetime) -> int:
    """Delete guests' carts that nobody has touched since `before`; how many."""
    return models.Cart.objects.abandoned(before).delete()[1].get("ordering.Cart", 0)


def _put(cart: OpenCart, sku: str, quantity: Quantity, *, near_expiry: bool | None, now: datetime) -> CartView:
    """Write the new quantity down, and what its owner is shown of it now; other lines keep their news."""
    day = show_cart.day_of(cart, now)
    products = show_cart.on_sale([*cart.quantities, sku], on=day.date)
    product = products.get(catalog.Sku(sku))
    if product is None:
        raise ProductNotSold([sku])
    policies.check_quantity(sku, quantity, step=product.step, most=product.max_per_order)
    having = cart.having(sku, quantity, price=product.price, now=now, near_expiry=near_expiry)
    shown = show_cart.view(having, products, day, now=now)
    if len(shown.lines) > policies.LINES_MOST:
        raise CartFull(policies.LINES_MOST)
    row, line = next((row, line) for row, line in zip(having.lines, shown.lines, strict=True) if row.sku == sku)
    models.CartLine.objects.put_with_offers(
        acknowledging.seen(row, line), cart.row, acknowledging.offers_counted(cart.row, shown)
    )
    return replace(shown, lines=tuple(replace(line, news=()) if line.sku == sku else line for line in shown.lines))


def _take_out(owner: CartOwner, sku: str, store_id: UUID | None, now: datetime) -> CartView:
    cart = open_cart.lock(owner, store_id, now=now)
    if cart is None:
        return show_cart.nothing(owner)
    models.CartLine.objects.of_cart(cart.row.id).of_sku(sku).delete()
    rest = cart.without(sku)
    day = show_cart.day_of(rest, now)
    shown = show_cart.view(rest, show_cart.on_sale(rest.quantities, on=day.date), day, now=now)
    models.Cart.objects.saw_offers(cart.row, acknowledging.offers_counted(cart.row, shown))
    return shown
