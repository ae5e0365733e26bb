"""The scale shows less or more than may be packed: the customer is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction

from grocery.kernel.money import dong
from grocery.kernel.outbox import publish
from grocery.kernel.principal import Principal
from grocery.kernel.quantity import Quantity
from grocery.ordering import models, policies
from grocery.ordering.contracts import OrderState, ProductNotSold, QuestionOpen, WrongState
from grocery.ordering.contracts.weighing import NothingToAsk, WeightQuestion, WeightState
from grocery.ordering.events import WeightQuestioned
from grocery.ordering.services import counters, show_weighing, transitions

#: How much was ordered and how much is taken of a line, by order and SKU.
type Weights = Mapping[tuple[UUID, str], tuple[Quantity, Quantity]]

_TAKEN: Final = frozenset({WeightState.ACCEPTED.value, WeightState.BY_DEFAULT.value})


@transaction.atomic
def ask_about(
    *, order_id: UUID, weights: Mapping[str, Quantity], needed_only: bool, by: Principal, now: datetime
) -> tuple[WeightQuestion, ...]:
    """See `public.weighing.ask_about_weights`."""
    order = transitions.lock(order_id, by=by)
    if order.state != OrderState.PICKING:
        raise WrongState(order.number, OrderState(order.state), OrderState.PICKING)
    lines = {line.sku: line for line in models.OrderLine.objects.still_wanted(order.id)}
    if unknown := sorted(weights.keys() - lines.keys()):
        raise ProductNotSold(unknown)
    if needed_only:
        agreed = taken([order.id])
        weights = {sku: weighed for sku, weighed in weights.items() if _needs_asking(agreed, lines[sku], weighed)}
    asked = [ask(order, lines[sku], weighed, now=now) for sku, weighed in weights.items()]
    return tuple(show_weighing.view(row, order, lines[row.sku]) for row in asked)


def _needs_asking(agreed: Weights, line: models.OrderLine, weighed: Quantity) -> bool:
    return not is_taken(agreed, line, weighed) and policies.may_be_asked(
        line.sku, Quantity(line.quantity), weighed, unit=line.unit
    )


def ask(order: models.Order, line: models.OrderLine, weighed: Quantity, *, now: datetime) -> models.WeightQuestion:
    """Ask about a line of a locked order. Raises NothingToAsk, QuestionOpen, WeightOutOfTolerance."""
    ordered = Quantity(line.quantity)
    if not policies.may_be_asked(line.sku, ordered, weighed, unit=line.unit):
        raise NothingToAsk(line.sku)
    check_not_asked(order, line.sku)
    row = models.WeightQuestion.objects.create(
        order=order,
        sku=line.sku,
        ordered=ordered,
        weighed=weighed,
        agreed=line.net,
        amount=policies.packed_amount(dong(line.net), ordered, weighed, unit=line.unit).minor,
        state=WeightState.ASKED.value,
        asked_at=now,
        answer_by=now + timedelta(minutes=settings.SUBSTITUTION_ANSWER_MINUTES),
    )
    _tell(order, row)
    counters.weight_asked(WeightState.ASKED)
    return row


def _tell(order: models.Order, row: models.WeightQuestion) -> None:
    publish(
        WeightQuestioned(
            order_id=order.id,
            number=order.number,
            customer_id=order.customer_id,
            question_id=row.id,
            sku=row.sku,
            ordered=row.ordered,
            weighed=row.weighed,
            answer_by=row.answer_by,
        )
    )


def check_not_asked(order: models.Order, sku: str | None = None) -> None:
    """Raise QuestionOpen while the customer is being asked about this line, or any, of a locked order."""
    open_ones = models.WeightQuestion.objects.of_order(order.id).open().about(sku).skus()
    if open_ones:
        raise QuestionOpen(order.number, open_ones)


def withdraw(order: models.Order, sku: str | None, *, by: Principal | None, now: datetime) -> None:
    """Let what is being asked about this line, or any, of a locked order end without an effect."""
    asked = models.WeightQuestion.objects.of_order(order.id).about(sku)
    asked.settle(WeightState.WITHDRAWN, at=now, actor=by.kind if by else "system", actor_id=by.id if by else None)


def taken(orders: Iterable[UUID]) -> Weights:
    """Of each line that is taken as weighed: how much was ordered then, and how much that is. One statement."""
    return taken_of(models.WeightQuestion.objects.of_orders(orders).taken())


def taken_of(rows: Iterable[models.WeightQuestion]) -> Weights:
    """The same of questions that are at hand, of whatever state."""
    return {
        (row.order_id, row.sku): (Quantity(row.ordered), Quantity(row.weighed)) for row in rows if row.state in _TAKEN
    }


def is_taken(found: Weights, line: models.OrderLine, packed: Quantity) -> bool:
    """Whether the customer takes exactly so much of the line as it is now."""
    return found.get((line.order_id, line.sku)) == (line.quantity, packed)
