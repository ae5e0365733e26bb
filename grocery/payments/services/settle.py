"""Bring what we want of a provider to a decision, whatever has happened in between."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from django.db import transaction

from grocery.kernel import statements
from grocery.kernel.outbox import publish
from grocery.payments.contracts import PaymentRefused, PaymentState
from grocery.payments.gateways.provider import OutcomeUnknown, Refused
from grocery.payments.models import Bill, Payment, ProviderCall, RefundPart
from grocery.payments.policies import CallState, LetGo, Operation, Standby
from grocery.payments.services.change_tender import not_changed
from grocery.payments.services.facts import facts_of_cancelled
from grocery.payments.services.intents import PATIENCE, intend
from grocery.payments.services.let_go import end_top_up
from grocery.payments.services.look import look
from grocery.payments.services.looks import next_look
from grocery.payments.services.make_call import make_call
from grocery.payments.services.observe_refunds import look_at_refunds
from grocery.payments.services.renewing import not_renewed

log = structlog.get_logger()
#: How long to leave a payment alone after its provider gave no answer.
PAUSE: Final = timedelta(seconds=20)


def settle(*, order_id: UUID, now: datetime) -> bool:
    """Bring to a decision what is open of any payment of the order; False when a provider does not answer."""
    unsettled = Payment.objects.with_open_calls(order_id)
    outcomes = [_settled(payment, now) for payment in unsettled]
    return all(outcomes)


def settle_payment(*, payment_id: UUID, now: datetime) -> bool:
    """Make the calls that are open, after a look at what has become of those that were made before.

    False when the provider does not answer: the doubt is noted, and `reconcile` comes back to it. A top-up whose time
    is over ends in either case; should it turn out to be paid, it is let go.
    """
    return _settled(Payment.objects.get(id=payment_id), now)


def _settled(payment: Payment, now: datetime) -> bool:
    settled = True
    try:
        _settle(payment, now)
    except (OutcomeUnknown, Refused) as error:
        log.warning("payment_unsettled", order_id=str(payment.order_id), code=error.code)
        settled = False
    _finish(payment.id, now, come_back=None if settled else now + PAUSE)
    return settled


def _settle(payment: Payment, now: datetime) -> None:
    if not payment.is_final():
        _settle_itself(payment, now)
    _settle_refunds(payment, now)


def _settle_itself(payment: Payment, now: datetime) -> None:
    """The payment must have begun before anything else can be asked; what was asked before is looked at first."""
    calls = payment.calls.of_payments().open()
    if not payment.reference:
        _finish_beginning(payment, now)
        payment.refresh_from_db()
    elif not calls.exists() or calls.tried().exists():
        look(payment=payment, now=now)
    if not payment.reference:
        return
    for call in calls.all():
        try:
            make_call(call_id=_with_fresh_key(call, now).id, now=now)
        except PaymentRefused:
            look(payment=payment, now=now)


def _settle_refunds(payment: Payment, now: datetime) -> None:
    """Look at those that were asked for, ask for those that were not; one that is refused is owed from then on."""
    calls = _open_refunds(payment)
    if any(call.attempts for call in calls) or RefundPart.objects.to_look_at_of(payment.id):
        look_at_refunds(payment=payment, now=now)
        calls = _open_refunds(payment)
    for call in (call for call in calls if call.is_due(now)):
        with suppress(PaymentRefused):
            make_call(call_id=_with_fresh_key(call, now).id, now=now)


def _open_refunds(payment: Payment) -> list[ProviderCall]:
    return [call for call in ProviderCall.objects.about(payment.id) if call.is_open() and call.part_id]


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
def _finish(payment_id: UUID, now: datetime, *, come_back: datetime | None) -> None:
    """A top-up that waits for its customer beyond its time is given up; what is unsettled is looked at again."""
    bill, payment = Bill.locked_with(payment_id)
    if ProviderCall.objects.has_one_open(payment.id):
        come_back = come_back or payment.calls.open().wait_until() or now + PATIENCE
    if payment.is_awaited() and payment.pay_until and payment.pay_until <= now:
        if payment.standby == Standby.CHANGE:
            not_changed(payment, now=now)
        elif payment.standby:
            not_renewed(payment, now=now)
        else:
            end_top_up(bill, payment, LetGo.NOT_PAID, now=now)
    elif come_back or payment.is_final():
        look_at, payment.look_at = payment.look_at, come_back or next_look(payment, now)
        if payment.look_at != look_at:
            statements.update(payment, "look_at")


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


def _with_fresh_key(call: ProviderCall, now: datetime) -> ProviderCall:
    """The call itself, or its next revision where the provider would only repeat an error under the old key."""
    return _renewed(call.id, now) if call.has_spent_its_key() else call


@transaction.atomic
def _renewed(call_id: UUID, now: datetime) -> ProviderCall:
    _, call = Bill.locked_with_call(call_id)
    if not call.has_spent_its_key():
        return call
    call.state, call.decided_at = CallState.REFUSED, now
    call.save(update_fields=["state", "decided_at"])
    return intend(call.payment, Operation(call.operation), request=call.request, now=now, part=call.part)
