"""A cart becomes an order: prices fixed, slot booked, goods reserved, payment opened, or nothing at all.

Locks are taken in the order of the layers: the cart, then delivery, inventory, payments. See docs/adr/0050.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from grocery.catalog import public as catalog
from grocery.delivery import public as delivery
from grocery.inventory import public as inventory
from grocery.kernel.clock import local_date
from grocery.kernel.ids import new_id
from grocery.kernel.money import Money, dong
from grocery.kernel.outbox import publish, together
from grocery.kernel.quantity import Quantity
from grocery.ledger import public as ledger
from grocery.ordering import models, policies
from grocery.ordering.contracts import (
    Adjustment,
    BelowMinimum,
    CartEmpty,
    OrderId,
    OrderState,
    PaymentMethod,
    PlacedOrder,
    TotalChanged,
    UseCredit,
)
from grocery.ordering.events import OrderedLine, OrderPlaced
from grocery.ordering.services import counters, coupons, open_cart, running_short
from grocery.ordering.services.baskets import Basket, Shelf, price
from grocery.ordering.services.destinations import Place, find_place
from grocery.ordering.services.open_cart import OpenCart
from grocery.ordering.services.pricing import reduction
from grocery.payments import public as payments


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """What the customer decided: where to, when, how to pay, for how much, and whose invoice it is to be."""

    customer_id: UUID
    store_id: UUID | None
    address_id: UUID | None
    pickup_point_id: UUID | None
    slot_id: UUID
    method: PaymentMethod
    note: str
    language: str
    expected_total: Money | None
    key: str | None = None
    answers: running_short.Answers = field(default_factory=dict)
    credit: UseCredit | None = None
    company: ledger.Buyer | None = None


class _PlacedBefore(Exception):
    """This request has been answered with an order already: whatever was done for it now is to be undone."""

    def __init__(self, order: PlacedOrder) -> None:
        self.order = order


def place_order(checkout: Checkout, *, now: datetime) -> PlacedOrder:
    """See `public.place_order`."""
    try:
        with transaction.atomic(), together():
            return _place(checkout, now)
    except _PlacedBefore as before:
        return before.order


def placed_with(*, customer_id: UUID, key: str) -> PlacedOrder | None:
    """See `public.placed_with`."""
    order = models.Order.objects.placed_with(customer_id, key)
    if order is None:
        return None
    return PlacedOrder(OrderId(order.id), order.number, OrderState.PLACED, dong(order.total), order.pay_by)


def _place(checkout: Checkout, now: datetime) -> PlacedOrder:
    order_id = OrderId(new_id())
    opened, basket = _take_cart(checkout, now)
    cart = opened.row
    place = find_place(
        checkout.customer_id, cart.store_id, checkout.address_id, checkout.pickup_point_id, checkout.note
    )
    booking = _book_slot(order_id, cart, basket, place, checkout, now)
    free = basket.fee_adjustment(booking.fee)
    total = basket.goods + booking.fee - reduction(free)
    if checkout.expected_total not in {None, total}:
        raise TotalChanged(checkout.expected_total or dong(0), total)
    ceiling = total + basket.headroom
    credit = _credit(checkout, ceiling)
    pays_later = checkout.method is PaymentMethod.CASH_ON_DELIVERY or credit == ceiling
    pay_by = None if pays_later else now + window()
    steps = _reserve_goods(order_id, cart, basket, booking, pay_by, checkout.answers, now)
    order = _write(order_id, cart, basket, place, booking, _Terms(checkout, pay_by, now, free))
    running_short.put_into_effect(order, steps, now=now)
    payments.open_payment(
        order_id=order_id,
        order_number=order.number,
        payer_id=order.customer_id,
        store_id=order.store_id,
        amount=order.ceiling,
        method=payments.Method(order.method),
        now=now,
        credit=credit,
    )
    if checkout.company:
        ledger.name_buyer(order_id=order.id, buyer=checkout.company, customer_id=order.customer_id, now=now)
    coupons.claim(order.id, cart, _used(opened, basket, free), now=now)
    publish(_placed(order, basket, steps))
    counters.placed(checkout.method)
    return PlacedOrder(order_id, order.number, OrderState.PLACED, dong(order.total), pay_by)


def _credit(checkout: Checkout, ceiling: Money) -> Money:
    """What their store credit pays of it: as much as they were shown, or can. Raises NotEnoughCredit."""
    if checkout.credit is None:
        return dong(0)
    customer_id, method = checkout.customer_id, payments.Method(checkout.method.value)
    usable = payments.credit_for(customer_id=customer_id, amount=ceiling, method=method)
    shown = usable if checkout.credit.shown is None else checkout.credit.shown
    if usable < shown:
        raise payments.NotEnoughCredit(payments.credit_of(customer_id=customer_id))
    return shown


def window() -> timedelta:
    """How long an order waits for its payment."""
    return timedelta(minutes=settings.PAYMENT_WINDOW_MINUTES)


def _take_cart(checkout: Checkout, now: datetime) -> tuple[OpenCart, Basket]:
    """The customer's cart, locked and emptied, and what was in it at today's prices.

    Looks for an earlier answer under the lock: a first request that is still at work has ended by then.
    """
    cart = open_cart.take_out(checkout.customer_id, checkout.store_id, now=now)
    if checkout.key and (before := placed_with(customer_id=checkout.customer_id, key=checkout.key)):
        raise _PlacedBefore(before)
    if cart is None:
        raise CartEmpty
    today = local_date(now, zone=cart.row.zone)
    basket = price(cart, today=today, shelf=_shelf(cart.row, checkout, now))
    if basket.goods < (minimum := dong(settings.MINIMUM_ORDER)):
        raise BelowMinimum(minimum, basket.goods)
    return cart, basket


def _shelf(cart: models.Cart, checkout: Checkout, now: datetime) -> Shelf:
    """What there is on the slot's day; asked only for goods of which units near their date are taken."""

    def there(products: Sequence[catalog.ProductOnSale]) -> Mapping[str, inventory.Availability]:
        if not products:
            return {}
        return inventory.availability(
            skus=[product.sku for product in products],
            location=catalog.StoreId(cart.store_id),
            good_on=delivery.slot_day(slot_id=checkout.slot_id),
            now=now,
            min_freshness_days={product.sku: product.min_freshness_days for product in products},
        )

    return there


def _used(cart: OpenCart, basket: Basket, free: Adjustment | None) -> dict[UUID, models.Brought]:
    """The codes that lower this order, by offer; one that does nothing for it is not used."""
    counting = basket.counting(free)
    return {offer: cart.codes[offer] for offer in sorted(cart.codes) if offer in counting}


def _book_slot(
    order_id: OrderId, cart: models.Cart, basket: Basket, place: Place, checkout: Checkout, now: datetime
) -> delivery.Booking:
    return delivery.book(
        slot_id=checkout.slot_id,
        holder=cart.holder,
        order_id=order_id,
        customer_id=checkout.customer_id,
        store_id=cart.store_id,
        destination=place.destination,
        basket=basket.goods,
        now=now,
    )


def _reserve_goods(
    order_id: OrderId,
    cart: models.Cart,
    basket: Basket,
    booking: delivery.Booking,
    pay_by: datetime | None,
    answers: running_short.Answers,
    now: datetime,
) -> list[running_short.Step]:
    """Put the goods aside, good on the day of the slot: until the money is due, or has been taken at the door.

    Where there is too little, what the customer chose for that case is put aside instead; what that is.
    """

    def reserve(demands: list[inventory.Demand]) -> None:
        inventory.reserve(
            holder=models.holder_of(order_id),
            location=catalog.StoreId(cart.store_id),
            demands=demands,
            good_on=booking.slot.day,
            until=pay_by or policies.kept_until(booking.slot.ends_at),
            now=now,
        )

    try:
        reserve(basket.demands())
    except inventory.OutOfStock as short:
        steps = running_short.plan(short, cart, basket, answers, day=booking.slot.day, now=now)
        reserve(running_short.demands(basket, steps))
        return steps
    return []


@dataclass(frozen=True, slots=True)
class _Terms:
    checkout: Checkout
    pay_by: datetime | None
    placed_at: datetime
    free: Adjustment | None


def _write(
    order_id: OrderId, cart: models.Cart, basket: Basket, place: Place, booking: delivery.Booking, terms: _Terms
) -> models.Order:
    """The order with its lines: copies of all that it promises, in three statements; with offers, one more."""
    slot, vat = booking.slot, catalog.vat_rates(on=booking.slot.day)
    order = models.Order(
        id=order_id,
        epoch=policies.epoch_letter(settings.RESTORE_EPOCH),
        customer_id=terms.checkout.customer_id,
        store_id=cart.store_id,
        language=terms.checkout.language,
        method=terms.checkout.method.value,
        request_key=terms.checkout.key,
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
        subtotal=basket.priced.subtotal.minor,
        discount=basket.priced.discount.minor,
        fee=booking.fee.minor,
        fee_discount=reduction(terms.free).minor,
        fee_vat_rate=vat[catalog.VAT_OF_DELIVERY],
        total=(basket.goods + booking.fee - reduction(terms.free)).minor,
        headroom=basket.headroom.minor,
    )
    models.Order.objects.write(
        order, lines=basket.order_lines(order_id, vat), adjustments=basket.adjustments(order_id, terms.free)
    )
    return order


def _placed(order: models.Order, basket: Basket, steps: list[running_short.Step]) -> OrderPlaced:
    ordered: dict[str, Quantity] = {line.product.sku: line.quantity for line in basket.lines}
    if steps:
        ordered = {line.sku: Quantity(line.quantity) for line in models.OrderLine.objects.still_wanted(order.id)}
    return OrderPlaced(
        order_id=order.id,
        number=order.number,
        customer_id=order.customer_id,
        store_id=order.store_id,
        lines=tuple(OrderedLine(sku, quantity) for sku, quantity in ordered.items()),
        total=dong(order.total),
    )
