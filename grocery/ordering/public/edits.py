"""The part of the face for changing an order until the cut-off of its slot."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from grocery.kernel.money import Money
from grocery.kernel.principal import Principal
from grocery.kernel.quantity import Quantity
from grocery.ordering.contracts import Edited
from grocery.ordering.services import edit_order


def edit(
    *,
    order_id: UUID,
    quantities: Mapping[str, Quantity],
    by: Principal,
    now: datetime,
    expected_total: Money | None = None,
) -> Edited:
    """Have exactly so much of these SKUs in the order (0: none of it, a new SKU: a new line); the others stay.

    What was agreed keeps its price and its offers for as much as was agreed; more, and what is new, costs today's
    price. The delivery fee stays. The new goods are held before the old ones are let go; all of it, or nothing.

    Fewer goods, cash, an order that is not paid yet, or a hold that is large enough: done at once. Where a card has
    to hold more the change waits: the answer says how much is to be authorised on the order's payment page, and by
    when. The additional goods are kept until then, the order stays as it is, and becomes the whole change once the
    money is held (OrderChanged), or stays (OrderChangeNotMade). A newer change takes the place of one that waits.

    `expected_total` is what the customer saw. Asking again for the same is harmless. Raises NotFound,
    OrderNotEditable once the cut-off has passed or picking has begun, TotalChanged, ProductNotSold, QuantityTooLarge,
    QuantityNotInSteps, BelowMinimum, Invalid where nothing would be left; OutOfStock (inventory); AmountTooLarge,
    PaymentIs (payments).
    """
    return edit_order.edit(order_id=order_id, quantities=quantities, by=by, expected_total=expected_total, now=now)


def preview_edit(*, order_id: UUID, quantities: Mapping[str, Quantity], by: Principal, now: datetime) -> Edited:
    """What `edit` would come to at this moment, with its errors; nothing changes."""
    return edit_order.preview(order_id=order_id, quantities=quantities, by=by, now=now)


def editable_until(*, order_id: UUID, now: datetime, customer_id: UUID | None = None) -> datetime | None:
    """Until when an order may be changed: the cut-off of its slot; None when it is too late. Two statements."""
    return edit_order.editable_until(order_id=order_id, customer_id=customer_id, now=now)
