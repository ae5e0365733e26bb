"""A second person looks at money that was decided to go back: agrees, or does not; or whoever asked withdraws it."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction

from grocery.kernel.errors import Invalid, NotFound
from grocery.kernel.money import dong
from grocery.kernel.principal import Principal
from grocery.ordering import models
from grocery.ordering.contracts.refunds import (
    NotYourRefund,
    OwnRefund,
    RefundStep,
    RefundStepView,
    RefundWork,
    WhyEyes,
)
from grocery.ordering.contracts.returns import ReturnIs, ReturnKind, ReturnState
from grocery.ordering.services import decide_return, returning, show_returns
from grocery.ordering.services.four_eyes import note

#: Who is the second person.
APPROVERS: Final = frozenset({"manager", "admin"})


@transaction.atomic
def approve(*, return_id: UUID, by: Principal, word: str, now: datetime) -> None:
    """See `public.refunds.approve_refund`."""
    _, row = _waiting(return_id, by)
    row.approved_by, row.approved_at = by.id, now
    row.state, row.settle_at = ReturnState.DECIDED.value, now + settings.RETURN_UNDO
    row.save(update_fields=["approved_by", "approved_at", "state", "settle_at"])
    note(row, RefundStep.APPROVED, by=by, now=now, word=word)


@transaction.atomic
def refuse(*, return_id: UUID, by: Principal, word: str, now: datetime) -> None:
    """See `public.refunds.refuse_refund`."""
    order, row = _waiting(return_id, by)
    if not word:
        raise Invalid("word", "Say why not.", "Hãy ghi lý do không duyệt.")
    note(row, RefundStep.REFUSED, by=by, now=now, word=word)
    decide_return.take_back(order, row, _back_to(row, ReturnState.REFUSED), by=by, now=now)


@transaction.atomic
def withdraw(*, return_id: UUID, by: Principal, now: datetime) -> None:
    """See `public.refunds.withdraw_refund`."""
    order, row = returning.lock(return_id, by=by)
    if row.state != ReturnState.WAITING:
        raise ReturnIs(ReturnState(row.state))
    if by.id != row.decided_by:
        raise NotYourRefund
    note(row, RefundStep.WITHDRAWN, by=by, now=now)
    decide_return.take_back(order, row, _back_to(row, ReturnState.WITHDRAWN), by=by, now=now)


def _waiting(return_id: UUID, by: Principal) -> tuple[models.Order, models.OrderReturn]:
    """Locked, for the second person. Raises NotFound, ReturnIs, NotYourRefund, OwnRefund."""
    order, row = returning.lock(return_id, by=by)
    if by.roles.isdisjoint(APPROVERS):
        raise NotYourRefund
    if row.state != ReturnState.WAITING:
        raise ReturnIs(ReturnState(row.state))
    if by.id == row.decided_by:
        raise OwnRefund
    return order, row


def _back_to(row: models.OrderReturn, state: ReturnState) -> ReturnState:
    """A customer's request is to be decided anew; what staff thought of by themselves is over."""
    return ReturnState.REQUESTED if row.kind == ReturnKind.AFTER else state


def work(*, return_id: UUID, store_id: UUID | None) -> RefundWork:
    """See `public.refunds.refund_work`."""
    row = models.OrderReturn.objects.of_store(store_id).with_id(return_id).whole().first()
    if row is None:
        raise NotFound("return", return_id)
    return RefundWork(
        seen=show_returns.view(row),
        asked_by=row.decided_by,
        why=WhyEyes(row.why_eyes),
        steps=tuple(
            RefundStepView(RefundStep(one.what), one.at, one.by, dong(one.amount), WhyEyes(one.why), one.note)
            for one in models.OrderReturnStep.objects.of_return(return_id)
        ),
    )


def waiting(*, store_id: UUID) -> int:
    """See `public.refunds.refunds_waiting`."""
    return models.OrderReturn.objects.of_store(store_id).waiting().count()
