"""A cart becomes an order: prices fixed, slot booked, goods reserved, payment opened, or nothing at all.

Locks are taken in the order of the layers: the cart, then delivery, inventory, payments. See docs/adr/0050.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from grocery.catalog import public as catalog
from grocery.delivery import public as delivery
from grocery.inventory import public as inventory
from grocery.kernel.ids import new_id
from grocery.kernel.money import Money, dong
from grocery.kernel.outbox import publish
from grocery.ordering import models, policies
from grocery.ordering.contracts import (
    BelowMinimum,
    CartEmpty,
    CartOwner,
    OrderId,
    OrderState,
    PaymentMethod,
    PlacedOrder,
    TotalChanged,
)
from grocery.ordering.events import OrderedLine, OrderPlaced
from grocery.ordering.services import counters, open_cart
from grocery.ordering.services.baskets import Basket, price
from grocery.ordering.services.destinations import Place, find_place
from grocery.payments import public as payments


@transaction.atomic
def place_order(
    *,
    customer_id: UUID,
    store_id: UUID | None,
    address_id: UUID | None,
    pickup_point_id: UUID | None,
    slot_id: UUID,
    method: PaymentMethod,
    note: str,
    language: str,
    expected_total: Money | None,
    now: datetime,
) -> PlacedOrder:
    """See `public.place_order`."""
    cart = open_cart.lock(CartOwner(customer_id=customer_id), store_id)
    if cart is None or not cart.lines:
        raise CartEmpty
    order_id = OrderId(new_id())
    basket = price(cart.lines)
    _check_minimum(basket)
    place = find_place(customer_id, cart.row.store_id, address_id, pickup_point_id, note)
    booking = delivery.book(
        slot_id=slot_id,
        holder=cart.row.holder,
        order_id=order_id,
        customer_id=customer_id,
        store_id=cart.row.store_id,
        destination=place.destination,
        basket=basket.subtotal,
        now=now,
    )
    total = basket.subtotal + booking.fee
    if expected_total is not None and expected_total != total:
        raise TotalChanged(expected_total, total)
    pay_by = now + window() if method is PaymentMethod.CARD else None
    inventory.reserve(
        holder=models.holder_of(order_id),
        location=catalog.StoreId(cart.row.store_id),
        demands=basket.demands(),
        good_on=booking.slot.day,
        until=pay_by or policies.kept_until(booking.slot.ends_at),
        now=now,
    )
    order = _write(order_id, cart.row, basket, place, booking, _Terms(customer_id, method, language, pay_by, now))
    payments.open_payment(
        order_id=order_id,
        order_number=order.number,
        payer_id=customer_id,
        amount=total,
        method=payments.Method(method.value),
        now=now,
    )
    models.CartLine.objects.of_cart(cart.row.id).delete()
    publish(_placed(order, basket))
    counters.placed(method)
    return PlacedOrder(order_id, order.number, OrderState.PLACED, total, pay_by)


def window() -> timedelta:
    """How long an order waits for its card payment."""
    return timedelta(minutes=settings.PAYMENT_WINDOW_MINUTES)


def _check_minimum(basket: Basket) -> None:
    minimum = dong(settings.MINIMUM_ORDER)
    if basket.subtotal < minimum:
        raise BelowMinimum(minimum, basket.subtotal)


@dataclass(frozen=True, slots=True)
class _Terms:
    customer_id: UUID
    method: PaymentMethod
    language: str
    pay_by: datetime | None
    placed_at: datetime


def _write(
    order_id: OrderId,
    cart: models.Cart,
    basket: Basket,
    place: Place,
    booking: delivery.Booking,
    terms: _Terms,
) -> models.Order:
    """The order with its lines: copies of everything that it promises, in two statements."""
    slot = booking.slot
    order = models.Order.objects.create(
        id=order_id,
        epoch=policies.epoch_letter(settings.RESTORE_EPOCH),
        customer_id=terms.customer_id,
        store_id=cart.store_id,
        language=terms.language,
        method=terms.method.value,
        placed_at=terms.placed_at,
        pay_by=terms.pay_by,
        mode=slot.mode.value,
        slot_id=slot.id,
        slot_day=slot.day,
        slot_starts_at=slot.starts_at,
        slot_ends_at=slot.ends_at,
        zone=slot.zone,
        recipient=place.destination.recipient,
        phone=place.destination.phone,
        address=place.address,
        note=place.destination.note,
        subtotal=basket.subtotal.minor,
        fee=booking.fee.minor,
        fee_vat_rate=policies.delivery_vat_rate(slot.day),
        total=(basket.subtotal + booking.fee).minor,
    )
    models.OrderLine.objects.bulk_create(basket.order_lines(order_id))
    return order


def _placed(order: models.Order, basket: Basket) -> OrderPlaced:
    return OrderPlaced(
        order_id=order.id,
        number=order.number,
        customer_id=order.customer_id,
        store_id=order.store_id,
        lines=tuple(OrderedLine(line.product.sku, line.quantity) for line in basket.lines),
        total=dong(order.total),
    )
