"""PaymentIntents, their charges and refunds: the state machine of https://docs.stripe.com/payments/paymentintents/lifecycle."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.sandbox.clock import Clock
from tests.sandbox.dispatch import new_id
from tests.sandbox.store import Document, Store
from tests.sandbox.stripe.cards import OWN_CODE, WANTS_ITS_OWNER, Card
from tests.sandbox.stripe.errors import ApiError, invalid, missing
from tests.sandbox.stripe.wallets import Wallets

LARGEST = 99_999_999
#: Half a US dollar, by a made-up and steady rate of 26,000 ₫.
SMALLEST = {"vnd": 13_000, "usd": 50, "eur": 50}
HOLD_SECONDS = 7 * 86_400
#: Where the merchant begins it, Visa holds for four days and 18 hours; so does everybody here.
MERCHANTS_HOLD_SECONDS = 4 * 86_400 + 18 * 3_600
#: How long evidence is waited for, and what a dispute costs in any case.
EVIDENCE_SECONDS, DISPUTE_FEE = 9 * 86_400, 390_000
#: How long `processing` lasts, and a refund is `pending`.
SLOW_SECONDS = 5

Emit = Callable[[str, Document], None]


class Intents:
    """All PaymentIntents of one account. Callers hold the store's lock."""

    def __init__(self, store: Store, clock: Clock, emit: Emit) -> None:
        self._store, self._clock, self._emit = store, clock, emit
        self.wallets = Wallets(store, clock)

    # --- reading ------------------------------------------------------------------------------------------------
    def get(self, key: str) -> Document:
        intent = self._store.get("payment_intent", key)
        if intent is None:
            raise missing("payment_intent", key)
        return intent

    def charge(self, key: str) -> Document:
        charge = self._store.get("charge", key)
        if charge is None:
            raise missing("charge", key)
        return charge

    # --- the life of an intent ------------------------------------------------------------------------------------
    def create(
        self,
        *,
        amount: int,
        currency: str,
        capture_method: str,
        metadata: Document,
        description: str,
        customer: str | None = None,
        setup_future_usage: str | None = None,
    ) -> Document:
        _check_amount(amount, currency)
        key = new_id("pi")
        intent: Document = {
            "id": key,
            "object": "payment_intent",
            "amount": amount,
            "amount_capturable": 0,
            "amount_received": 0,
            "automatic_payment_methods": {"allow_redirects": "always", "enabled": True},
            "canceled_at": None,
            "cancellation_reason": None,
            "capture_method": capture_method,
            "client_secret": f"{key}_secret_{secrets.token_urlsafe(18)}",
            "confirmation_method": "automatic",
            "created": int(self._clock.now()),
            "currency": currency,
            "customer": customer,
            "description": description or None,
            "last_payment_error": None,
            "latest_charge": None,
            "livemode": False,
            "metadata": metadata,
            "next_action": None,
            "payment_method": None,
            "payment_method_types": ["card"],
            "setup_future_usage": setup_future_usage,
            "status": "requires_payment_method",
        }
        self._save(intent, "payment_intent.created")
        return intent

    def update(self, key: str, changes: Document) -> Document:
        intent = self._in(key, {"requires_payment_method", "requires_confirmation", "requires_action"}, "update")
        intent |= changes
        self._store.put("payment_intent", key, intent)
        return intent

    def confirm(
        self,
        key: str,
        card: Card,
        *,
        return_url: str,
        challenge_url: str,
        method: str = "",
        off_session: bool = False,
    ) -> Document:
        """The customer has given a card, or one is charged that is kept. Raises a 402 when the bank says no.

        `off_session`: the customer is not there, so a bank that wants them says no.
        """
        intent = self._in(key, {"requires_payment_method", "requires_confirmation", "requires_action"}, "confirm")
        intent |= {"payment_method": method or new_id("pm"), "last_payment_error": None, "next_action": None}
        self._store.put("card", key, {"number": card.number, "return_url": return_url, "away": off_session})
        if off_session and card.always:
            return self._ask_bank(intent, replace(card, decline=WANTS_ITS_OWNER))
        if card.challenge and not off_session:
            intent["status"] = "requires_action"
            intent["next_action"] = {
                "type": "redirect_to_url",
                "redirect_to_url": {"url": challenge_url, "return_url": return_url or None},
            }
            self._save(intent, "payment_intent.requires_action")
            return intent
        if card.slow:
            intent["status"] = "processing"
            self._after(SLOW_SECONDS, "processing", key)
            self._save(intent, "payment_intent.processing")
            return intent
        return self._ask_bank(intent, card)

    def authenticate(self, key: str, card: Card, *, passed: bool) -> Document:
        """The customer has come back from the bank's own page."""
        intent = self._in(key, {"requires_action"}, "authenticate")
        intent["next_action"] = None
        if passed:
            return self._ask_bank(intent, card)
        error = {
            "type": "card_error",
            "code": "payment_intent_authentication_failure",
            "message": "The provided PaymentMethod has failed authentication.",
            "payment_method": {"id": intent["payment_method"], "object": "payment_method", "type": "card"},
        }
        intent |= {"status": "requires_payment_method", "payment_method": None, "last_payment_error": error}
        self._save(intent, "payment_intent.payment_failed")
        return intent

    def capture(self, key: str, amount: int | None) -> Document:
        """Once, and at most what is held; the rest is let go."""
        intent = self._in(key, {"requires_capture"}, "capture")
        amount = intent["amount_capturable"] if amount is None else amount
        if not 0 < amount <= intent["amount_capturable"]:
            raise ApiError(
                400,
                "invalid_request_error",
                f"The requested capture amount is greater than the {intent['amount_capturable']} you may capture.",
                param="amount_to_capture",
                code="amount_too_large" if amount > 0 else "parameter_invalid_integer",
                began=True,
            )
        charge = self.charge(intent["latest_charge"])
        charge |= {"captured": True, "amount_captured": amount}
        intent |= {"status": "succeeded", "amount_received": amount, "amount_capturable": 0}
        self._save_charge(charge, "charge.captured")
        self._save(intent, "payment_intent.succeeded")
        return intent

    def cancel(self, key: str, reason: str | None) -> Document:
        open_states = {"requires_payment_method", "requires_confirmation", "requires_action", "requires_capture"}
        intent = self._in(key, open_states, "cancel")
        intent |= {"status": "canceled", "canceled_at": int(self._clock.now()), "cancellation_reason": reason}
        intent |= {"amount_capturable": 0, "next_action": None}
        self._save(intent, "payment_intent.canceled")
        return intent

    def refund(self, key: str, amount: int | None, metadata: Document) -> Document:
        """A part of what was captured, several times until nothing is left."""
        intent = self.get(key)
        if any(d["payment_intent"] == key and not d["is_charge_refundable"] for d in self._store.all("dispute")):
            raise _refund_error("This charge has been charged back and cannot be refunded.", "charge_disputed")
        charge = self.charge(intent["latest_charge"]) if intent["latest_charge"] else {"amount_captured": 0}
        left = charge["amount_captured"] - charge.get("amount_refunded", 0)
        if left <= 0:
            raise _refund_error("Charge has already been refunded.", "charge_already_refunded")
        amount = left if amount is None else amount
        if not 0 < amount <= left:
            raise _refund_error(f"Refund amount ({amount}) is greater than unrefunded amount ({left})", "")
        refund: Document = {
            "id": new_id("re"),
            "object": "refund",
            "amount": amount,
            "charge": charge["id"],
            "created": int(self._clock.now()),
            "currency": intent["currency"],
            "metadata": metadata,
            "payment_intent": key,
            "reason": None,
            "status": "pending",
        }
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
        self._after(SLOW_SECONDS, "refund", refund["id"])
        self._save_charge(charge, "charge.refunded")
        self.save_refund(refund, "refund.created")
        return refund

    # --- what time does -------------------------------------------------------------------------------------------
    def pass_time(self) -> None:
        """Holds expire, slow banks answer, refunds arrive."""
        now = self._clock.now()
        for timer in self._store.all("timer"):
            if timer["due"] <= now:
                self._store.drop("timer", timer["id"])
                getattr(self, f"_after_{timer['kind']}")(timer["id"])

    def _after_hold(self, key: str) -> None:
        intent = self.get(key)
        if intent["status"] == "requires_capture":
            charge = self.charge(intent["latest_charge"])
            self._save_charge(charge | {"refunded": True}, "charge.expired")
            self.cancel(key, "automatic")

    def _after_processing(self, key: str) -> None:
        intent = self.get(key)
        if intent["status"] == "processing":
            self._ask_bank(intent, Card("4000000000000077"))

    def _after_refund(self, key: str) -> None:
        refund = self._store.get("refund", key)
        if refund and refund["status"] == "pending":
            self.save_refund(refund | {"status": "succeeded"}, "refund.updated")

    def fail_refund(self, key: str) -> Document:
        """Days later the money comes back."""
        refund = self._store.get("refund", key)
        if refund is None:
            raise missing("refund", key)
        self.save_refund(refund | {"status": "failed", "failure_reason": "expired_or_canceled_card"}, "refund.failed")
        charge = self.charge(refund["charge"])
        charge |= {"amount_refunded": charge["amount_refunded"] - refund["amount"], "refunded": False}
        self._store.put("charge", charge["id"], charge)
        return refund

    def dispute(self, key: str, status: str = "needs_response") -> Document:
        """The customer's bank wants the money back, and takes it; with `warning_needs_response` it only asks."""
        intent = self.get(key)
        dispute: Document = {
            "id": new_id("du"),
            "object": "dispute",
            "amount": intent["amount_received"],
            "balance_transactions": [],
            "charge": intent["latest_charge"],
            "created": int(self._clock.now()),
            "currency": intent["currency"],
            "livemode": False,
            "metadata": {},
            "payment_intent": key,
            "reason": "fraudulent",
            "status": status,
            "evidence": {"customer_name": "Lan"},
            "evidence_details": {"due_by": int(self._clock.now()) + EVIDENCE_SECONDS, "has_evidence": False},
            "is_charge_refundable": status.startswith("warning"),
        }
        self._store.put("dispute", dispute["id"], dispute)
        self._emit("charge.dispute.created", dispute)
        if not status.startswith("warning"):
            self._settle_dispute(dispute, -1, "funds_withdrawn")
        return dispute

    def dispute_becomes(self, key: str, status: str) -> Document:
        """Evidence arrives, or the bank decides."""
        dispute = self.get_dispute(key)
        dispute["status"] = status
        dispute["is_charge_refundable"] = status == "won" or status.startswith("warning")
        self._store.put("dispute", key, dispute)
        over = status in {"won", "lost", "warning_closed"}
        self._emit(f"charge.dispute.{'closed' if over else 'updated'}", dispute)
        moves = [move["amount"] for move in dispute["balance_transactions"]]
        if status in {"needs_response", "lost"} and not moves:
            self._settle_dispute(dispute, -1, "funds_withdrawn")
        if status == "won" and sum(moves) < 0:
            self._settle_dispute(dispute, 1, "funds_reinstated")
        return dispute

    def get_dispute(self, key: str) -> Document:
        dispute = self._store.get("dispute", key)
        if dispute is None:
            raise missing("dispute", key)
        return dispute

    def _settle_dispute(self, dispute: Document, sign: int, event: str) -> None:
        move = {
            "id": new_id("txn"),
            "object": "balance_transaction",
            "amount": sign * dispute["amount"],
            "currency": dispute["currency"],
            "fee": DISPUTE_FEE if sign < 0 else 0,
            "type": "adjustment",
        }
        dispute["balance_transactions"].append(move)
        self._store.put("dispute", dispute["id"], dispute)
        self._emit(f"charge.dispute.{event}", dispute)

    def _after(self, seconds: float, kind: str, key: str) -> None:
        self._store.put("timer", key, {"id": key, "kind": kind, "due": self._clock.now() + seconds})

    # --- inside ---------------------------------------------------------------------------------------------------
    def _in(self, key: str, states: set[str], verb: str) -> Document:
        intent = self.get(key)
        if intent["status"] not in states:
            message = f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}."
            raise ApiError(
                400,
                "invalid_request_error",
                message,
                code="payment_intent_unexpected_state",
                began=True,
                payment_intent=intent,
            )
        return intent

    def _ask_bank(self, intent: Document, card: Card) -> Document:
        charge = self._new_charge(intent, card)
        intent["latest_charge"] = charge["id"]
        if card.decline:
            return self._declined(intent, charge, card)
        if self._store.get("payment_method", intent["payment_method"]) is None:
            kept_for = intent["customer"] if intent["setup_future_usage"] else None
            self.wallets.keep(intent["payment_method"], kept_for, card.number)
        if intent["capture_method"] == "manual":
            intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
            self._after(self._holds_for(intent), "hold", intent["id"])
            self._save_charge(charge, "charge.succeeded")
            self._save(intent, "payment_intent.amount_capturable_updated")
            return intent
        charge |= {"captured": True, "amount_captured": intent["amount"]}
        intent |= {"status": "succeeded", "amount_received": intent["amount"]}
        self._save_charge(charge, "charge.succeeded")
        self._save(intent, "payment_intent.succeeded")
        return intent

    def _declined(self, intent: Document, charge: Document, card: Card) -> Document:
        code, message = card.decline if card.decline in OWN_CODE else "card_declined", "Your card was declined."
        charge |= {
            "paid": False,
            "status": "failed",
            "failure_code": code,
            "failure_message": message,
        }
        error = {
            "type": "card_error",
            "code": code,
            "decline_code": card.decline,
            "message": message,
            "charge": charge["id"],
            "payment_method": {"id": intent["payment_method"], "object": "payment_method", "type": "card"},
        }
        intent |= {"status": "requires_payment_method", "payment_method": None, "last_payment_error": error}
        self._save_charge(charge, "charge.failed")
        self._save(intent, "payment_intent.payment_failed")
        raise ApiError(
            402,
            "card_error",
            message,
            code=code,
            decline_code=card.decline,
            charge=charge["id"],
            payment_intent=intent,
            began=True,
        )

    def _new_charge(self, intent: Document, card: Card) -> Document:
        now = int(self._clock.now())
        details: dict[str, Any] = {"brand": card.brand, "last4": card.last4, "network": card.brand}
        details |= {"exp_month": 12, "exp_year": 2030}
        if intent["capture_method"] == "manual" and not card.decline:
            details["capture_before"] = now + self._holds_for(intent)
        return {
            "id": new_id("ch"),
            "object": "charge",
            "amount": intent["amount"],
            "amount_captured": 0,
            "amount_refunded": 0,
            "captured": False,
            "created": now,
            "currency": intent["currency"],
            "failure_code": None,
            "failure_message": None,
            "livemode": False,
            "metadata": intent["metadata"],
            "paid": True,
            "payment_intent": intent["id"],
            "payment_method": intent["payment_method"],
            "payment_method_details": {"type": "card", "card": details},
            "refunded": False,
            "status": "succeeded",
        }

    def _holds_for(self, intent: Document) -> int:
        used = self._store.get("card", intent["id"]) or {}
        return MERCHANTS_HOLD_SECONDS if used.get("away") else HOLD_SECONDS

    def _save(self, intent: Document, event: str) -> None:
        self._store.put("payment_intent", intent["id"], intent)
        self._emit(event, intent)

    def _save_charge(self, charge: Document, event: str) -> None:
        self._store.put("charge", charge["id"], charge)
        self._emit(event, charge)

    def save_refund(self, refund: Document, event: str) -> None:
        self._store.put("refund", refund["id"], refund)
        self._emit(event, refund)


def _check_amount(amount: int, currency: str) -> None:
    if currency not in SMALLEST:
        raise invalid(f"Invalid currency: {currency}.", param="currency")
    if amount > LARGEST:
        raise invalid("Amount must be no more than 99999999.", param="amount", code="amount_too_large")
    if amount < SMALLEST[currency]:
        raise invalid("Amount must convert to at least 50 cents.", param="amount", code="amount_too_small")


def _refund_error(message: str, code: str) -> ApiError:
    return ApiError(400, "invalid_request_error", message, param="amount", code=code, began=True)
