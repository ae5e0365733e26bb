"""What differs between providers for whoever pays there, hears of it, and makes it fail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Protocol
from uuid import UUID

from grocery.payments import public as payments
from grocery.payments.contracts import Method
from tests.payments.conftest import Till
from tests.sandbox.running import Sandbox


class Counter(Protocol):
    """One provider. `calls` and `tellings` name what the sandbox calls our operations."""

    provider: str
    method: Method
    calls: dict[str, str]
    tellings: dict[str, str]

    def approve(self, till: Till, order_id: UUID) -> None:
        """The customer confirms the payment."""

    def notices(self, sandbox: Sandbox) -> list[Any]:
        """What is due to be told."""

    def balance(self, sandbox: Sandbox) -> tuple[int, int, int]:
        """At the provider: how many payments are held or taken, how much was taken, how much given back."""


@dataclass(frozen=True)
class Stripe:
    provider: str = "stripe"
    method: Method = Method.CARD

    @property
    def calls(self) -> dict[str, str]:
        return {name: name for name in ("capture", "cancel", "refund")} | {"authorise": "create", "poll": "retrieve"}

    @property
    def tellings(self) -> dict[str, str]:
        return {"authorised": "confirm", "captured": "capture", "cancelled": "cancel", "refunded": "refund"}

    def approve(self, till: Till, order_id: UUID) -> None:
        till.customer_pays(order_id)

    def notices(self, sandbox: Sandbox) -> list[Any]:
        return sandbox.take_webhooks(due=True)

    def balance(self, sandbox: Sandbox) -> tuple[int, int, int]:
        intents = sandbox.objects("payment_intent")
        live = [intent for intent in intents if intent["status"] in {"requires_capture", "succeeded"}]
        back = [r["amount"] for r in sandbox.objects("refund") if r["status"] in {"pending", "succeeded"}]
        return len(live), sum(intent["amount_received"] for intent in live), sum(back)


@dataclass(frozen=True)
class Momo:
    """It tells of what its customer decides, and of nothing else; it takes all or nothing."""

    provider: str = "momo"
    method: Method = Method.MOMO

    @property
    def calls(self) -> dict[str, str]:
        return {"authorise": "create", "capture": "confirm", "cancel": "confirm", "refund": "refund", "poll": "query"}

    @property
    def tellings(self) -> dict[str, str]:
        return {"authorised": "pay"}

    def approve(self, till: Till, order_id: UUID) -> None:
        till.sandbox.momo.play(till.reference(order_id))

    def notices(self, sandbox: Sandbox) -> list[Any]:
        return sandbox.momo.take_notices(due=True)

    def balance(self, sandbox: Sandbox) -> tuple[int, int, int]:
        live = [payment for payment in sandbox.momo.payments() if payment["resultCode"] in {0, 9000}]
        taken = [payment["amount"] for payment in live if payment["resultCode"] == 0]
        back = [refund["amount"] for refund in sandbox.momo.refunds() if refund["resultCode"] == 0]
        return len(live), sum(taken), sum(back)


COUNTERS: Final[tuple[Counter, ...]] = (Stripe(), Momo())


def hear(till: Till, counter: Counter) -> None:
    """Everything that is due to be told reaches us, signed just now, and is acted upon; what is forged is refused."""
    for notice in counter.notices(till.sandbox):
        headers = {name.lower(): text for name, text in notice["headers"].items()}
        body = notice["body"].encode()
        try:
            payments.take_webhook(provider=counter.provider, body=body, headers=headers, now=datetime.now(UTC))
        except payments.BadWebhook:
            continue
    till.deliver()
