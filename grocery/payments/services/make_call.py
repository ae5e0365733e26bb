"""Ask a provider for what has been written down: mark it sent, ask, write down the answer; three separate steps."""

from __future__ import annotations

from datetime import datetime
from typing import cast
from uuid import UUID

import structlog
from django.db import transaction

from grocery.kernel import statements
from grocery.kernel.money import dong
from grocery.kernel.outbox import publish
from grocery.payments.contracts import PaymentRefused, PaymentState, RefundState
from grocery.payments.events import PaymentEvent
from grocery.payments.gateways import breaker
from grocery.payments.gateways.provider import AWAY, CardKeeper, OutcomeUnknown, PaymentProvider, Refused, Wanted
from grocery.payments.gateways.registry import provider
from grocery.payments.models import Bill, Payment, ProviderCall, RefundPart
from grocery.payments.policies import OPEN, CallState, Observation, Operation, RefundSeen
from grocery.payments.policies.disputes import HELD
from grocery.payments.services.facts import facts_of_captures, facts_of_failed
from grocery.payments.services.held_refunds import drop_what_banks_gave
from grocery.payments.services.observe import record
from grocery.payments.services.observe_refunds import move, record_refunds, refused
from grocery.payments.services.renewing import ask_the_customer
from grocery.payments.services.shortfalls import fell_short
from grocery.payments.services.waiting_refunds import give_back

log = structlog.get_logger()


def make_call(*, call_id: UUID, now: datetime) -> Observation | None:
    """Make the call and record what came of it; None when it has been decided already, and for a refund.

    Made again after a crash it repeats itself under the same key. Raises OutcomeUnknown, with the doubt noted, when
    there is no answer; PaymentRefused when the answer is no.
    """
    if breaker.is_away(ProviderCall.objects.provider_of(call_id)):
        raise OutcomeUnknown(AWAY)  # and it stays as it is: nobody was asked
    call = _sent(call_id, now)
    if call is None:
        return None
    try:
        seen = _ask(provider(call.payment.provider), call)
    except OutcomeUnknown as error:
        _note(call_id, CallState.UNKNOWN, error.code, now, key_spent=error.key_spent)
        raise
    except Refused as error:
        _note(call_id, CallState.REFUSED, error.code, now)
        raise PaymentRefused(error.code) from None
    if isinstance(seen, RefundSeen):
        record_refunds(payment_id=call.payment_id, seen=[seen], now=now)
        return None
    record(payment_id=call.payment_id, seen=seen, now=now)
    return seen


def _ask(gateway: PaymentProvider, call: ProviderCall) -> Observation | RefundSeen:
    reference, request = call.payment.reference, call.request
    match Operation(call.operation):
        case Operation.AUTHORISE:
            wanted = Wanted(
                dong(request["amount"]),
                request["metadata"],
                request.get("return_url", ""),
                holder=request.get("holder", ""),
                keep=request.get("keep", False),
            )
            return gateway.authorise(wanted=wanted, key=call.key)
        case Operation.CONFIRM:
            card, back = request["card"], request["return_url"]
            return cast("CardKeeper", gateway).confirm(reference=reference, card=card, return_url=back, key=call.key)
        case Operation.CAPTURE:
            return gateway.capture(reference=reference, amount=dong(request["amount"]), key=call.key)
        case Operation.CANCEL:
            return gateway.cancel(reference=reference, key=call.key)
        case Operation.REFUND:
            amount = dong(request["amount"])
            return gateway.refund(reference=reference, amount=amount, refund_id=str(call.id), key=call.key)


@transaction.atomic
def _sent(call_id: UUID, now: datetime) -> ProviderCall | None:
    _, call = Bill.locked_with_call(call_id)
    if call.state not in OPEN:
        return None
    if call.part and not call.sent_at and call.payment.disputes.blocking().exists():
        _hold(call, call.part, now)
        return None
    call.state, call.sent_at, call.attempts = CallState.SENT, now, call.attempts + 1
    statements.update(call, "state", "sent_at", "attempts")
    return call


def _hold(call: ProviderCall, part: RefundPart, now: datetime) -> None:
    """The dispute was faster than the refund: nobody is asked."""
    call.state, call.error, call.decided_at = CallState.REFUSED, HELD, now
    statements.update(call, "state", "error", "decided_at")
    move(call.payment, part, RefundState.OWED, HELD, now)


@transaction.atomic
def _note(call_id: UUID, state: CallState, code: str, now: datetime, *, key_spent: bool = False) -> None:
    """No success: what is known of it, unless somebody has found out more in the meantime."""
    bill, call = Bill.locked_with_call(call_id)
    if call.state not in OPEN:
        return
    call.state, call.error, call.answer = state, code, {"key_spent": key_spent}
    call.decided_at = now if state is CallState.REFUSED else None
    statements.update(call, "state", "error", "answer", "decided_at")
    log.warning("payment_call_without_success", key=call.key, state=str(state), code=code)
    if state is CallState.REFUSED:
        if call.part:
            refused(call.payment, call.part, code, now)
            drop_what_banks_gave(call.payment, now=now)
        else:
            _take_back(bill, call.payment, Operation(call.operation), code, now)


def _take_back(bill: Bill, payment: Payment, operation: Operation, code: str, now: datetime) -> None:
    """What we wanted will not be; it may be asked for anew."""
    payment.failure_code = code
    if operation is Operation.CAPTURE:
        _not_taken(bill, payment, code, now)
        return
    facts: list[PaymentEvent] = []
    if operation is Operation.AUTHORISE:
        payment.state = PaymentState.FAILED
        facts += facts_of_failed(payment)
    if operation in {Operation.AUTHORISE, Operation.CONFIRM}:
        facts += ask_the_customer(payment, code, now=now)
    payment.save(update_fields=["failure_code", "state", "standby", "look_at"])
    publish(*facts)


def _not_taken(bill: Bill, payment: Payment, code: str, now: datetime) -> None:
    """So much is missing now; what waited for it to be taken waits no longer."""
    missing, payment.to_capture = dong(payment.to_capture or 0), None
    payment.save(update_fields=["failure_code", "to_capture"])
    publish(*facts_of_captures(bill))
    if missing:
        fell_short(payment, missing, code, now=now)
        give_back(bill, now=now)
