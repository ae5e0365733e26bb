"""The same again: an order's goods go into the customer's cart, as far as they are sold today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from grocery.catalog import public as catalog
from grocery.kernel.errors import NotFound
from grocery.kernel.money import Money, dong
from grocery.kernel.quantity import ZERO, Quantity
from grocery.ordering import models, policies
from grocery.ordering.contracts import CartLine, CartOwner, Reordered, ReorderedLine, ReorderOutcome
from grocery.ordering.services import open_cart, show_cart
from grocery.ordering.services.open_cart import OpenCart
from grocery.ordering.services.show_cart import OnSale


@transaction.atomic
def reorder(*, order_id: UUID, customer_id: UUID, now: datetime) -> Reordered:
    """Have at least what was ordered in the cart of the order's store; again is harmless."""
    order = models.Order.objects.of_customer(customer_id).with_id(order_id).first()
    if order is None:
        raise NotFound("order", order_id)
    owner = CartOwner(customer_id=customer_id)
    before = open_cart.lock_or_begin(owner, order.store_id, now=now)
    lines = list(models.OrderLine.objects.still_wanted(order.id)) or list(models.OrderLine.objects.of_order(order.id))
    products = show_cart.on_sale([line.sku for line in lines])
    put = _to_put(lines, before.quantities, products)
    notes = {line.sku: line.note for line in lines}
    models.CartLine.objects.put(_rows(before, put, notes, now), notes=True)
    cart = show_cart.show_cart(owner=owner, store_id=order.store_id, ward_code=None, now=now)
    found = {line.sku: line for line in cart.lines}
    return Reordered(cart, tuple(_told(line, found.get(line.sku), products) for line in lines))


def _to_put(
    lines: Sequence[models.OrderLine], in_cart: Mapping[str, Quantity], products: OnSale
) -> dict[str, tuple[Quantity, Money]]:
    """Quantities and prices of what is to be in the cart, as many lines as it has room for."""
    room = policies.LINES_MOST - len(in_cart)
    put: dict[str, tuple[Quantity, Money]] = {}
    for line in lines:
        product = products.get(catalog.Sku(line.sku))
        if product is None or (line.sku not in in_cart and room <= 0):
            continue
        room -= line.sku not in in_cart
        has = in_cart.get(line.sku, ZERO)
        most = min(product.max_per_order, policies.QUANTITY_MOST)
        wanted = policies.to_have(Quantity(line.quantity), in_cart=has, step=product.step, most=most)
        put[line.sku] = (wanted, product.price)
    return put


def _rows(
    cart: OpenCart, put: Mapping[str, tuple[Quantity, Money]], notes: Mapping[str, str], now: datetime
) -> Iterator[models.CartLine]:
    """The lines of the cart with these quantities, seen at these prices; those that it lacks are new.

    A note goes along, unless the cart's line says something of its own.
    """
    known = {row.sku: row for row in cart.lines}
    for sku, (quantity, price) in put.items():
        row = known.get(sku) or models.CartLine(cart=cart.row, sku=sku)
        row.quantity, row.price_seen, row.touched_at = quantity, price.minor, now
        row.note = row.note or notes.get(sku, "")
        yield row


def _told(line: models.OrderLine, found: CartLine | None, products: OnSale) -> ReorderedLine:
    product = products.get(catalog.Sku(line.sku))
    return ReorderedLine(
        sku=line.sku,
        name_en=product.name_en if product else line.name_en,
        name_vi=product.name_vi if product else line.name_vi,
        unit=line.unit,
        wanted=Quantity(line.quantity),
        in_cart=found.quantity if found else ZERO,
        price_before=dong(line.price),
        price=product.price if product else None,
        outcome=_outcome(line, found, product),
        piece_weight=line.piece_weight,
    )


def _outcome(line: models.OrderLine, found: CartLine | None, product: catalog.ProductOnSale | None) -> ReorderOutcome:
    """The gravest of what there is to be said."""
    if product is None:
        return ReorderOutcome.NOT_SOLD
    if found is None:
        return ReorderOutcome.CART_FULL
    if found.shortage:
        return ReorderOutcome.SHORT
    if found.quantity < line.quantity:
        return ReorderOutcome.LESS
    if product.price.minor == line.price:
        return ReorderOutcome.SAME
    return ReorderOutcome.DEARER if product.price.minor > line.price else ReorderOutcome.CHEAPER
