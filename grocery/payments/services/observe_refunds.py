"""What a provider says of refunds becomes our state, and the facts that follow from it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from django.db import transaction
from prometheus_client import Counter

from grocery.kernel import statements
from grocery.kernel.money import dong
from grocery.kernel.outbox import publish
from grocery.payments.contracts import RefundState
from grocery.payments.events import RefundFailed, RefundSucceeded
from grocery.payments.gateways.registry import provider
from grocery.payments.models import Bill, Payment, ProviderCall, Refund, RefundPart
from grocery.payments.policies import RETRIED_FOR, CallState, Operation, RefundSeen, refund_after
from grocery.payments.services.intents import intend
from grocery.payments.services.looks import next_look
from grocery.payments.services.money_facts import moved_back

_ON_THEIR_WAY: Final = {RefundState.REQUESTED, RefundState.PENDING}
log = structlog.get_logger()
STRAYS = Counter("payments_stray_refunds", "Refunds at a provider for which there is no room in what was captured")
REFUNDS = Counter("payments_refunds", "Parts of refunds, by what became of them", ["outcome"])


def look_at_refunds(*, payment: Payment, now: datetime) -> None:
    """Ask the provider about all refunds of a payment, and believe it. Raises OutcomeUnknown, Refused."""
    record_refunds(
        payment_id=payment.id, seen=provider(payment.provider).refunds(reference=payment.reference), now=now
    )


@transaction.atomic
def record_refunds(*, payment_id: UUID, seen: Sequence[RefundSeen], now: datetime) -> None:
    """Bring the refunds of a payment up to what its provider says, in whatever order that arrives."""
    _, payment = Bill.locked_with(payment_id)
    for refund in seen:
        _record(payment, refund, now)
    payment.look_at = next_look(payment, now)
    statements.update(payment, "look_at")


def _record(payment: Payment, seen: RefundSeen, now: datetime) -> None:
    call = next(
        (one for one in ProviderCall.objects.about(payment.id) if one.id == seen.call_id and one.part_id), None
    )
    part = RefundPart.objects.asked_by(call) if call else RefundPart.objects.known_as(payment.id, seen.reference)
    if part is None:
        _adopt(payment, seen, now)
    elif part.reference not in {"", seen.reference} or (part.reference == "" and call and call.is_refused()):
        _of_an_earlier_try(payment, seen)
    elif (seen.amount, seen.currency.upper()) != (part.amount, part.total.currency):
        _stray(payment, seen)
    else:
        if call:
            _decide(call, seen, now)
        part.reference = seen.reference
        by_hand = part.handed_back_by is not None
        state = refund_after(RefundState(part.state), seen.state, by_hand=by_hand)
        if state is RefundState.OWED and part.state in _ON_THEIR_WAY:
            refused(payment, part, seen.failure_code, now)
        else:
            move(payment, part, state, seen.failure_code, now)


def _decide(call: ProviderCall, seen: RefundSeen, now: datetime) -> None:
    """It took effect; one that failed afterwards is refused, so that it may be asked for anew."""
    state = CallState.REFUSED if seen.state is RefundState.OWED else CallState.DONE
    if call.state != state:
        call.state, call.decided_at, call.error = state, now, seen.failure_code
        call.answer = {"reference": seen.reference, "state": seen.state}
        statements.update(call, "state", "decided_at", "error", "answer")


def _of_an_earlier_try(payment: Payment, seen: RefundSeen) -> None:
    """One that failed before we asked again is old news; any other gave money back twice."""
    if seen.state is not RefundState.OWED:
        _stray(payment, seen)


def _stray(payment: Payment, seen: RefundSeen) -> None:
    STRAYS.inc()
    log.error("payment_has_a_stray_refund", order_id=str(payment.order_id), reference=seen.reference)


def _adopt(payment: Payment, seen: RefundSeen, now: datetime) -> None:
    """Somebody gave money back at the provider: count it, so that it is not given back again."""
    if seen.state is RefundState.OWED:
        return
    amount = dong(seen.amount)
    if seen.currency.upper() != amount.currency or amount > payment.refundable():
        _stray(payment, seen)
        return
    refund = Refund.objects.create(
        order_id=payment.order_id,
        key=f"provider:{seen.reference}"[:100],
        amount=amount.minor,
        reason="made_at_provider",
        requested_at=now,
    )
    payment.promise_back(amount)
    part = RefundPart.objects.create(
        refund=refund, payment=payment, amount=amount.minor, reference=seen.reference, state=RefundState.PENDING
    )
    move(payment, part, seen.state, "", now)


def refused(payment: Payment, part: RefundPart, code: str, now: datetime) -> None:
    """The provider would not, under the bill's lock: a person has to see to it, unless it says that it may later.

    Then it is asked anew after the time that it names, as a refund of another name, for as long as `RETRIED_FOR`.
    """
    pause = provider(payment.provider).refund_later.get(code)
    if pause is None or now + pause > part.refund.requested_at + RETRIED_FOR:
        move(payment, part, RefundState.OWED, code, now)
        return
    part.reference, part.failure_code = "", code
    move(payment, part, RefundState.REQUESTED, code, now)
    again = {"amount": part.amount}
    intend(payment, Operation.REFUND, request=again, now=now, part=part, not_before=now + pause)


def move(payment: Payment, part: RefundPart, state: RefundState, code: str, now: datetime) -> None:
    """Bring a part of a refund to `state`, under the bill's lock: count it, and tell what others are to hear."""
    before, part.state = RefundState(part.state), state
    if before is not state:
        if RefundState.SUCCEEDED in {before, state}:
            payment.count_as_refunded(part.total, given=state is RefundState.SUCCEEDED)
        part.settled_at = now if state is RefundState.SUCCEEDED else None
        part.failure_code = code
        REFUNDS.labels(state.value).inc()
    statements.update(part)
    if before is not state:
        publish(*_facts(part, code), *moved_back(payment, part, before, now=now))


def _facts(part: RefundPart, code: str) -> list[RefundSucceeded | RefundFailed]:
    refund = part.refund
    if part.state == RefundState.OWED:
        return [RefundFailed(order_id=refund.order_id, refund_id=refund.id, key=refund.key, code=code)]
    if part.state == RefundState.SUCCEEDED and refund.all_given():
        given = refund.view().amount
        return [RefundSucceeded(order_id=refund.order_id, refund_id=refund.id, key=refund.key, amount=given)]
    return []
