"""A fact becomes a message: written here, sent afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction

from grocery.accounts import public as accounts
from grocery.kernel.errors import NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.money import Money
from grocery.kernel.outbox import publish
from grocery.notifications import models, policies
from grocery.notifications.contracts import Channel, Kind, Rendered
from grocery.notifications.events import MessageQueued
from grocery.notifications.services.render import reference, render, render_credit
from grocery.ordering import public as ordering
from grocery.payments import public as payments

log = structlog.get_logger(__name__)


@transaction.atomic
def queue_question(*, event_id: UUID, substitution_id: UUID, now: datetime) -> None:
    """Ask the customer about a substitute, unless that is settled by now."""
    question = ordering.question(substitution_id=substitution_id)
    if question.open:
        kind = Kind.SUBSTITUTE_PROPOSED
        queue_message(kind=kind, event_id=event_id, order_id=question.order_id, now=now, question=question)


@transaction.atomic
def queue_weight_question(*, event_id: UUID, question_id: UUID, now: datetime) -> None:
    """Ask the customer about a weight, unless that is settled by now."""
    question = ordering.weight_question(question_id=question_id)
    if question.open:
        kind = Kind.WEIGHT_QUESTIONED
        queue_message(kind=kind, event_id=event_id, order_id=question.order_id, now=now, question=question)


@transaction.atomic
def queue_return(*, event_id: UUID, order_id: UUID, return_id: UUID, reason: str, now: datetime) -> None:
    """Tell the customer how their return stands: "requested", "decided", or "door" for what they did not take."""
    back = next(one for one in ordering.returns_of(order_id=order_id) if one.id == return_id)
    kind = Kind.ORDER_RETURNED
    queue_message(kind=kind, event_id=event_id, order_id=order_id, now=now, reason=reason, back=back)


@transaction.atomic
def queue_cancellation(*, event_id: UUID, order_id: UUID, reason: str, now: datetime) -> None:
    """Tell that an order is off and, where it had been paid before it was packed, that all of that goes back."""
    paid = payments.payment(order_id=order_id).captured
    packed = ordering.order(order_id=ordering.OrderId(order_id)).charged is not None
    amount = str(paid) if paid and not packed else ""
    kind = Kind.ORDER_CANCELLED
    queue_message(kind=kind, event_id=event_id, order_id=order_id, now=now, reason=reason, amount=amount)


@transaction.atomic
def queue_odd_transfer(*, event_id: UUID, order_id: UUID | None, reason: str, amount: Money, now: datetime) -> None:
    """Tell a customer that a transfer is here and what is odd about it, or that it was sent back; nobody where its
    memo names no order, and nothing of what only the store has to know."""
    if order_id and reason in policies.ODD_TRANSFERS:
        kind = Kind.TRANSFER_ODD
        queue_message(kind=kind, event_id=event_id, order_id=order_id, now=now, reason=reason, amount=str(amount))


@transaction.atomic
def queue_message(
    *,
    kind: Kind,
    event_id: UUID,
    order_id: UUID,
    now: datetime,
    reason: str = "",
    question: ordering.Substitution | ordering.WeightQuestion | None = None,
    back: ordering.ReturnView | None = None,
    amount: str = "",
    until: datetime | None = None,
) -> None:
    """Write the message about this fact in the customer's language and tell that it waits; once per fact."""
    order = ordering.order(order_id=ordering.OrderId(order_id))
    about: dict[str, Any] = {"reason": reason, "question": question, "back": back, "amount": amount, "until": until}

    def words(language: str, name: str) -> Rendered:
        return render(kind=kind, language=language, order=order, name=name, **about)

    _queue(kind, event_id, order.customer_id, words, now, order_id=order_id)


@transaction.atomic
def queue_credit(*, event_id: UUID, customer_id: UUID, amount: Money, reason: str, now: datetime) -> None:
    """Tell a customer what they may spend; `reason`: what staff wrote, "" where a transfer became store credit."""
    balance = payments.credit_of(customer_id=customer_id)

    def words(language: str, name: str) -> Rendered:
        return render_credit(language=language, name=name, amount=amount, balance=balance, reason=reason)

    _queue(Kind.CREDIT_GIVEN, event_id, customer_id, words, now)


def _queue(
    kind: Kind,
    event_id: UUID,
    customer_id: UUID,
    words_in: Callable[[str, str], Rendered],
    now: datetime,
    *,
    order_id: UUID | None = None,
) -> None:
    """The message to that customer, once per fact; nothing where nobody is left to tell."""
    if models.Message.objects.about(event_id, kind, Channel.EMAIL).exists():
        return
    try:
        contact = accounts.contact(customer_id=accounts.CustomerId(customer_id))
    except NotFound:
        log.info("nobody to tell", kind=kind.value, order_id=str(order_id))
        return
    language = policies.spoken_language(contact.language)
    words = words_in(language, contact.name)
    message = models.Message.objects.create(
        id=(message_id := new_id()),
        event_id=event_id,
        kind=kind.value,
        channel=Channel.EMAIL.value,
        customer_id=customer_id,
        order_id=order_id,
        language=language,
        to=contact.email,
        **asdict(words),
        reference=reference(message_id),
        happened_at=policies.happened_at(event_id),
        written_at=now,
    )
    publish(MessageQueued(message_id=message.id))
