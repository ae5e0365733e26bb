"""From the shelf to the door: picking, packing, handing over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from grocery.delivery import public as delivery
from grocery.kernel.money import dong, total
from grocery.kernel.outbox import publish
from grocery.kernel.principal import Principal
from grocery.kernel.quantity import Quantity
from grocery.ordering import models, policies
from grocery.ordering.contracts import OrderState, PaymentMethod, ProductNotSold, QuestionOpen
from grocery.ordering.events import OrderDelivered, OrderDispatched, OrderPacked, OrderPickingStarted
from grocery.ordering.services import charging, pick_check, reject_at_door, scanned_lots, transitions, weighing
from grocery.payments import public as payments

log = structlog.get_logger(__name__)


@transaction.atomic
def start_picking(*, order_id: UUID, by: Principal, now: datetime) -> None:
    """Someone takes the order to the shelves."""
    begin_picking(transitions.lock(order_id, by=by), by=by, now=now)


def begin_picking(order: models.Order, *, by: Principal, now: datetime) -> None:
    """The same for an order that is locked, in the caller's transaction."""
    transitions.move(order, OrderState.PICKING, by=by, now=now)
    publish(OrderPickingStarted(order_id=order.id, number=order.number, customer_id=order.customer_id))


@transaction.atomic
def mark_packed(*, order_id: UUID, weights: Mapping[str, Quantity], by: Principal, now: datetime) -> None:
    """Seal the box: the goods leave the stock, and what they come to is charged."""
    order = transitions.lock(order_id, by=by)
    if asked := [row.sku for row in models.Substitution.objects.of_order(order.id).open()]:
        raise QuestionOpen(order.number, asked)
    weighing.check_not_asked(order)
    pick_check.check_complete(order)
    transitions.move(order, OrderState.PACKED, by=by, now=now)
    lines = _packed(order, weights)
    charged = total(dong(line.packed_amount or 0) for line in lines) + dong(order.fee - order.fee_discount)
    models.Order.objects.with_id(order.id).update(charged=charged.minor)
    scanned_lots.issue(order, {line.sku: Quantity(line.packed) for line in lines if line.packed}, by=by, now=now)
    payments.request_capture(order_id=order.id, amount=charged, now=now)
    publish(
        OrderPacked(order_id=order.id, number=order.number, customer_id=order.customer_id, total=charged),
        charging.charged(order, lines, charged, by=by.id, now=now),
    )


def _packed(order: models.Order, weights: Mapping[str, Quantity]) -> list[models.OrderLine]:
    """The lines with what was packed of each: as ordered unless weighed. Raises WeightOutOfTolerance."""
    lines = list(models.OrderLine.objects.of_order(order.id))
    if unknown := sorted(weights.keys() - {line.sku for line in lines}):
        raise ProductNotSold(unknown)
    taken = weighing.taken([order.id])
    for line in lines:
        line.packed = weights.get(line.sku, line.quantity)
        if weighing.is_taken(taken, line, line.packed):
            line.packed_as_agreed = line.packed
        else:
            policies.check_packed(line.sku, line.quantity, line.packed, unit=line.unit)
        line.packed_amount = policies.packed_amount(
            dong(line.net), Quantity(line.quantity), Quantity(line.packed), unit=line.unit
        ).minor
    models.OrderLine.objects.pack(lines)
    return lines


@transaction.atomic
def dispatch(*, order_id: UUID, by: Principal, now: datetime) -> None:
    """The order leaves the store."""
    order = transitions.lock(order_id, by=by)
    _dispatched(order, by, now)
    delivery.dispatch(order_id=order.id, now=now, by=by.id)


@transaction.atomic
def follow_dispatch(*, order_id: UUID, now: datetime) -> None:
    """Delivery says that it left; known already where the order itself was dispatched."""
    order = transitions.lock(order_id)
    if order.state == OrderState.UNDELIVERED and not _on_the_road(order_id):
        return  # it came back since: old news
    if order.state not in {OrderState.OUT_FOR_DELIVERY, OrderState.DELIVERED, OrderState.CANCELLED}:
        _dispatched(order, None, now)


def _on_the_road(order_id: UUID) -> bool:
    return delivery.delivery(order_id=order_id).state is delivery.DeliveryState.OUT_FOR_DELIVERY


def _dispatched(order: models.Order, by: Principal | None, now: datetime) -> None:
    transitions.move(order, OrderState.OUT_FOR_DELIVERY, by=by, now=now)
    publish(OrderDispatched(order_id=order.id, number=order.number, customer_id=order.customer_id))


@transaction.atomic
def deliver(*, order_id: UUID, by: Principal, now: datetime) -> None:
    """The customer has the goods; cash is taken."""
    order = transitions.lock(order_id, by=by)
    transitions.move(order, OrderState.DELIVERED, by=by, now=now)
    delivery.complete(order_id=order.id, now=now, by=by.id)
    _settle(order, taken_by=by.id, now=now)


@transaction.atomic
def follow_delivery(*, order_id: UUID, now: datetime) -> None:
    """Delivery says that the customer has it; known already where the order itself was delivered."""
    order = transitions.lock(order_id)
    if order.state != OrderState.DELIVERED:
        transitions.move(order, OrderState.DELIVERED, by=None, now=now)
        _settle(order, taken_by=delivery.delivery(order_id=order_id).timeline[-1].by, now=now)


def _settle(order: models.Order, *, taken_by: UUID | None, now: datetime) -> None:
    """Cash changes hands with the goods. Cash that nobody took is not recorded: a person has to find it."""
    if order.method == PaymentMethod.CASH_ON_DELIVERY and order.charged is not None:
        left = reject_at_door.to_collect(order)
        if not left:
            payments.request_cancellation(order_id=order.id, now=now)
        elif taken_by:
            at_counter = order.mode == "pickup"
            payments.record_cash(order_id=order.id, amount=left, now=now, by=taken_by, at_counter=at_counter)
        else:
            log.error("cash_taken_by_nobody", order_id=str(order.id))
    publish(OrderDelivered(order_id=order.id, number=order.number, customer_id=order.customer_id))
