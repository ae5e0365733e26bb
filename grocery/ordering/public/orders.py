"""The part of the face for orders: placing, paying, looking, ending."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from grocery.kernel.money import Money
from grocery.kernel.principal import Principal
from grocery.kernel.quantity import Quantity
from grocery.ledger.public import Buyer
from grocery.ordering.contracts import (
    CancelMotive,
    Edited,
    OrderFilter,
    OrderPage,
    OrderView,
    PaymentMethod,
    PaymentToMake,
    PlacedOrder,
    Reordered,
    TenderToCome,
    UseCredit,
)
from grocery.ordering.services import cancel_order, pay_order, renewing_holds, show_orders
from grocery.ordering.services import cancel_part as partly
from grocery.ordering.services import change_tender as paying_otherwise
from grocery.ordering.services import place_order as placing
from grocery.ordering.services import reorder as reordering
from grocery.payments.public import DisputeView


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
    key: str | None = None,
    answers: Mapping[str, str | None] | None = None,
    credit: UseCredit | None = None,
    company: Buyer | None = None,
) -> PlacedOrder:
    """Turn the customer's cart into an order: prices fixed, slot booked, goods reserved, payment opened, the cart
    empty; or raise, and nothing has changed. At most 26 statements, three more with a `company`, which the invoice is
    made out to. `key` (255 characters) is one per wish: who repeats it is told of the order it became. What is short
    is replaced as the cart says; where that is "ask", SubstitutesProposed is raised, `answers` are the SKUs chosen,
    None for nothing. One of `address_id` and `pickup_point_id`. Raises CartEmpty, ProductNotSold, TotalChanged (from
    `expected_total`), QuantityNotInSteps, QuantityTooLarge, BelowMinimum, Invalid; NotFound; SlotFull, SlotClosed,
    OutsideDeliveryArea; OutOfStock; AmountTooSmall, AmountTooLarge, NotEnoughCredit (for `credit`)."""
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
        key=key,
        answers=answers or {},
        credit=credit,
        company=company,
    )
    return placing.place_order(checkout, now=now)


def placed_with(*, customer_id: UUID, key: str) -> PlacedOrder | None:
    """What the customer was told, or should have been, when they ordered with this key; None if they have not.

    As `place_order` said it then (placed), but with today's total: lines may have been called off since.
    """
    return placing.placed_with(customer_id=customer_id, key=key)


def pay(*, order_id: UUID, customer_id: UUID, now: datetime, return_url: str = "") -> PaymentToMake:
    """Begin, or go on with, the payment of an order; what its customer needs for it. Asking again is harmless.

    `return_url`: where a provider with pages of its own sends them afterwards, whatever came of it; without it to our
    first page.

    Talks to the payment provider: not inside a transaction. Raises NotFound, NothingToPay, PaymentIs,
    PaymentRefused, ProviderUnavailable (payments).
    """
    return pay_order.pay_order(order_id=order_id, customer_id=customer_id, return_url=return_url, now=now)


def change_tender(
    *, order_id: UUID, method: PaymentMethod, by: Principal, now: datetime, note: str = ""
) -> TenderToCome:
    """Have an order paid in another way, until its box is sealed: what store credit pays of it stays.

    Cash takes effect at once. For anything else the customer pays as ever (`pay`) and the order counts on what was
    chosen before until that holds; whichever holds first is kept, the other let go. The way it is paid in already
    takes the wish back. Again is harmless. Staff may have it paid in cash, with a `note` why. Fact:
    OrderTenderChanged. Raises NotFound, TenderFixed, Invalid; MethodNotOffered, MethodAway, AmountTooSmall,
    AmountTooLarge (payments).
    """
    return paying_otherwise.change_tender(order_id=order_id, method=method, by=by, note=note, now=now)


def order(*, order_id: UUID, customer_id: UUID | None = None, store_id: UUID | None = None) -> OrderView:
    """One order with lines and timeline; narrowed to a customer's or a store's own. Four statements.

    Raises NotFound.
    """
    return show_orders.show_order(order_id=order_id, customer_id=customer_id, store_id=store_id)


def orders(
    *,
    customer_id: UUID | None = None,
    store_id: UUID | None = None,
    wanted: OrderFilter | None = None,
    limit: int = 20,
    offset: int = 0,
) -> OrderPage:
    """A page of a customer's or a store's orders, newest first; `wanted` narrows it. Two statements."""
    return show_orders.list_orders(
        customer_id=customer_id, store_id=store_id, wanted=wanted or OrderFilter(), limit=limit, offset=offset
    )


def reorder(*, order_id: UUID, customer_id: UUID, now: datetime) -> Reordered:
    """The same again: have at least what was ordered in the cart of that store, at today's prices and limits.

    What is no longer sold, has another price, is short or does not fit is said line by line. Again is harmless: a
    cart that has as much keeps it. The same number of statements whatever the length. Raises NotFound.
    """
    return reordering.reorder(order_id=order_id, customer_id=customer_id, now=now)


def cancel(
    *,
    order_id: UUID,
    by: Principal,
    now: datetime,
    reason: str = "",
    motive: CancelMotive = CancelMotive.UNSAID,
) -> None:
    """End an order: goods and slot are free again, the money is let go. Again is harmless.

    A customer may until picking starts, staff until it is packed. `motive` is one of `motives(by=...)`, `reason`
    what they wrote; both are for the timeline. Raises NotFound, OrderNotCancellable, Invalid("motive").
    """
    cancel_order.cancel_order(order_id=order_id, by=by, motive=motive, note=reason, now=now)


def cancel_lines(
    *,
    order_id: UUID,
    quantities: Mapping[str, Quantity],
    by: Principal,
    now: datetime,
    reason: str = "",
    motive: CancelMotive = CancelMotive.UNSAID,
    expected_total: Money | None = None,
    key: str | None = None,
) -> Edited:
    """Call so much of each of these SKUs off, before picking starts: the goods are free again, less is charged or
    collected. All of everything ends the order. What it comes to, line by line.

    Where it is the customer's wish (a customer, or staff whom one asked) offers, coupons and the fee are worked out
    for what is left, as by `edit`; DearerWithout where that would come to more. Where the shop cannot give it, prices
    and the fee stay, and offers stay with what is left, pro rata: nobody is worse off for that.

    Twice takes off twice, except under the same `key`, the request's (at most 255 characters). A customer keeps at
    least the minimum order. `expected_total` is what they saw. Raises NotFound, OrderNotCancellable, ProductNotSold
    for a SKU that is not in the order, MoreThanOrdered, QuantityNotInSteps, BelowMinimum, TotalChanged, Invalid;
    OutOfStock (inventory) if its goods were let go.
    """
    return partly.cancel_part(
        order_id=order_id,
        quantities=quantities,
        by=by,
        motive=motive,
        note=reason,
        expected_total=expected_total,
        key=key,
        now=now,
    )


def preview_cancel_lines(
    *,
    order_id: UUID,
    quantities: Mapping[str, Quantity],
    by: Principal,
    now: datetime,
    motive: CancelMotive = CancelMotive.UNSAID,
) -> Edited:
    """What `cancel_lines` would come to at this moment, with its errors; nothing changes."""
    return partly.preview(order_id=order_id, quantities=quantities, by=by, motive=motive, now=now)


def motives(*, by: Principal) -> tuple[CancelMotive, ...]:
    """The reasons for calling off that somebody of that kind is asked to choose from, in this order."""
    return cancel_order.motives_of(by)


def cancel_unpaid(*, now: datetime) -> int:
    """Cancel the orders whose time to pay has passed; how many. A payment that comes later is let go."""
    return cancel_order.cancel_unpaid(now=now)


def renew_holds(*, now: datetime) -> int:
    """Have the money of orders held anew whose hold ends before their slot; of how many that was begun.

    A day and a half before the end. A kept card is asked without its owner; else, or where the bank wants them, the
    customer is told to pay again, and an order for which that is not done half a day before the end is cancelled.
    """
    return renewing_holds.renew_holds(now=now)


def disputes(*, order_id: UUID) -> tuple[DisputeView, ...]:
    """What customers' banks want back of this order's money, oldest first; nothing is given back beside that."""
    return pay_order.disputes(order_id=order_id)
