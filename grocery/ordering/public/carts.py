"""The part of the face for carts: filling, looking, holding a slot."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from grocery.kernel.quantity import Quantity
from grocery.ordering.contracts import CartGlance, CartId, CartOwner, CartView, ChangedItem
from grocery.ordering.services import (
    acknowledging,
    coupons,
    fill_cart,
    merge_carts,
    show_cart,
)
from grocery.ordering.services import (
    change_item as changing,
)
from grocery.ordering.services import choose_slot as choosing

#: How long a guest's cart is kept after it was last changed.
ABANDONED_AFTER = timedelta(days=60)


def cart(*, owner: CartOwner, now: datetime, store_id: UUID | None = None, ward_code: str | None = None) -> CartView:
    """The owner's cart at today's prices and stock; an empty view where there is none.

    Looking changes nothing: what has changed is told on its line until it is acknowledged (`changes`). The fee is
    known once a slot is held and, unless it is a pickup slot, the ward is given. Without `store_id`, the cart begun
    last. Five statements. Raises OutsideDeliveryArea (delivery) for a ward that the held slot's store does not serve.
    """
    return show_cart.show_cart(owner=owner, store_id=store_id, ward_code=ward_code, now=now)


def glance(*, owner: CartOwner, now: datetime, store_id: UUID | None = None) -> CartGlance:
    """The owner's cart as the head of every page shows it, without a look at stock. Four statements at most."""
    return show_cart.glance(owner=owner, store_id=store_id, now=now)


def acknowledge_changes(*, owner: CartOwner, now: datetime, store_id: UUID | None = None) -> CartView:
    """The owner has been told what changed (`CartView.changes`, `day_passed`): from now on that is how things are."""
    return acknowledging.acknowledge(owner=owner, store_id=store_id, now=now)


def cart_size(*, owner: CartOwner, store_id: UUID | None = None) -> int:
    """How many different products are in the cart; for the number beside its icon. One statement."""
    return show_cart.cart_size(owner=owner, store_id=store_id)


def cart_holder(*, cart_id: CartId) -> str:
    """As delivery and inventory know a cart: what to hold a slot for."""
    return f"cart:{cart_id}"


def set_item(
    *,
    owner: CartOwner,
    sku: str,
    quantity: Quantity,
    now: datetime,
    near_expiry: bool | None = None,
    store_id: UUID | None = None,
) -> CartView:
    """Have exactly so much of a product in the cart; 0 takes it out. Repeating it is harmless.

    `near_expiry`: whether its customer takes units of marked-down lots, the cheapest first, as far as they are good
    on the day; the rest comes fresh at its full price. None: as the line says already, at first no.

    The first item begins the cart, of `store_id` or the default store; a guest finds the new token in the view's
    `owner` (an unknown token is not taken up). What is short on the shelf is said on the line, not refused. At most
    six statements, whatever the length. Raises ProductNotSold, QuantityTooLarge, QuantityNotInSteps, CartFull.
    """
    return fill_cart.set_item(
        owner=owner, sku=sku, quantity=quantity, near_expiry=near_expiry, store_id=store_id, now=now
    )


def add_item(
    *,
    owner: CartOwner,
    sku: str,
    quantity: Quantity,
    now: datetime,
    near_expiry: bool | None = None,
    store_id: UUID | None = None,
) -> CartView:
    """Have so much more of a product in the cart; otherwise as `set_item`. Repeating it adds again."""
    return fill_cart.add_item(
        owner=owner, sku=sku, quantity=quantity, near_expiry=near_expiry, store_id=store_id, now=now
    )


def change_item(
    *,
    owner: CartOwner,
    sku: str,
    quantity: Quantity,
    now: datetime,
    add: bool = False,
    near_expiry: bool | None = None,
    store_id: UUID | None = None,
    with_goods: bool = False,
) -> ChangedItem:
    """`set_item`, or with `add` `add_item`, without a look at the rest of the cart.

    It is checked and refused as by these. Nothing counts as told by it: what changed about this line or another is
    told with the next `cart`. `with_goods`: also what the goods of the whole cart cost now, which reads and prices
    all lines. At most six statements either way, and six more where somebody else changed the cart in that moment.
    """
    return changing.change_item(
        owner=owner,
        wish=changing.Wish(sku, quantity, add=add, near_expiry=near_expiry, with_goods=with_goods),
        store_id=store_id,
        now=now,
    )


def use_coupon(*, owner: CartOwner, code: str, now: datetime, store_id: UUID | None = None) -> CartView:
    """Put a coupon code into the cart, whatever its case and blanks; what it does is in `coupons` and on the lines.

    It is used when the cart is ordered, and only if it lowers something. Raises CartEmpty where there is no cart,
    CouponUnknown, CouponUsedUp, TooManyCoupons.
    """
    return coupons.enter(owner=owner, code=code, store_id=store_id, now=now)


def drop_coupon(*, owner: CartOwner, code: str, now: datetime, store_id: UUID | None = None) -> CartView:
    """Take a code out of the cart; fine where it is not there."""
    return coupons.take_out(owner=owner, code=code, store_id=store_id, now=now)


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


def forget_abandoned_carts(*, now: datetime) -> int:
    """Delete guests' carts that nobody has changed for 60 days; how many."""
    return fill_cart.forget_abandoned(before=now - ABANDONED_AFTER)
