"""At the door, or over the counter: the customer does not take some of what was packed, or nothing of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from grocery.delivery import public as delivery
from grocery.kernel.money import Money, dong
from grocery.kernel.outbox import publish
from grocery.kernel.principal import Principal
from grocery.ordering import models
from grocery.ordering.contracts import CancelReason, OrderState, PaymentMethod, WrongState
from grocery.ordering.contracts.returns import ReturnId, ReturnKind, ReturnState, UnwantedLine
from grocery.ordering.events import LineRejected
from grocery.ordering.policies import returns as rules
from grocery.ordering.services import counters, ending, requests, returning, transitions
from grocery.payments import public as payments

_NOTHING = dong(0)


@transaction.atomic
def reject(
    *, order_id: UUID, unwanted: Sequence[UnwantedLine], by: Principal, key: str | None, now: datetime
) -> ReturnId | None:
    """See `public.returns.reject_at_door`."""
    order = transitions.lock(order_id, by=by)
    if requests.done_before(order, "reject", by=by, key=key, now=now):
        return None
    if not rules.may_be_refused(OrderState(order.state), pickup=order.mode == "pickup"):
        raise WrongState(order.number, OrderState(order.state), OrderState.OUT_FOR_DELIVERY)
    found = returning.packed(order.id)
    returning.check_unwanted(found, unwanted)
    lines = [returning.refused_line(found, one) for one in unwanted]
    if _nothing_left(found, unwanted):
        return _refuse_all(order, lines, by, now)
    row = returning.write(
        order,
        ReturnKind.DOOR,
        ReturnState.DECIDED,
        lines,
        by=by,
        fee_back=_NOTHING,
        settle_at=now + settings.RETURN_UNDO,
        now=now,
    )
    collect(order, now=now)
    publish(*_rejected(order, row, lines))
    counters.returned(ReturnKind.DOOR, ReturnState.DECIDED)
    return ReturnId(row.id)


def _nothing_left(found: returning.Packed, unwanted: Sequence[UnwantedLine]) -> bool:
    gone = {one.sku: one.quantity for one in unwanted}
    return all(found.left(line) == gone.get(sku, 0) for sku, line in found.lines.items())


def _refuse_all(order: models.Order, lines: list[models.OrderReturnLine], by: Principal, now: datetime) -> ReturnId:
    """Nothing was wanted: the order ends, and the delivery fee goes back with everything else."""
    fee = dong(order.fee - order.fee_discount)
    if order.state == OrderState.OUT_FOR_DELIVERY:
        delivery.fail(order_id=order.id, reason="refused", now=now, by=by.id)
    row = ending.end(order, CancelReason.REFUSED, ReturnKind.DOOR, lines, fee_back=fee, by=by, note="", now=now)
    publish(*_rejected(order, row, lines))
    return ReturnId(row.id)


def collect(order: models.Order, *, now: datetime) -> None:
    """Have the driver collect what is left to be paid in cash; a card is refunded later."""
    left = to_collect(order)
    if order.method == PaymentMethod.CASH_ON_DELIVERY and left:
        payments.change_cash(order_id=order.id, amount=left, now=now)


def to_collect(order: models.Order) -> Money:
    """What is to be paid for what the customer takes."""
    return dong((order.charged or 0) - order.given_back)


def _rejected(
    order: models.Order, row: models.OrderReturn, lines: Sequence[models.OrderReturnLine]
) -> list[LineRejected]:
    return [
        LineRejected(
            order_id=order.id,
            number=order.number,
            customer_id=order.customer_id,
            store_id=order.store_id,
            return_id=row.id,
            sku=line.line.sku,
            quantity=line.quantity,
            reason=line.reason,
            amount=dong(line.amount),
        )
        for line in lines
    ]
