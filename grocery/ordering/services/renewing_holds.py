"""An order for a day beyond the end of its hold: the money is held anew in time, or its customer pays again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from grocery.ordering import models
from grocery.ordering.contracts import CancelReason, OrderState
from grocery.ordering.services import transitions
from grocery.ordering.services.cancel_order import call_off
from grocery.payments import public as payments

log = structlog.get_logger(__name__)
#: Its money will be asked for, and was not.
_TO_BE_PACKED = frozenset({OrderState.CONFIRMED.value, OrderState.PICKING.value})


def renew_holds(*, now: datetime) -> int:
    """See `public.renew_holds`."""
    return sum(_renew(order_id, now) for order_id in {hold.order_id for hold in payments.holds_to_renew(now=now)})


@transaction.atomic
def _renew(order_id: UUID, now: datetime) -> bool:
    """Packed before its slot ends, so the money is needed until then."""
    order = models.Order.objects.locked(order_id)
    if order is None or order.state not in _TO_BE_PACKED:
        return False
    return payments.renew_hold(order_id=order_id, needed_until=order.slot_ends_at, now=now)


@transaction.atomic
def not_renewed(*, order_id: UUID, now: datetime) -> None:
    """Nobody has paid again: the order ends, as announced. One that is being picked is a person's to settle."""
    order = transitions.lock(order_id)
    if order.state == OrderState.CONFIRMED.value:
        call_off(order, CancelReason.NOT_PAID_AGAIN, by=None, note="", now=now)
    elif order.state == OrderState.PICKING.value:
        log.error("picked_order_whose_hold_ends", order_id=str(order_id))
