"""Bring what we want of a provider to a decision, whatever has happened in between."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from django.db import transaction

from grocery.kernel.outbox import publish
from grocery.payments.contracts import PaymentRefused, PaymentState
from grocery.payments.events import PaymentCancelled
from grocery.payments.gateways.provider import OutcomeUnknown, Refused
from grocery.payments.models import Payment, ProviderCall
from grocery.payments.policies import CallState, Operation
from grocery.payments.services.intents import intend
from grocery.payments.services.look import look
from grocery.payments.services.make_call import make_call

log = structlog.get_logger()
#: How long to leave a payment alone after its provider gave no answer.
PAUSE: Final = timedelta(seconds=20)


def settle(*, order_id: UUID, now: datetime) -> bool:
    """Make the calls that are open, after a look at what has become of those that were made before.

    False when the provider does not answer: the doubt is noted, and `reconcile` comes back to it.
    """
    payment = Payment.objects.of_order(order_id)
    try:
        _settle(payment, now)
    except (OutcomeUnknown, Refused) as error:
        log.warning("payment_unsettled", order_id=str(order_id), code=error.code)
        _come_back(payment.id, now + PAUSE)
        return False
    return True


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
def _cancel_what_never_began(payment_id: UUID, now: datetime) -> None:
    """The provider never heard of it, so there is nobody to tell that it is off."""
    payment = Payment.objects.locked().get(id=payment_id)
    if payment.cancel_requested_at is None or payment.is_final() or payment.reference:
        return
    payment.state, payment.cancelled_at, payment.look_at = PaymentState.CANCELLED, now, None
    payment.save(update_fields=["state", "cancelled_at", "look_at"])
    payment.calls.open().overtaken(now)
    publish(PaymentCancelled(order_id=payment.order_id))


@transaction.atomic
def _with_fresh_key(call: ProviderCall, now: datetime) -> ProviderCall:
    """The call itself, or its next revision where the provider would only repeat an error under the old key."""
    payment = Payment.objects.locked().get(id=call.payment_id)
    call.refresh_from_db()
    if call.state != CallState.UNKNOWN or not call.answer.get("key_spent"):
        return call
    call.state, call.decided_at = CallState.REFUSED, now
    call.save(update_fields=["state", "decided_at"])
    return intend(payment, Operation(call.operation), request=call.request, now=now)


@transaction.atomic
def _come_back(payment_id: UUID, when: datetime) -> None:
    payment = Payment.objects.locked().get(id=payment_id)
    if not payment.is_final():
        payment.look_at = when
        payment.save(update_fields=["look_at"])
