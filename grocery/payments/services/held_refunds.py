"""Money that is owed beside a dispute: when that ends it goes on, or their bank has given it to them."""

from __future__ import annotations

from datetime import datetime

import structlog

from grocery.payments.contracts import RefundState
from grocery.payments.models import Payment, RefundPart
from grocery.payments.policies.disputes import HELD, HELD_CODES
from grocery.payments.services.ask_refund import ask_again
from grocery.payments.services.observe_refunds import move

log = structlog.get_logger()


def release(payment: Payment, *, now: datetime) -> None:
    """See to what is owed of this payment once none of its disputes is open, under the bill's lock.

    What a lost dispute has given them falls away. Of the rest what was held for the dispute goes on; a person sees to
    what was owed for another reason. Should the bank decide otherwise after all, all of it is owed again and goes on.
    """
    if payment.disputes.blocking().exists():
        return
    if payment.given_by_banks() < payment.refund_parts.given_by_bank().total():
        _bring_back(payment, now)
    drop_what_banks_gave(payment, now=now)
    for part in payment.refund_parts.owed().with_refunds():
        if part.failure_code in HELD_CODES:
            ask_again(payment, part, now=now)


def drop_what_banks_gave(payment: Payment, *, now: datetime) -> None:
    """So much of what is owed falls away, the oldest first: it does not go back a second time."""
    twice = payment.owed_twice()
    for part in payment.refund_parts.owed().with_refunds() if twice else ():
        if share := min(twice, part.amount):
            _fall_away(payment, part.split_off(share) if share < part.amount else part, now)
            twice -= share


def _fall_away(payment: Payment, part: RefundPart, now: datetime) -> None:
    part.by_bank = True
    move(payment, part, RefundState.SUCCEEDED, "", now)
    log.info("refund_given_by_bank", part_id=str(part.id), amount=part.amount)


def _bring_back(payment: Payment, now: datetime) -> None:
    for part in payment.refund_parts.given_by_bank().with_refunds():
        move(payment, part, RefundState.OWED, HELD, now)
        part.by_bank = False
        part.save(update_fields=["by_bank"])
