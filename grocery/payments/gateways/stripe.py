"""Stripe: PaymentIntents with manual capture.

Facts about the API are from https://docs.stripe.com/api/payment_intents, /idempotent_requests, /errors and /webhooks.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import stripe
from django.conf import settings

from grocery.kernel.money import Money, dong
from grocery.payments.contracts import CardForm, PaymentState, PaymentStep
from grocery.payments.gateways import stamped
from grocery.payments.gateways.keeping import storable, unreadable
from grocery.payments.gateways.provider import Notice, OutcomeUnknown, Refused, Wanted, network
from grocery.payments.gateways.stripe_objects import observe, observe_dispute, observe_refund
from grocery.payments.policies import Limits, Observation, RefundSeen
from grocery.payments.policies.disputes import DisputeSeen

if TYPE_CHECKING:
    from stripe.params import PaymentIntentCreateParams

# At DEBUG the SDK logs whole bodies, client secrets and all.
logging.getLogger("stripe").setLevel(logging.WARNING)

#: Eight digits are the most that Stripe takes; the least is half a US dollar, with room for its exchange rate.
LIMITS: Final = Limits(minimum=dong(15_000), maximum=dong(99_999_999))

#: Notices that make us look at the payment; all others are kept and left alone.
_TELLING: Final = frozenset(
    f"payment_intent.{what}"
    for what in (
        "amount_capturable_updated",
        "canceled",
        "payment_failed",
        "processing",
        "requires_action",
        "succeeded",
    )
)
#: A refund can fail days after it succeeded, and somebody can make one at Stripe: each makes us look, too.
_TELLING_OF_REFUNDS: Final = frozenset({"refund.created", "refund.updated", "refund.failed"})
#: Where such a notice says which payment it is about.
_DISPUTES: Final = "charge.dispute."
_TELLING_OF_DISPUTES: Final = frozenset(
    _DISPUTES + what for what in ("created", "updated", "closed", "funds_withdrawn", "funds_reinstated")
)
_NAMED_BY: Final = {
    **dict.fromkeys(_TELLING | _TELLING_OF_DISPUTES, "id"),
    **dict.fromkeys(_TELLING_OF_REFUNDS, "payment_intent"),
}
#: What is not kept of a notice; evidence is about people.
_SECRETS: Final = frozenset({"client_secret", "evidence"})
_CARD_PAGE: Final = {  # https://docs.stripe.com/security/guide#content-security-policy
    "script-src": ("https://js.stripe.com", "https://*.js.stripe.com"),
    "frame-src": ("https://js.stripe.com", "https://*.js.stripe.com", "https://hooks.stripe.com"),
    "connect-src": ("https://api.stripe.com",),
}


class StripeProvider:
    """Cards by Stripe. VND has no minor unit there either: 345.000 ₫ is `amount=345000`."""

    name = "stripe"
    limits = LIMITS
    captures_whole = False
    dispute_kind = _DISPUTES
    #: Online and made by the customer; each hold says itself when it ends.
    holds_for = timedelta(days=7)
    repeats_itself = True
    refund_later: Mapping[str, timedelta] = {}

    def __init__(
        self,
        *,
        secret_key: str,
        publishable_key: str,
        webhook_secrets: Sequence[str],
        api_url: str,
        js_url: str,
        timeouts: tuple[float, float],
    ) -> None:
        self._publishable_key, self._js_url, self._webhook_secrets = (
            publishable_key,
            js_url,
            [secret for secret in webhook_secrets if secret],
        )
        self._client = stripe.StripeClient(
            secret_key or "sk_not_configured",
            base_addresses={"api": api_url},
            http_client=stripe.RequestsClient(timeout=timeouts),
            max_network_retries=1,
        )

    def __repr__(self) -> str:
        return "<StripeProvider>"

    @network
    def authorise(self, *, wanted: Wanted, key: str) -> Observation:
        params: PaymentIntentCreateParams = {
            "amount": wanted.amount.minor,
            "currency": wanted.amount.currency.lower(),
            "capture_method": "manual",
            "automatic_payment_methods": {"enabled": True},
            "metadata": dict(wanted.metadata),
            "expand": ["latest_charge"],
        }
        if wanted.holder:
            params["customer"] = wanted.holder
        if wanted.keep:
            params["setup_future_usage"] = "off_session"
        with _our_errors():
            intent = self._client.v1.payment_intents.create(params, {"idempotency_key": key})
        return observe(intent.to_dict())

    @network
    def open_holder(self, *, holder_id: str, key: str) -> str:
        with _our_errors():
            return self._client.v1.customers.create(
                {"metadata": {"holder_id": holder_id}}, {"idempotency_key": key}
            ).id

    @network
    def keep(self, *, reference: str, holder: str, keep: bool) -> Observation:
        with _our_errors():
            intent = self._client.v1.payment_intents.update(
                reference,
                {
                    "customer": holder,
                    "setup_future_usage": "off_session" if keep else "",
                    "expand": ["latest_charge"],
                },
            )
        return observe(intent.to_dict())

    @network
    def forget_card(self, *, card: str, key: str) -> None:
        try:
            with _our_errors():
                self._client.v1.payment_methods.detach(card, {}, {"idempotency_key": key})
        except Refused as refused:
            if refused.code != "resource_missing" and self._is_kept(card):
                raise

    def _is_kept(self, card: str) -> bool:
        with _our_errors():
            return self._client.v1.payment_methods.retrieve(card).customer is not None

    @network
    def confirm(self, *, reference: str, card: str, return_url: str, key: str) -> Observation:
        try:
            with _our_errors():
                intent = self._client.v1.payment_intents.confirm(
                    reference,
                    {
                        "payment_method": card,
                        "off_session": True,
                        "return_url": return_url,
                        "expand": ["latest_charge"],
                    },
                    {"idempotency_key": key},
                )
        except Declined as declined:
            return observe(declined.intent)
        return observe(intent.to_dict())

    @network
    def capture(self, *, reference: str, amount: Money, key: str) -> Observation:
        with _our_errors():
            intent = self._client.v1.payment_intents.capture(
                reference,
                {"amount_to_capture": amount.minor, "expand": ["latest_charge"]},
                {"idempotency_key": key},
            )
        return observe(intent.to_dict())

    @network
    def cancel(self, *, reference: str, key: str) -> Observation:
        with _our_errors():
            intent = self._client.v1.payment_intents.cancel(
                reference, {"expand": ["latest_charge"]}, {"idempotency_key": key}
            )
        return observe(intent.to_dict())

    @network
    def refund(self, *, reference: str, amount: Money, refund_id: str, key: str) -> RefundSeen:
        with _our_errors():
            refund = self._client.v1.refunds.create(
                {"payment_intent": reference, "amount": amount.minor, "metadata": {"refund_id": refund_id}},
                {"idempotency_key": key},
            )
        return observe_refund(refund.to_dict())

    @network
    def refunds(self, *, reference: str) -> Sequence[RefundSeen]:
        with _our_errors():
            found = self._client.v1.refunds.list({"payment_intent": reference, "limit": 100})
            return [observe_refund(refund.to_dict()) for refund in found.auto_paging_iter()]

    @network
    def poll(self, *, reference: str) -> Observation:
        with _our_errors():
            intent = self._client.v1.payment_intents.retrieve(reference, {"expand": ["latest_charge"]})
        return observe(intent.to_dict())

    @network
    def dispute(self, *, reference: str) -> DisputeSeen:
        with _our_errors():
            found = self._client.v1.disputes.retrieve(reference, {"expand": ["charge"]})
        return observe_dispute(found.to_dict())

    @network
    def health(self) -> None:
        with _our_errors():
            self._client.v1.balance.retrieve()

    def read_webhook(self, *, body: bytes, headers: Mapping[str, str], now: datetime) -> Notice:
        stamped.check(body, headers.get("stripe-signature", ""), self._webhook_secrets, now=now)
        return _notice(body)

    def step(self, seen: Observation) -> PaymentStep | None:
        if seen.state is not PaymentState.PENDING:
            return None
        return CardForm(seen.client_secret, self._publishable_key, self._js_url, keeps=seen.keeps)

    def page_sources(self) -> Mapping[str, tuple[str, ...]]:
        script = urlsplit(self._js_url)
        if script.hostname == "js.stripe.com":
            return _CARD_PAGE
        return dict.fromkeys(_CARD_PAGE, (f"{script.scheme}://{script.netloc}",))


def from_settings() -> StripeProvider:
    """The one that the settings describe; one object, and so one pool of connections, per set of settings."""
    return _cached(
        settings.STRIPE_SECRET_KEY,
        settings.STRIPE_PUBLISHABLE_KEY,
        tuple(settings.STRIPE_WEBHOOK_SECRETS),
        settings.STRIPE_API_URL,
        settings.STRIPE_JS_URL,
        settings.STRIPE_TIMEOUTS,
    )


@lru_cache(maxsize=8)
def _cached(
    secret_key: str,
    publishable_key: str,
    webhook_secrets: tuple[str, ...],
    api_url: str,
    js_url: str,
    timeouts: tuple[float, float],
) -> StripeProvider:
    return StripeProvider(
        secret_key=secret_key,
        publishable_key=publishable_key,
        webhook_secrets=webhook_secrets,
        api_url=api_url,
        js_url=js_url,
        timeouts=timeouts,
    )


class Declined(Refused):
    """The bank said no, or wants the customer; the payment as it stands since then."""

    def __init__(self, code: str, intent: Mapping[str, Any]) -> None:
        super().__init__(code)
        self.intent = intent


@contextmanager
def _our_errors() -> Iterator[None]:
    """Stripe's errors as ours. https://docs.stripe.com/api/errors"""
    try:
        yield
    except (stripe.CardError, stripe.InvalidRequestError, stripe.IdempotencyError) as error:
        if error.http_status == 409:  # the same key is being worked on, or another request holds the lock
            raise OutcomeUnknown(_code(error)) from None
        intent = _details(error).get("payment_intent")
        if isinstance(error, stripe.CardError) and isinstance(intent, dict):
            raise Declined(_code(error), intent) from None
        raise Refused(_code(error)) from None
    except stripe.APIConnectionError:
        raise OutcomeUnknown("no_answer", away=True) from None
    except stripe.StripeError as error:
        # What was answered after the work began is stored under the key, a 500 too; a 429 or a 401 is not.
        broken = (error.http_status or 0) >= 500
        raise OutcomeUnknown(_code(error), key_spent=broken, away=broken) from None


def _code(error: stripe.StripeError) -> str:
    """The decline code where there is one, then the error's code, then its type."""
    details = _details(error)
    return str(details.get("decline_code") or error.code or details.get("type") or f"http_{error.http_status}")[:64]


def _details(error: stripe.StripeError) -> Mapping[str, Any]:
    found = error.json_body.get("error", {}) if isinstance(error.json_body, dict) else {}
    return found if isinstance(found, dict) else {}


def _notice(body: bytes) -> Notice:
    """Read an event of either kind: a snapshot carries the object as it was, a thin one only its name."""
    try:
        event = json.loads(body)
        kind, event_id = str(event["type"])[:100], str(event["id"])
        kept = storable(event, without=_SECRETS)
    except (ValueError, KeyError, TypeError, RecursionError):
        return unreadable(body)
    if not 0 < len(event_id) <= 100:
        return unreadable(body)
    about = kept.get("data", {}).get("object", {}) if isinstance(kept.get("data"), dict) else {}
    name = _NAMED_BY.get(kind)
    reference = str(about.get(name) or "")[:100] if name and isinstance(about, dict) else ""
    return Notice(event_id=storable(event_id), kind=storable(kind), reference=reference, body=kept)
