"""Changing one line of a cart without a look at the others: what lists and phones ask for most. See docs/adr/0173."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from grocery.catalog import public as catalog
from grocery.inventory import public as inventory
from grocery.kernel.money import Money
from grocery.kernel.quantity import ZERO, Quantity
from grocery.ordering import models, policies
from grocery.ordering.contracts import CartFull, CartId, CartLine, CartOwner, ChangedItem, ProductNotSold
from grocery.ordering.services import acknowledging, near, open_cart, show_cart
from grocery.ordering.services.open_cart import OpenCart
from grocery.ordering.services.pricing import goods_of


@transaction.atomic
def change_item(
    *,
    owner: CartOwner,
    sku: str,
    quantity: Quantity,
    add: bool,
    near_expiry: bool | None,
    store_id: UUID | None,
    with_goods: bool,
    now: datetime,
) -> ChangedItem:
    """See `public.change_item`. For the goods all lines are read and priced, but the shelf is asked for this one."""
    only = None if with_goods else sku
    if not (quantity or add):
        return _take_out(owner, open_cart.lock(owner, store_id, now=now, only=only), sku, with_goods, now)
    cart = open_cart.lock_or_begin(owner, store_id, now=now, only=only)
    day = show_cart.day_of(cart, now)
    products = show_cart.on_sale({*cart.quantities, sku}, on=day.date)
    product = products.get(catalog.Sku(sku))
    if product is None:
        raise ProductNotSold([sku])
    if add:
        quantity = Quantity(cart.quantities.get(sku, ZERO) + quantity)
    policies.check_quantity(sku, quantity, step=product.step, most=product.max_per_order)
    shelf = show_cart.shelf_of(cart, {**show_cart.takes_near(cart, products), product.sku: product}, day.date, now)
    row = cart.line(sku)
    before = _alone(cart, row, product, shelf.get(sku)) if row else None
    cart = cart.having(sku, quantity, price=product.price, now=now, near_expiry=near_expiry)
    if cart.size > policies.LINES_MOST:
        raise CartFull(policies.LINES_MOST)
    line = _written(cart, before, product, shelf.get(sku))
    return _changed(cart, line, show_cart.priced(cart, products, shelf).amount if with_goods else None)


def _written(
    cart: OpenCart, before: CartLine | None, product: catalog.ProductOnSale, found: inventory.Availability | None
) -> CartLine:
    """Write the line down. A new one is seen as it is told here; what was news of an old one stays so."""
    row = cart.line(product.sku)
    assert row is not None
    line = _alone(cart, row, product, found)
    if before is None:
        acknowledging.seen(row, line)
    else:
        then, now = (policies.Alone(one.quantity, one.lasting_discount) for one in (before, line))
        seen = policies.carried(show_cart.seen(row), then, now, available=line.available)
        row.shortage_seen, row.discount_seen = seen.shortage, seen.discount.minor
    models.CartLine.objects.put([row])
    return _alone(cart, row, product, found)


def _alone(
    cart: OpenCart,
    row: models.CartLine,
    product: catalog.ProductOnSale,
    found: inventory.Availability | None,
) -> CartLine:
    """The line at today's price and stock, with what offers take off it whatever else is in the cart."""
    taken = near.taken(row, found, product.piece_weight)
    (goods,) = goods_of([(product, row.quantity)], {row.sku: taken})
    priced = policies.price_alone(goods, cart.offers)
    return show_cart.line_of(row, product, priced, near.Shelf(found, taken), cart.comes_and_goes)


def _take_out(
    owner: CartOwner,
    cart: OpenCart | None,
    sku: str,
    with_goods: bool,  # noqa: FBT001 - handed on
    now: datetime,
) -> ChangedItem:
    if cart is None:
        return ChangedItem(None, CartOwner(customer_id=owner.customer_id), 0, 0, None)
    models.CartLine.objects.of_cart(cart.row.id).of_sku(sku).delete()
    rest = cart.without(sku)
    return _changed(rest, None, show_cart.glance_at(rest, now).goods if with_goods else None)


def _changed(cart: OpenCart, line: CartLine | None, goods: Money | None) -> ChangedItem:
    return ChangedItem(CartId(cart.row.id), cart.row.owner, cart.row.version, cart.size, line, goods)
