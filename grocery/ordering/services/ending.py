"""An order that was packed ends without its customer: its goods come back, its money goes back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from grocery.delivery import public as delivery
from grocery.kernel.money import Money
from grocery.kernel.outbox import publish
from grocery.kernel.principal import Principal
from grocery.ordering import models, policies
from grocery.ordering.contracts import CancelReason, OrderNotCancellable, OrderState, PaymentMethod
from grocery.ordering.contracts.returns import ReturnKind, ReturnState
from grocery.ordering.events import OrderCancelled
from grocery.ordering.services import charging, counters, coupons, returning, transitions
from grocery.payments import public as payments


def end(
    order: models.Order,
    reason: CancelReason,
    kind: ReturnKind,
    lines: Sequence[models.OrderReturnLine],
    *,
    fee_back: Money,
    by: Principal,
    note: str,
    now: datetime,
) -> models.OrderReturn:
    """Cancel a locked order of which all that is left comes back, in the caller's transaction: it is settled at once.

    What its card was charged is promised back, cash is not asked for. Raises OrderNotCancellable.
    """
    if not policies.may_be_cancelled(OrderState(order.state), reason):
        raise OrderNotCancellable(order.number, OrderState(order.state))
    transitions.move(order, OrderState.CANCELLED, by=by, reason=note or reason.value, now=now)
    row = returning.write(order, kind, ReturnState.SETTLED, lines, by=by, fee_back=fee_back, settle_at=None, now=now)
    delivery.cancel(order_id=order.id, now=now, by=by.id)
    coupons.give_back(order, now)
    if order.method == PaymentMethod.CASH_ON_DELIVERY:
        payments.request_cancellation(order_id=order.id, now=now)
    returning.refund(row, now=now)
    publish(
        OrderCancelled(
            order_id=order.id,
            number=order.number,
            customer_id=order.customer_id,
            reason=reason,
            lines=returning.told(lines, accepted=True),
        ),
        *charging.reduced(order, row, now=now),
    )
    counters.cancelled(reason)
    counters.returned(kind, ReturnState.SETTLED)
    return row
