"""Changing one line of a cart without a look at the others: what lists and phones ask for most. See docs/adr/0173."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted of one product: so much, or with `add` so much more.

    `with_goods`: what the goods of the whole cart cost then is wanted, too.
    """

    sku: str
    quantity: Quantity
    add: bool
    near_expiry: bool | None
    with_goods: bool

    @property
    def takes_out(self) -> bool:
        return not (self.quantity or self.add)

    @property
    def reads_only(self) -> str | None:
        """The one product whose line is enough to read; None: all lines are needed."""
        return None if self.with_goods else self.sku


#: Writes the line of a cart; False: the cart is not as it was read any more, and nothing is written.
type Write = Callable[[models.CartLine, models.Cart], bool]


def change_item(*, owner: CartOwner, wish: Wish, store_id: UUID | None, now: datetime) -> ChangedItem:
    """See `public.change_item`. For the goods all lines are read and priced, but the shelf is asked for this one.

    No lock at first: all is read, then written in one statement if the cart is still at the version that was read.
    Where somebody else changed it meanwhile, or there is none, all is done again under its lock.
    """
    cart = None if wish.takes_out else open_cart.look_at(owner, store_id, now=now, only=wish.reads_only)
    changed = _change(cart, wish, now, models.CartLine.objects.put_if_unchanged) if cart else None
    return changed or _change_locked(owner, wish, store_id, now)


@transaction.atomic
def _change_locked(owner: CartOwner, wish: Wish, store_id: UUID | None, now: datetime) -> ChangedItem:
    if wish.takes_out:
        return _take_out(owner, open_cart.lock(owner, store_id, now=now, only=wish.reads_only), wish, now)
    cart = open_cart.lock_or_begin(owner, store_id, now=now, only=wish.reads_only)
    changed = _change(cart, wish, now, _put)
    assert changed is not None
    return changed


def _put(line: models.CartLine, _cart: models.Cart) -> bool:
    models.CartLine.objects.put([line])
    return True


def _change(cart: OpenCart, wish: Wish, now: datetime, write: Write) -> ChangedItem | None:
    day = show_cart.day_of(cart, now)
    products = show_cart.on_sale({*cart.quantities, wish.sku}, on=day.date)
    product = products.get(catalog.Sku(wish.sku))
    if product is None:
        raise ProductNotSold([wish.sku])
    there = cart.quantities.get(wish.sku, ZERO) if wish.add else ZERO
    quantity = Quantity(there + wish.quantity)
    policies.check_quantity(wish.sku, quantity, step=product.step, most=product.max_per_order)
    shelf = show_cart.shelf_of(cart, {**show_cart.takes_near(cart, products), product.sku: product}, day.date, now)
    row = cart.line(wish.sku)
    before = _alone(cart, row, product, shelf.get(wish.sku)) if row else None
    cart = cart.having(wish.sku, quantity, price=product.price, now=now, near_expiry=wish.near_expiry)
    if cart.size > policies.LINES_MOST:
        raise CartFull(policies.LINES_MOST)
    row = _seen(cart, before, product, shelf.get(wish.sku))
    if not write(row, cart.row):
        return None
    line = _alone(cart, row, product, shelf.get(wish.sku))
    return _changed(cart, line, show_cart.priced(cart, products, shelf).amount if wish.with_goods else None)


def _seen(
    cart: OpenCart, before: CartLine | None, product: catalog.ProductOnSale, found: inventory.Availability | None
) -> models.CartLine:
    """The line as it is to be written. A new one is seen as it is told here; what was news of an old one stays so."""
    row = cart.line(product.sku)
    assert row is not None
    line = _alone(cart, row, product, found)
    if before is None:
        return acknowledging.seen(row, line)
    then, now = (policies.Alone(one.quantity, one.lasting_discount) for one in (before, line))
    seen = policies.carried(show_cart.seen(row), then, now, available=line.available)
    row.shortage_seen, row.discount_seen = seen.shortage, seen.discount.minor
    return row


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


def _take_out(owner: CartOwner, cart: OpenCart | None, wish: Wish, now: datetime) -> ChangedItem:
    if cart is None:
        return ChangedItem(None, CartOwner(customer_id=owner.customer_id), 0, 0, None)
    models.CartLine.objects.of_cart(cart.row.id).of_sku(wish.sku).delete()
    rest = cart.without(wish.sku)
    return _changed(rest, None, show_cart.glance_at(rest, now).goods if wish.with_goods else None)


def _changed(cart: OpenCart, line: CartLine | None, goods: Money | None) -> ChangedItem:
    return ChangedItem(CartId(cart.row.id), cart.row.owner, cart.row.version, cart.size, line, goods)
