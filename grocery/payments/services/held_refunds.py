"""Money that was to go back while a bank decided: it goes on, or their bank has given it to them."""

from __future__ import annotations

from datetime import datetime

import structlog

from grocery.payments.contracts import RefundState
from grocery.payments.models import Payment
from grocery.payments.services.observe_refunds import move
from grocery.payments.services.promises import go_on

log = structlog.get_logger()


def release(payment: Payment, *, now: datetime) -> None:
    """See to what was held back of this payment once no dispute is open, under the bill's lock.

    What a lost dispute has given them does not go back a second time; should the bank decide otherwise after all, it
    is owed again. What there is room for beside it goes on.
    """
    if payment.disputes.blocking().exists():
        return
    given = payment.disputes.given_to_customers()
    for part in payment.refund_parts.held():
        if given > payment.refundable():
            part.by_bank = True
            move(payment, part, RefundState.SUCCEEDED, "", now)
            log.info("refund_given_by_bank", part_id=str(part.id), amount=part.amount)
        else:
            go_on(payment, part, now=now)
    for part in () if given else payment.refund_parts.given_by_bank():
        go_on(payment, part, now=now)
        part.by_bank = False
        part.save(update_fields=["by_bank"])
