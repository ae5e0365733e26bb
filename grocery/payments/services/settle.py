"""Bring what we want of a provider to a decision, whatever has happened in between."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from django.db import transaction

from grocery.kernel.outbox import publish
from grocery.payments.contracts import PaymentRefused, PaymentState
from grocery.payments.gateways.provider import OutcomeUnknown, Refused
from grocery.payments.models import Bill, Payment, ProviderCall
from grocery.payments.policies import CallState, LetGo, Operation
from grocery.payments.services.facts import facts_of_cancelled
from grocery.payments.services.intents import intend
from grocery.payments.services.let_go import end_top_up
from grocery.payments.services.look import look
from grocery.payments.services.make_call import make_call

log = structlog.get_logger()
#: How long to leave a payment alone after its provider gave no answer.
PAUSE: Final = timedelta(seconds=20)


def settle(*, order_id: UUID, now: datetime) -> bool:
    """Bring to a decision what is open of any payment of the order; False when a provider does not answer."""
    unsettled = Payment.objects.of_order(order_id).with_open_calls()
    outcomes = [settle_payment(payment_id=payment.id, now=now) for payment in unsettled]
    return all(outcomes)


def settle_payment(*, payment_id: UUID, now: datetime) -> bool:
    """Make the calls that are open, after a look at what has become of those that were made before.

    False when the provider does not answer: the doubt is noted, and `reconcile` comes back to it. A top-up whose time
    is over ends in either case; should it turn out to be paid, it is let go.
    """
    payment = Payment.objects.get(id=payment_id)
    settled = True
    try:
        _settle(payment, now)
    except (OutcomeUnknown, Refused) as error:
        log.warning("payment_unsettled", order_id=str(payment.order_id), code=error.code)
        _come_back(payment.id, now + PAUSE)
        settled = False
    _end_if_late(payment_id, now)
    return settled


def _settle(payment: Payment, now: datetime) -> None:
    """The payment must have begun before anything else can be asked; what was asked before is looked at first."""
    if not payment.reference:
        _finish_beginning(payment, now)
        payment.refresh_from_db()
    elif not payment.calls.open().first() or payment.calls.open().tried().exists():
        look(payment=payment, now=now)
    if not payment.reference:
        return
    for call in payment.calls.open():
        try:
            make_call(call_id=_with_fresh_key(call, now).id, now=now)
        except PaymentRefused:
            look(payment=payment, now=now)


def _finish_beginning(payment: Payment, now: datetime) -> None:
    call = payment.calls.to(Operation.AUTHORISE).open().first()
    try:
        if call:
            make_call(call_id=_with_fresh_key(call, now).id, now=now)
            return
    except PaymentRefused:
        log.warning("payment_could_not_begin", order_id=str(payment.order_id))
    _cancel_what_never_began(payment.id, now)


@transaction.atomic
def _end_if_late(payment_id: UUID, now: datetime) -> None:
    """A top-up that waits for its customer beyond its time is given up."""
    _, payment = Bill.locked_with(payment_id)
    if payment.is_waiting() and payment.pay_until and payment.pay_until <= now:
        end_top_up(payment, LetGo.NOT_PAID, now=now)


@transaction.atomic
def _cancel_what_never_began(payment_id: UUID, now: datetime) -> None:
    """The provider never heard of it, so there is nobody to tell that it is off."""
    bill, payment = Bill.locked_with(payment_id)
    if payment.cancel_requested_at is None or payment.is_final() or payment.reference:
        return
    payment.state, payment.cancelled_at, payment.look_at = PaymentState.CANCELLED, now, None
    payment.save(update_fields=["state", "cancelled_at", "look_at"])
    payment.calls.open().overtaken(now)
    publish(*facts_of_cancelled(bill, payment))


@transaction.atomic
def _with_fresh_key(call: ProviderCall, now: datetime) -> ProviderCall:
    """The call itself, or its next revision where the provider would only repeat an error under the old key."""
    _, call = Bill.locked_with_call(call.id)
    if call.state != CallState.UNKNOWN or not call.answer.get("key_spent"):
        return call
    call.state, call.decided_at = CallState.REFUSED, now
    call.save(update_fields=["state", "decided_at"])
    return intend(call.payment, Operation(call.operation), request=call.request, now=now)


@transaction.atomic
def _come_back(payment_id: UUID, when: datetime) -> None:
    _, payment = Bill.locked_with(payment_id)
    if not payment.is_final():
        payment.look_at = when
        payment.save(update_fields=["look_at"])
