"""The money is there: the order will be picked."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from grocery.catalog import public as catalog
from grocery.inventory import public as inventory
from grocery.kernel.outbox import publish
from grocery.ordering import models, policies
from grocery.ordering.contracts import CancelReason, OrderState
from grocery.ordering.events import OrderConfirmed
from grocery.ordering.services import keeping, transitions
from grocery.ordering.services.cancel_order import call_off
from grocery.payments import public as payments

log = structlog.get_logger(__name__)


@transaction.atomic
def confirm_order(*, order_id: UUID, now: datetime) -> None:
    """Keep the goods until after the slot. Money for an order that is off by now is let go; again is harmless."""
    order = transitions.lock(order_id)
    match OrderState(order.state):
        case OrderState.PLACED if _goods_kept(order, now):
            transitions.move(order, OrderState.CONFIRMED, by=None, now=now)
            publish(OrderConfirmed(order_id=order.id, number=order.number, customer_id=order.customer_id))
        case OrderState.PLACED:
            log.warning("goods_gone_before_payment", order_id=str(order.id))
            call_off(order, CancelReason.OUT_OF_STOCK, by=None, note="", now=now)
        case OrderState.CANCELLED:
            payments.request_cancellation(order_id=order.id, now=now)
        case _:
            pass


def _goods_kept(order: models.Order, now: datetime) -> bool:
    """Prolong the reservation; where its time ran out before the money came, make it anew if the goods are there."""
    until = policies.kept_until(order.slot_ends_at)
    try:
        inventory.extend(holder=order.holder, until=until, now=now)
    except inventory.NothingReserved:
        return _reserved_anew(order, until, now)
    return True


def _reserved_anew(order: models.Order, until: datetime, now: datetime) -> bool:
    try:
        with transaction.atomic():
            inventory.reserve(
                holder=order.holder,
                location=catalog.StoreId(order.store_id),
                demands=keeping.demands(models.OrderLine.objects.still_wanted(order.id)),
                good_on=order.slot_day,
                until=until,
                now=now,
            )
    except inventory.OutOfStock:
        return False
    return True
