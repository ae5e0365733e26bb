"""A person sees to money that is owed to a customer."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from grocery.payments.contracts import RefundIs, RefundState
from grocery.payments.contracts.disputes import PaymentDisputed
from grocery.payments.models import Bill, Payment, RefundPart
from grocery.payments.services.ask_refund import ask_again
from grocery.payments.services.observe_refunds import move

log = structlog.get_logger()


@transaction.atomic
def record_handed_back(*, part_id: UUID, by: UUID, note: str, now: datetime) -> None:
    """Note that the customer has it: cash in the hand, or a transfer that `note` tells how to find. Twice is once.

    What the provider should say of it later no longer counts. Raises NotFound; RefundIs unless it is owed.
    """
    payment, part = _locked(part_id)
    if part.handed_back_by:
        return
    _check_owed(part)
    _check_undisputed(part)
    part.handed_back_by, part.note = by, note
    move(payment, part, RefundState.SUCCEEDED, "", now)


@transaction.atomic
def retry_refund(*, part_id: UUID, now: datetime, by: UUID | None = None) -> None:
    """Have the provider asked once more; the log keeps `by`. Raises NotFound; RefundIs unless a provider owes it."""
    payment, part = _locked(part_id)
    _check_owed(part)
    _check_undisputed(part)
    if not payment.provider:
        raise RefundIs
    ask_again(payment, part, now=now)
    log.info("refund_tried_again", part_id=str(part.id), amount=part.amount, by=str(by) if by else None)


def _locked(part_id: UUID) -> tuple[Payment, RefundPart]:
    _, payment = Bill.locked_with(RefundPart.objects.payment_of(part_id))
    return payment, payment.refund_parts.select_related("refund").get(id=part_id)


def _check_undisputed(part: RefundPart) -> None:
    """Raises PaymentDisputed: the bank may give it back, or has."""
    if part.payment.disputes.blocking().exists() or part.payment.owed_twice():
        raise PaymentDisputed(part.payment.order_number)


def _check_owed(part: RefundPart) -> None:
    if part.state != RefundState.OWED:
        raise RefundIs
