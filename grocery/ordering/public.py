"""The face of ordering: carts, placing an order, and an order's life until it is delivered.

A cart belongs to a customer, or to a guest who holds its token; it promises nothing. Placing an order fixes prices,
books the slot, reserves the goods and opens the payment, all or nothing. What follows is told as facts of
`ordering.events`; payments and delivery move an order by theirs.

Quantities are exact, in the product's own unit (pieces, kg, l). Prices are Money in đồng and include VAT. A missing
order and another's look alike: NotFound. Who acts is a Principal; staff of one store see that store's orders only.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from grocery.kernel.money import Money
from grocery.kernel.principal import Principal
from grocery.kernel.quantity import Quantity
from grocery.ordering.contracts import (
    BelowMinimum,
    CancelReason,
    CartEmpty,
    CartFull,
    CartId,
    CartLine,
    CartOwner,
    CartView,
    HeldSlot,
    NothingToPay,
    OrderId,
    OrderLineView,
    OrderNotCancellable,
    OrderPage,
    OrderState,
    OrderSummary,
    OrderView,
    PaymentMethod,
    PaymentToMake,
    PlacedOrder,
    PriceChange,
    ProductNotSold,
    QuantityNotInSteps,
    QuantityTooLarge,
    Recipient,
    TimelineEntry,
    TotalChanged,
    VatPart,
    WeightOutOfTolerance,
    WrongState,
)
from grocery.ordering.services import (
    cancel_order,
    fill_cart,
    fulfil_order,
    merge_carts,
    pay_order,
    show_cart,
    show_orders,
)
from grocery.ordering.services import choose_slot as choosing
from grocery.ordering.services import place_order as placing

__all__ = [
    # carts
    "cart", "cart_size", "set_item", "add_item", "clear", "merge", "choose_slot", "let_slot_go", "cart_holder",
    # from cart to order
    "place_order", "pay", "order", "orders", "cancel",
    # in the store
    "start_picking", "mark_packed", "dispatch", "deliver",
    # the clock
    "cancel_unpaid", "forget_abandoned_carts",
    # the words
    "CartId", "CartOwner", "CartView", "CartLine", "PriceChange", "HeldSlot", "VatPart",
    "OrderId", "OrderState", "CancelReason", "PaymentMethod", "PlacedOrder", "PaymentToMake",
    "OrderView", "OrderLineView", "TimelineEntry", "Recipient", "OrderSummary", "OrderPage",
    # what can go wrong
    "ProductNotSold", "QuantityTooLarge", "QuantityNotInSteps", "CartFull", "CartEmpty", "TotalChanged",
    "BelowMinimum", "OrderNotCancellable", "NothingToPay", "WrongState", "WeightOutOfTolerance",
]  # fmt: skip

#: How long a guest's cart is kept after it was last changed.
ABANDONED_AFTER = timedelta(days=60)


# --- carts ----------------------------------------------------------------------------------------
def cart(*, owner: CartOwner, now: datetime, store_id: UUID | None = None, ward_code: str | None = None) -> CartView:
    """The owner's cart at today's prices and stock; an empty view where there is none.

    Looking is noticing: a changed price is told once (`changes`). The fee is known once a slot is held and, unless
    it is a pickup slot, the ward is given. Without `store_id`, the cart that was begun last. Five statements.
    Raises OutsideDeliveryArea (delivery) for a ward that the held slot's store does not serve.
    """
    return show_cart.show_cart(owner=owner, store_id=store_id, ward_code=ward_code, now=now)


def cart_size(*, owner: CartOwner, store_id: UUID | None = None) -> int:
    """How many different products are in the cart; for the number beside its icon. One statement."""
    return show_cart.cart_size(owner=owner, store_id=store_id)


def cart_holder(*, cart_id: CartId) -> str:
    """As delivery and inventory know a cart: what to hold a slot for."""
    return f"cart:{cart_id}"


def set_item(
    *, owner: CartOwner, sku: str, quantity: Quantity, now: datetime, store_id: UUID | None = None
) -> CartView:
    """Have exactly so much of a product in the cart; 0 takes it out. Repeating it is harmless.

    The first item begins the cart, of `store_id` or the default store; a guest finds the new token in the view's
    `owner` (an unknown token is not taken up). What is short on the shelf is said on the line, not refused. At most
    six statements, whatever the length. Raises ProductNotSold, QuantityTooLarge, QuantityNotInSteps, CartFull.
    """
    return fill_cart.set_item(owner=owner, sku=sku, quantity=quantity, store_id=store_id, now=now)


def add_item(
    *, owner: CartOwner, sku: str, quantity: Quantity, now: datetime, store_id: UUID | None = None
) -> CartView:
    """Have so much more of a product in the cart; otherwise as `set_item`. Repeating it adds again."""
    return fill_cart.add_item(owner=owner, sku=sku, quantity=quantity, store_id=store_id, now=now)


def clear(*, owner: CartOwner, now: datetime, store_id: UUID | None = None) -> CartView:
    """Take everything out; the cart and the slot it holds stay."""
    return fill_cart.clear(owner=owner, store_id=store_id, now=now)


def merge(*, token: UUID, customer_id: UUID, now: datetime) -> CartView:
    """At sign-in: the guest's quantities are added to the customer's, the guest's cart and token end.

    Each quantity and the number of lines are capped. A slot held by the guest passes over unless the customer holds
    one. A second time, or with an unknown token, nothing happens.
    """
    return merge_carts.merge_carts(token=token, customer_id=customer_id, now=now)


def choose_slot(
    *,
    owner: CartOwner,
    slot_id: UUID,
    now: datetime,
    ward_code: str | None = None,
    store_id: UUID | None = None,
) -> CartView:
    """Keep a slot of the cart's store for 15 minutes, or until its cut-off; asked again, longer.

    The one that was held before is let go only when this one is got. Raises CartEmpty; SlotFull, SlotClosed,
    NotFound("slot"), OutsideDeliveryArea (delivery).
    """
    choosing.choose_slot(owner=owner, slot_id=slot_id, store_id=store_id, now=now)
    return show_cart.show_cart(owner=owner, store_id=store_id, ward_code=ward_code, now=now)


def let_slot_go(*, owner: CartOwner, store_id: UUID | None = None) -> None:
    """Give the slot that the cart holds back; fine where there is none."""
    choosing.let_slot_go(owner=owner, store_id=store_id)


# --- from cart to order ---------------------------------------------------------------------------
def place_order(
    *,
    customer_id: UUID,
    slot_id: UUID,
    method: PaymentMethod,
    now: datetime,
    address_id: UUID | None = None,
    pickup_point_id: UUID | None = None,
    note: str = "",
    expected_total: Money | None = None,
    language: str = "vi",
    store_id: UUID | None = None,
) -> PlacedOrder:
    """Turn the customer's cart into an order: prices fixed, slot booked, goods reserved, payment opened; the cart
    is empty afterwards. Or raise, and nothing has changed. At most 25 statements, whatever the length.

    Exactly one of `address_id` and `pickup_point_id`. `expected_total` is what the customer saw, fee included. An
    order by card ends by itself unless it is paid by `pay_by`; see `pay`.

    Raises CartEmpty, ProductNotSold, QuantityNotInSteps, BelowMinimum, TotalChanged, Invalid; NotFound for another's
    address, another store's slot or an unknown pickup point; SlotFull, SlotClosed, OutsideDeliveryArea (delivery);
    OutOfStock (inventory); AmountTooSmall, AmountTooLarge (payments).
    """
    checkout = placing.Checkout(
        customer_id=customer_id,
        store_id=store_id,
        address_id=address_id,
        pickup_point_id=pickup_point_id,
        slot_id=slot_id,
        method=method,
        note=note,
        language=language,
        expected_total=expected_total,
    )
    return placing.place_order(checkout, now=now)


def pay(*, order_id: UUID, customer_id: UUID, now: datetime) -> PaymentToMake:
    """Begin, or go on with, the card payment of an order; what the browser needs for it. Asking again is harmless.

    Talks to the payment provider: not inside a transaction. Raises NotFound, NothingToPay, PaymentIs,
    PaymentRefused, ProviderUnavailable (payments).
    """
    return pay_order.pay_order(order_id=order_id, customer_id=customer_id, now=now)


def order(*, order_id: UUID, customer_id: UUID | None = None, store_id: UUID | None = None) -> OrderView:
    """One order with lines and timeline; narrowed to a customer's or a store's own. Three statements.

    Raises NotFound.
    """
    return show_orders.show_order(order_id=order_id, customer_id=customer_id, store_id=store_id)


def orders(
    *,
    customer_id: UUID | None = None,
    store_id: UUID | None = None,
    limit: int = 20,
    offset: int = 0,
) -> OrderPage:
    """A page of a customer's or a store's orders, newest first. Two statements."""
    return show_orders.list_orders(customer_id=customer_id, store_id=store_id, limit=limit, offset=offset)


def cancel(*, order_id: UUID, by: Principal, now: datetime, reason: str = "") -> None:
    """End an order: goods and slot are free again, the money is let go. Again is harmless.

    A customer may until picking starts, staff until it is packed. `reason` is for the timeline. Raises NotFound,
    OrderNotCancellable.
    """
    cancel_order.cancel_order(order_id=order_id, by=by, note=reason, now=now)


# --- in the store ---------------------------------------------------------------------------------
def start_picking(*, order_id: UUID, by: Principal, now: datetime) -> None:
    """Confirmed → picking. Raises NotFound, WrongState."""
    fulfil_order.start_picking(order_id=order_id, by=by, now=now)


def mark_packed(
    *, order_id: UUID, by: Principal, now: datetime, weights: Mapping[str, Quantity] | None = None
) -> None:
    """Picking → packed: the goods leave the stock and what they come to is charged, never more than ordered.

    `weights`: what was really packed of goods by weight or volume, per SKU, 90 to 100 % of what was ordered; the
    rest as ordered. Raises NotFound, WrongState, WeightOutOfTolerance, ProductNotSold for a SKU that is not in the
    order; OutOfStock, NothingReserved (inventory); PaymentIs (payments).
    """
    fulfil_order.mark_packed(order_id=order_id, weights=weights or {}, by=by, now=now)


def dispatch(*, order_id: UUID, by: Principal, now: datetime) -> None:
    """Packed → out for delivery. Raises NotFound, WrongState."""
    fulfil_order.dispatch(order_id=order_id, by=by, now=now)


def deliver(*, order_id: UUID, by: Principal, now: datetime) -> None:
    """Out for delivery → delivered, for pickup straight from packed; cash on delivery is recorded as taken.

    Raises NotFound, WrongState; WrongStep (delivery).
    """
    fulfil_order.deliver(order_id=order_id, by=by, now=now)


# --- the clock ------------------------------------------------------------------------------------
def cancel_unpaid(*, now: datetime) -> int:
    """Cancel the orders whose time to pay has passed; how many. A payment that comes later is let go."""
    return cancel_order.cancel_unpaid(now=now)


def forget_abandoned_carts(*, now: datetime) -> int:
    """Delete guests' carts that nobody has changed for 60 days; how many."""
    return fill_cart.forget_abandoned(before=now - ABANDONED_AFTER)
