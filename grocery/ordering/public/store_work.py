"""The part of the face for staff: picking, packing, handing over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from grocery.kernel.principal import Principal
from grocery.kernel.quantity import Quantity
from grocery.ordering.services import fulfil_order


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
