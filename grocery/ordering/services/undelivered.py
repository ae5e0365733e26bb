"""Nobody was at home, or nobody came: the order waits in the store until a person says how it goes on."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from grocery.delivery import public as delivery
from grocery.kernel.money import dong
from grocery.kernel.outbox import publish
from grocery.kernel.principal import Principal
from grocery.ordering import models
from grocery.ordering.contracts import CancelReason, OrderState, WrongState
from grocery.ordering.contracts.returns import ReturnKind, ReturnReason
from grocery.ordering.events import OrderRescheduled, OrderUndelivered
from grocery.ordering.services import counters, ending, returning, transitions

_ON_THE_WAY = (OrderState.PACKED, OrderState.OUT_FOR_DELIVERY)


@transaction.atomic
def fail(*, order_id: UUID, reason: str, by: Principal, now: datetime) -> None:
    """See `public.returns.not_delivered`."""
    order = transitions.lock(order_id, by=by)
    if order.state == OrderState.UNDELIVERED:
        return
    _came_back(order, reason, by, now)
    delivery.fail(order_id=order.id, reason=reason, now=now, by=by.id)


@transaction.atomic
def follow_failure(*, order_id: UUID, reason: str, now: datetime) -> None:
    """Delivery says that it came back; known already where the order says so, old news where it has left again."""
    order = transitions.lock(order_id)
    still = delivery.delivery(order_id=order_id).state is delivery.DeliveryState.FAILED
    if still and order.state in _ON_THE_WAY:
        _came_back(order, reason, None, now)


def _came_back(order: models.Order, reason: str, by: Principal | None, now: datetime) -> None:
    transitions.move(order, OrderState.UNDELIVERED, by=by, reason=reason, now=now)
    publish(
        OrderUndelivered(
            order_id=order.id, number=order.number, customer_id=order.customer_id, store_id=order.store_id
        )
    )
    counters.undelivered()


@transaction.atomic
def bring_again(*, order_id: UUID, slot_id: UUID, by: Principal, now: datetime) -> None:
    """See `public.returns.bring_again`."""
    order = transitions.lock(order_id, by=by)
    _check_undelivered(order, OrderState.PACKED)
    slot = delivery.book_again(order_id=order.id, slot_id=slot_id, now=now, by=by.id)
    transitions.move(order, OrderState.PACKED, by=by, now=now)
    order.slot_id, order.slot_day = slot.id, slot.day
    order.slot_starts_at, order.slot_ends_at = slot.starts_at, slot.ends_at
    order.save(update_fields=["slot_id", "slot_day", "slot_starts_at", "slot_ends_at"])
    publish(
        OrderRescheduled(
            order_id=order.id,
            number=order.number,
            customer_id=order.customer_id,
            store_id=order.store_id,
            slot_starts_at=slot.starts_at,
        )
    )


@transaction.atomic
def give_up(*, order_id: UUID, fee_back: bool | None, note: str, by: Principal, now: datetime) -> None:
    """See `public.returns.give_up_delivery`."""
    order = transitions.lock(order_id, by=by)
    if order.state == OrderState.CANCELLED:
        return
    _check_undelivered(order, OrderState.CANCELLED)
    found = returning.packed(order.id)
    unwanted = returning.all_that_is_left(found, ReturnReason.OTHER, "")
    lines = [returning.refused_line(found, one) for one in unwanted]
    fee = dong(order.fee - order.fee_discount)
    back = settings.UNDELIVERED_FEE_BACK if fee_back is None else fee_back
    ending.end(
        order,
        CancelReason.UNDELIVERED,
        ReturnKind.UNDELIVERED,
        lines,
        fee_back=fee if back else dong(0),
        by=by,
        note=note,
        now=now,
    )


def _check_undelivered(order: models.Order, wanted: OrderState) -> None:
    if order.state != OrderState.UNDELIVERED:
        raise WrongState(order.number, OrderState(order.state), wanted)
