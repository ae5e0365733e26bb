"""The part of the face for changing an order until the cut-off of its slot."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from grocery.delivery.public import SlotOffer
from grocery.kernel.money import Money
from grocery.kernel.principal import Principal
from grocery.kernel.quantity import Quantity
from grocery.ordering.contracts import Edited
from grocery.ordering.services import edit_order

_AS_THEY_ARE: Mapping[str, Quantity] = MappingProxyType({})


def edit(
    *,
    order_id: UUID,
    by: Principal,
    now: datetime,
    quantities: Mapping[str, Quantity] = _AS_THEY_ARE,
    slot_id: UUID | None = None,
    expected_total: Money | None = None,
    note: str = "",
) -> Edited:
    """Have exactly so much of these SKUs in the order (0: none of it, a new SKU: a new line), in that slot; what is
    not named stays. All of it, or nothing: new goods and the new place are got before the old ones are let go.

    What was agreed keeps its price, what was added last goes first; more costs today's. Offers, coupons and the fee
    are worked out for the whole edited basket, by those that run now or were agreed, whichever is cheaper: what the
    basket earns no longer ends. Near-expiry units stay while they are good; what is added is fresh. Another slot is
    of the same store, ward or pickup point; freshness, VAT and the fee are those of its day.

    Fewer goods, cash, an order that is not paid yet, or a hold that is large enough: done at once. Else the change
    waits: the answer says how much is to be authorised on the order's payment page, and by when. Goods and place are
    kept until then, and the order becomes the whole change once the money is held (OrderChanged), or stays
    (OrderChangeNotMade). A newer change replaces one that waits; asking for the order as it is withdraws it.

    `expected_total` is what the customer saw, `note` (at most 1000 characters) why; staff have to say. Again is
    harmless. Raises NotFound, OrderNotEditable (cut-off, picking), BeyondAuthorisation, TotalChanged,
    ProductNotSold, QuantityTooLarge, QuantityNotInSteps, BelowMinimum, Invalid; SlotFull, SlotClosed (delivery);
    OutOfStock (inventory); AmountTooLarge, PaymentIs (payments).
    """
    return edit_order.edit(
        order_id=order_id,
        quantities=quantities,
        by=by,
        slot_id=slot_id,
        note=note,
        expected_total=expected_total,
        now=now,
    )


def preview_edit(
    *,
    order_id: UUID,
    by: Principal,
    now: datetime,
    quantities: Mapping[str, Quantity] = _AS_THEY_ARE,
    slot_id: UUID | None = None,
) -> Edited:
    """What `edit` would come to at this moment, line by line, with its errors; nothing changes."""
    return edit_order.preview(order_id=order_id, quantities=quantities, by=by, slot_id=slot_id, now=now)


def edit_slots(*, order_id: UUID, by: Principal, now: datetime, days: int = 5) -> list[SlotOffer]:
    """The slots of the next days where the order goes, its own among them, by day and start; each with the fee of
    the order's goods. None for an order that is missing or another's."""
    return edit_order.slots(order_id=order_id, by=by, days=days, now=now)


def editable_until(*, order_id: UUID, now: datetime, customer_id: UUID | None = None) -> datetime | None:
    """Until when an order may be changed: the cut-off of its slot; None when it is too late. Two statements."""
    return edit_order.editable_until(order_id=order_id, customer_id=customer_id, now=now)
