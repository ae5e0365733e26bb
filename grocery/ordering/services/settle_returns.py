"""The time to undo is over: the money goes back, and everybody hears of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from grocery.kernel.money import dong
from grocery.kernel.outbox import publish
from grocery.ordering import models
from grocery.ordering.contracts.refunds import RefundStep
from grocery.ordering.contracts.returns import ReturnKind, ReturnState
from grocery.ordering.events import OrderReturned
from grocery.ordering.services import charging, counters, decide_return, four_eyes, returning
from grocery.payments import public as payments

log = structlog.get_logger(__name__)


def settle_due(*, now: datetime) -> int:
    """See `public.returns.settle_returns`."""
    return sum(_settle_if_due(return_id, now) for _, return_id in models.OrderReturn.objects.due(now))


def _settle_if_due(return_id: UUID, now: datetime) -> bool:
    """Each in a transaction of its own; one that payments refuses stays in the queue, where a person sees it."""
    try:
        return _settle(return_id, now)
    except (payments.MoreThanCaptured, payments.PaymentDisputed, payments.PaymentIs) as error:
        log.error("return_without_refund", return_id=str(return_id), code=error.code)
        return False


@transaction.atomic
def _settle(return_id: UUID, now: datetime) -> bool:
    order, row = returning.lock(return_id)
    if row.state != ReturnState.DECIDED or row.settle_at is None or row.settle_at > now:
        return False  # somebody was faster, or took it back while we waited
    row.state, row.settled_at = ReturnState.SETTLED.value, now
    row.save(update_fields=["state", "settled_at"])
    returning.refund(row, now=now)
    four_eyes.note(row, RefundStep.SETTLED, by=None, now=now)
    if row.kind == ReturnKind.AFTER:
        publish(decide_return.decided(row))
    publish(
        OrderReturned(
            order_id=order.id,
            number=order.number,
            customer_id=order.customer_id,
            store_id=order.store_id,
            return_id=row.id,
            kind=row.kind,
            lines=returning.told(list(row.lines.all()), accepted=True),
            amount=dong(row.amount),
        ),
        *charging.reduced(order, row, now=now),
    )
    counters.returned(ReturnKind(row.kind), ReturnState.SETTLED)
    return True
