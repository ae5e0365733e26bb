"""Stripe's objects in our words, of any API version."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from grocery.payments.contracts import PaymentState, RefundState
from grocery.payments.policies import KeptCard, Observation, RefundSeen
from grocery.payments.policies.disputes import DisputeSeen, DisputeState

_STATES: Final = {
    "requires_payment_method": PaymentState.PENDING,
    "requires_confirmation": PaymentState.PENDING,
    "requires_action": PaymentState.PENDING,
    "processing": PaymentState.PENDING,
    "requires_capture": PaymentState.AUTHORISED,
    "succeeded": PaymentState.CAPTURED,
    "canceled": PaymentState.CANCELLED,
}
_REFUND_STATES: Final = {
    "pending": RefundState.PENDING,
    "requires_action": RefundState.PENDING,
    "succeeded": RefundState.SUCCEEDED,
    "failed": RefundState.OWED,
    "canceled": RefundState.OWED,
}


_DISPUTE_STATES: Final = {
    "warning_needs_response": DisputeState.INQUIRY,
    "warning_under_review": DisputeState.INQUIRY_REVIEW,
    "warning_closed": DisputeState.CLOSED,
    "needs_response": DisputeState.NEEDS_RESPONSE,
    "under_review": DisputeState.UNDER_REVIEW,
    "won": DisputeState.WON,
    "lost": DisputeState.LOST,
    "prevented": DisputeState.CLOSED,
}


def observe(intent: Mapping[str, Any]) -> Observation:
    """Read a PaymentIntent of any API version.

    Until 2022-11-15 it carried its charges, since then `latest_charge` (an id, or the charge itself when expanded).
    """
    charge = _last_charge(intent)
    error = intent.get("last_payment_error") or {}
    card = (charge.get("payment_method_details") or {}).get("card") or {}
    deadline = card.get("capture_before")
    keeps = intent.get("setup_future_usage") == "off_session" and bool(intent.get("customer"))
    return Observation(
        reference=intent["id"],
        state=_STATES[intent["status"]],
        amount=intent["amount"],
        currency=intent["currency"],
        captured=intent.get("amount_received") or 0,
        failure_code=str(error.get("decline_code") or error.get("code") or "")[:64],
        attempt=_attempt(intent, charge, error) if error else "",
        payment_id=_uuid((intent.get("metadata") or {}).get("payment_id")),
        capture_before=datetime.fromtimestamp(deadline, UTC) if deadline else None,
        client_secret=intent.get("client_secret") or "",
        keeps=keeps,
        card=_kept(intent.get("payment_method"), card) if keeps else None,
    )


def _kept(method: Any, card: Mapping[str, Any]) -> KeptCard | None:
    """The card that was paid with; None as long as nothing was."""
    name = method.get("id") if isinstance(method, Mapping) else method
    if not name or not card.get("last4"):
        return None
    month, year = int(card.get("exp_month") or 0), int(card.get("exp_year") or 0)
    return KeptCard(str(name)[:100], str(card.get("brand") or "")[:20], str(card["last4"])[-4:], month, year)


def observe_refund(refund: Mapping[str, Any]) -> RefundSeen:
    """Read a Refund. https://docs.stripe.com/api/refunds/object"""
    state = _REFUND_STATES[refund["status"]]
    return RefundSeen(
        reference=refund["id"],
        state=state,
        amount=refund["amount"],
        currency=refund["currency"],
        failure_code=str(refund.get("failure_reason") or refund["status"])[:64] if state is RefundState.OWED else "",
        call_id=_uuid((refund.get("metadata") or {}).get("refund_id")),
    )


def observe_dispute(dispute: Mapping[str, Any]) -> DisputeSeen:
    """Read a Dispute of any API version. https://docs.stripe.com/api/disputes/object

    Old ones name the charge alone, and say at the top until when evidence may come. What was withdrawn is in the
    currency of our balance: where that is another, the whole amount of the dispute stands for it, and no fee.
    """
    charge = dispute.get("charge")
    payment = dispute.get("payment_intent") or (charge.get("payment_intent") if isinstance(charge, Mapping) else "")
    due = (dispute.get("evidence_details") or {}).get("due_by") or dispute.get("evidence_due_by")
    moves = [move for move in dispute.get("balance_transactions") or [] if isinstance(move, Mapping)]
    sums = [
        (move["amount"], move.get("fee") or 0)
        if move.get("currency") == dispute["currency"]
        else (dispute["amount"] * (-1 if move["amount"] < 0 else 1), 0)
        for move in moves
    ]
    return DisputeSeen(
        reference=str(dispute["id"])[:100],
        payment=str((payment.get("id") if isinstance(payment, Mapping) else payment) or "")[:100],
        state=_DISPUTE_STATES[dispute["status"]],
        reason=str(dispute.get("reason") or "")[:64],
        amount=dispute["amount"],
        currency=dispute["currency"],
        opened_at=datetime.fromtimestamp(dispute["created"], UTC),
        answer_by=datetime.fromtimestamp(due, UTC) if due else None,
        withdrawn=-sum(amount for amount, _ in sums if amount < 0),
        reinstated=sum(amount for amount, _ in sums if amount > 0),
        fee=sum(fee for _, fee in sums if fee > 0),
    )


def _uuid(text: Any) -> UUID | None:
    try:
        return UUID(text)
    except (ValueError, TypeError, AttributeError):
        return None


def _attempt(intent: Mapping[str, Any], charge: Mapping[str, Any], error: Mapping[str, Any]) -> str:
    """What tells one failed attempt from the next: its charge; where authentication failed there is only the card."""
    method = error.get("payment_method") or {}
    return str(error.get("charge") or charge.get("id") or method.get("id") or intent["id"])[:100]


def _last_charge(intent: Mapping[str, Any]) -> Mapping[str, Any]:
    latest = intent.get("latest_charge")
    if isinstance(latest, Mapping):
        return latest
    charges = (intent.get("charges") or {}).get("data") or [{}]
    return {"id": latest} if latest else charges[0]
