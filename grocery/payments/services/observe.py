"""What a provider says of a payment becomes our state, and the facts that follow from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction
from prometheus_client import Counter

from grocery.kernel import statements
from grocery.kernel.money import dong
from grocery.kernel.outbox import publish
from grocery.payments.contracts import HELD, PaymentState
from grocery.payments.events import PaymentEvent
from grocery.payments.models import Bill, Payment, ProviderCall
from grocery.payments.policies import CallState, LetGo, Observation, Operation, follows, proves
from grocery.payments.services import money_facts
from grocery.payments.services.change_tender import make_room
from grocery.payments.services.excess import return_excess
from grocery.payments.services.facts import (
    facts_of_authorised,
    facts_of_cancelled,
    facts_of_captures,
    facts_of_failed,
)
from grocery.payments.services.looks import next_look
from grocery.payments.services.renewing import ask_the_customer
from grocery.payments.services.saved_cards import remember
from grocery.payments.services.shortfalls import fell_short
from grocery.payments.services.waiting_refunds import give_back

log = structlog.get_logger()
MISMATCHES = Counter("payments_amount_mismatches", "Payments whose amount or currency at the provider is not ours")


@transaction.atomic
def record(*, payment_id: UUID, seen: Observation, now: datetime) -> str:
    """Bring a payment up to what its provider says, in whatever order that arrives; what came of it, in one word."""
    bill, payment = Bill.locked_with(payment_id)
    if payment.reference not in {"", seen.reference}:
        return _stray(payment, seen)
    if not seen.is_for(payment.total):
        return _mismatch(payment, seen)
    if ProviderCall.objects.has_refused(payment.id, seen.reference):
        return _stray(payment, seen) if seen.state in HELD else "earlier_attempt"
    if seen.state is PaymentState.FAILED and (payment.is_held() or not payment.is_live()):  # none follows
        seen = replace(seen, state=PaymentState.CANCELLED)
    payment.reference = seen.reference
    payment.handoff = dict(seen.handoff) or payment.handoff
    payment.capture_before = seen.capture_before or payment.capture_before
    payment.kept_card = seen.card.reference if seen.card else payment.kept_card
    facts = [*_declined(payment, seen, now), *_moved(bill, payment, seen, now)]
    _settle_calls(payment, seen, now)
    payment.look_at = next_look(payment, now)
    statements.update(payment)
    publish(*facts)
    remember(payment, seen.card, now=now)
    if payment.is_final():
        return_excess(payment, now=now)
        give_back(bill, now=now)
    return "applied"


def _stray(payment: Payment, seen: Observation) -> str:
    """A second payment for the same: nothing of ours asked for it, so a person has to look at it."""
    log.error("payment_has_a_stray_twin", order_id=str(payment.order_id), reference=seen.reference)
    return "stray"


def _mismatch(payment: Payment, seen: Observation) -> str:
    """Somebody else's money, or a bug: nothing moves, and people are told."""
    MISMATCHES.inc()
    log.error("payment_amount_mismatch", order_id=str(payment.order_id), reference=seen.reference)
    return "mismatch"


def _declined(payment: Payment, seen: Observation, now: datetime) -> list[PaymentEvent]:
    """An attempt failed; the payment stays open for the next. Each attempt is told once."""
    if seen.state is not PaymentState.PENDING or seen.attempt in {"", payment.failed_attempt}:
        return []
    if not follows(PaymentState(payment.state), PaymentState.AUTHORISED):
        return []
    payment.failed_attempt, payment.failure_code = seen.attempt, seen.failure_code
    return [*facts_of_failed(payment), *ask_the_customer(payment, seen.failure_code, now=now)]


def _moved(bill: Bill, payment: Payment, seen: Observation, now: datetime) -> list[PaymentEvent]:
    """Move on if this is news, and name the facts that have become true; a capture implies its authorisation."""
    if not follows(PaymentState(payment.state), seen.state):
        return []
    if PaymentState.FAILED in {payment.state, seen.state}:
        payment.failure_code = seen.failure_code
    payment.state = seen.state
    if payment.state == PaymentState.FAILED:
        return _failed_for_good(payment, seen, now)
    facts: list[PaymentEvent] = []
    if payment.is_held() and payment.authorised_at is None:
        payment.authorised_at, payment.failure_code = now, ""
        facts += [*facts_of_authorised(payment), *make_room(bill, payment, now=now)]
    if seen.state is PaymentState.CAPTURED:
        payment.captured, payment.captured_at = seen.captured, now
        facts += [*facts_of_captures(bill), money_facts.taken(payment, now=now)]
    if seen.state is PaymentState.CANCELLED:
        payment.cancelled_at = now
        if payment.to_capture and payment.let_go != LetGo.ORDER_OFF:
            fell_short(payment, dong(payment.to_capture), "hold_lost", now=now)
        facts += [*facts_of_cancelled(bill, payment), *(facts_of_captures(bill) if payment.to_capture else ())]
    return facts


def _failed_for_good(payment: Payment, seen: Observation, now: datetime) -> list[PaymentEvent]:
    """Nobody can pay under this reference any more; the next attempt gets another. Told where its customer tried."""
    payment.calls.to_begin().not_refused().failed(seen.reference, seen.failure_code, now)
    payment.reference, payment.handoff = "", {}
    return facts_of_failed(payment) if seen.attempt else []


def _settle_calls(payment: Payment, seen: Observation, now: datetime) -> None:
    """Calls that this proves to have taken effect are done; those that a final state has overtaken never will be."""
    for call in ProviderCall.objects.about(payment.id):
        if not call.is_open() or call.operation == Operation.REFUND:
            continue
        if proves(seen.state, Operation(call.operation)):
            call.state = CallState.DONE
        elif payment.is_final():
            call.state, call.error = CallState.REFUSED, call.error or f"payment_{payment.state}"
        else:
            continue
        call.decided_at = now
        call.answer = {"reference": seen.reference, "state": seen.state, "captured": seen.captured}
        statements.update(call, "state", "error", "decided_at", "answer")
