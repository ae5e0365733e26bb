"""The answer about a weight, the customer's or staff's for them, or the time limit's: whichever is first, once."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from django.db import transaction

from grocery.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from grocery.kernel.principal import Principal
from grocery.kernel.quantity import Quantity
from grocery.ordering import models
from grocery.ordering.contracts import AnsweredAlready, AnswerTooLate, NothingAsked
from grocery.ordering.contracts.weighing import WeightQuestion, WeightState
from grocery.ordering.services import counters, replacing, show_weighing, transitions

log = structlog.get_logger(__name__)

_BATCH: Final = 200
_NOTE_LONGEST: Final = 1000
_SAID: Final = {True: WeightState.ACCEPTED, False: WeightState.REFUSED}


@transaction.atomic
def answer(*, question_id: UUID, accept: bool, customer_id: UUID | None, now: datetime) -> WeightQuestion:
    """See `public.weighing.answer_weight`."""
    order, row = _locked(question_id)
    if customer_id not in {None, order.customer_id}:
        raise NotFound("question", question_id)
    if row.state == WeightState.ASKED:
        if now >= row.answer_by:
            raise AnswerTooLate
        _settle(order, row, _SAID[accept], by=Principal(kind="customer", id=order.customer_id), now=now)
    elif row.state != _SAID[accept]:
        raise AnsweredAlready(WeightState(row.state))
    return show_weighing.question(question_id)


def answer_about(*, order_id: UUID, sku: str, accept: bool, customer_id: UUID, now: datetime) -> WeightQuestion:
    """See `public.weighing.answer_weight_of`."""
    order = models.Order.objects.visible_to(customer_id, None).with_id(order_id).first()
    if order is None:
        raise NotFound("order", order_id)
    latest = models.WeightQuestion.objects.of_order(order_id).about(sku).last()
    if latest is None:
        raise NothingAsked(order.number, sku)
    return answer(question_id=latest.id, accept=accept, customer_id=customer_id, now=now)


@transaction.atomic
def decide(*, question_id: UUID, accept: bool, note: str, by: Principal, now: datetime) -> WeightQuestion:
    """See `public.weighing.decide_weight`."""
    if by.kind != "staff":
        raise Forbidden
    order, row = _locked(question_id)
    if not transitions.may_touch(order, by):
        raise NotFound("question", question_id)
    if not note.strip() or len(note) > _NOTE_LONGEST:
        raise Invalid("note", "Say who decided, and how.", "Hãy ghi ai đã quyết định và bằng cách nào.")
    if row.state != WeightState.ASKED:
        raise AnsweredAlready(WeightState(row.state))
    _settle(order, row, _SAID[accept], by=by, note=note.strip(), now=now)
    return show_weighing.question(question_id)


def answer_by_default(*, now: datetime) -> int:
    """Take what nobody answered about in time as weighed, each in a transaction of its own; how many."""
    return sum(_tried(overdue, now) for overdue in models.WeightQuestion.objects.overdue(now).ids(_BATCH))


def _tried(question_id: UUID, now: datetime) -> bool:
    try:
        return _default(question_id, now)
    except DomainError as error:
        log.error("weight_default_failed", question_id=str(question_id), code=error.code)
        return False


@transaction.atomic
def _default(question_id: UUID, now: datetime) -> bool:
    order, row = _locked(question_id)
    still_asked = row.state == WeightState.ASKED  # it may have been answered while we waited for the lock
    if still_asked:
        _settle(order, row, WeightState.BY_DEFAULT, by=None, now=now)
    return still_asked


def _locked(question_id: UUID) -> tuple[models.Order, models.WeightQuestion]:
    """The question under its order's lock, as it is now."""
    order_id = models.WeightQuestion.objects.with_id(question_id).order_id()
    if order_id is None:
        raise NotFound("question", question_id)
    order = transitions.lock(order_id)
    return order, models.WeightQuestion.objects.get(id=question_id)


def _settle(
    order: models.Order,
    row: models.WeightQuestion,
    state: WeightState,
    *,
    by: Principal | None,
    note: str = "",
    now: datetime,
) -> None:
    """Less that is refused is left out whole. Of more that is refused another portion is weighed: nothing changes."""
    actor, actor_id = (by.kind, by.id) if by else ("system", None)
    asked = models.WeightQuestion.objects.with_id(row.id)
    asked.settle(state, at=now, actor=actor, actor_id=actor_id, note=note)
    if state is WeightState.REFUSED and row.weighed < row.ordered:
        replacing.leave_out(order, row.sku, Quantity(row.ordered), by=by, now=now)
    counters.weight_asked(state)
