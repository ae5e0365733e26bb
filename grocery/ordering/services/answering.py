"""The customer's answer, or the time limit's: whichever is first, once."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from django.db import transaction

from grocery.inventory.public import OutOfStock
from grocery.kernel.errors import DomainError, Forbidden, NotFound
from grocery.kernel.principal import Principal
from grocery.kernel.quantity import Quantity
from grocery.ordering import models
from grocery.ordering.contracts import (
    AnsweredAlready,
    AnswerTooLate,
    Candidate,
    NotASubstitute,
    NothingAsked,
    Substitution,
    SubstitutionDefault,
    SubstitutionState,
)
from grocery.ordering.services import counters, replacing, show_substitutions, substituting, transitions

log = structlog.get_logger(__name__)

_BATCH: Final = 200
_SAID: Final = {True: SubstitutionState.ACCEPTED, False: SubstitutionState.REJECTED}


@transaction.atomic
def answer(
    *, substitution_id: UUID, accept: bool, with_sku: str | None, customer_id: UUID | None, now: datetime
) -> Substitution:
    """The customer takes the substitute, or another one, or none. The same answer again is harmless."""
    order, row = _locked(substitution_id)
    if customer_id not in {None, order.customer_id}:
        raise NotFound("question", substitution_id)
    if row.state != SubstitutionState.ASKED:
        if row.state == _SAID[accept] and with_sku in {None, row.with_sku}:
            return show_substitutions.view(row, order)
        raise AnsweredAlready(SubstitutionState(row.state))
    if row.answer_by is not None and now >= row.answer_by:
        raise AnswerTooLate
    if accept and with_sku not in {None, row.with_sku}:
        _take_another(order, row, str(with_sku), now)
    customer = Principal(kind="customer", id=order.customer_id)
    _settle(order, row, _SAID[accept], replaced=accept, by=customer, now=now)
    return show_substitutions.view(row, order)


def answer_about(
    *, order_id: UUID, sku: str, accept: bool, with_sku: str | None, customer_id: UUID, now: datetime
) -> Substitution:
    """Answer the latest question about a line of this customer's order."""
    order = models.Order.objects.visible_to(customer_id, None).with_id(order_id).first()
    if order is None:
        raise NotFound("order", order_id)
    latest = models.Substitution.objects.of_order(order_id).asked_about(sku).last()
    if latest is None:
        raise NothingAsked(order.number, sku)
    return answer(substitution_id=latest.id, accept=accept, with_sku=with_sku, customer_id=customer_id, now=now)


@transaction.atomic
def decide(*, substitution_id: UUID, accept: bool, by: Principal, now: datetime) -> Substitution:
    """See `public.substitutions.decide_substitution`."""
    if by.kind != "staff":
        raise Forbidden
    order, row = _locked(substitution_id)
    if not transitions.may_touch(order, by):
        raise NotFound("question", substitution_id)
    if row.state != SubstitutionState.ASKED:
        raise AnsweredAlready(SubstitutionState(row.state))
    _settle(order, row, _SAID[accept], replaced=accept, by=by, now=now)
    return show_substitutions.view(row, order)


def answer_by_default(*, now: datetime) -> int:
    """Do what was announced where nobody answered in time, each in a transaction of its own; how many.

    One that cannot be done now is tried again at the next tick and holds up no other.
    """
    return sum(_tried(overdue, now) for overdue in models.Substitution.objects.overdue(now).ids(_BATCH))


def _tried(substitution_id: UUID, now: datetime) -> bool:
    try:
        return _default(substitution_id, now)
    except DomainError as error:
        log.error("substitution_default_failed", substitution_id=str(substitution_id), code=error.code)
        return False


@transaction.atomic
def _default(substitution_id: UUID, now: datetime) -> bool:
    order, row = _locked(substitution_id)
    if row.state != SubstitutionState.ASKED:  # it may have been answered while we waited for the lock
        return False
    replaced = row.default == SubstitutionDefault.REPLACE
    try:
        with transaction.atomic():
            _settle(order, row, SubstitutionState.BY_DEFAULT, replaced=replaced, by=None, now=now)
    except OutOfStock:  # what was proposed is gone by now: nothing is paid for nothing
        models.Substitution.objects.let_default(row, SubstitutionDefault.LEAVE_OUT)
        _settle(order, row, SubstitutionState.BY_DEFAULT, replaced=False, by=None, now=now)
    return True


def _locked(substitution_id: UUID) -> tuple[models.Order, models.Substitution]:
    """The question under its order's lock, as it is now."""
    order_id = models.Substitution.objects.with_id(substitution_id).order_id()
    if order_id is None:
        raise NotFound("question", substitution_id)
    order = transitions.lock(order_id)
    return order, models.Substitution.objects.get(id=substitution_id)


def _settle(
    order: models.Order,
    row: models.Substitution,
    state: SubstitutionState,
    *,
    replaced: bool,
    by: Principal | None,
    now: datetime,
) -> None:
    models.Substitution.objects.settle([row], state, at=now, actor=by.kind if by else "system")
    if replaced:
        replacing.replace(order, row, by=by, now=now)
    else:
        replacing.leave_out(order, row.sku, Quantity(row.quantity), by=by, now=now)
    counters.substituted(state)


def _take_another(order: models.Order, row: models.Substitution, with_sku: str, now: datetime) -> None:
    """Propose something else in the same question. Raises NotASubstitute."""
    found = {one.candidate.sku: one for one in substituting.others(order, row, now)}
    if with_sku not in found:
        raise NotASubstitute(row.sku, with_sku)
    models.Substitution.objects.exchange(row, **substituting.copied(found[with_sku]))


def others(*, substitution_id: UUID, now: datetime) -> tuple[Candidate, ...]:
    """What else may stand in; nothing once the question is settled."""
    row = models.Substitution.objects.with_id(substitution_id).open().with_order().first()
    if row is None:
        return ()
    return tuple(found.candidate for found in substituting.others(row.order, row, now))
