"""What differs between providers for whoever pays there, hears of it, and makes it fail."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from grocery.payments import public as payments
from grocery.payments.contracts import Method
from tests.payments.conftest import Till
from tests.sandbox.running import Sandbox


class Counter(Protocol):
    """One provider. `calls` and `tellings` name what the sandbox calls our operations."""

    @property
    def provider(self) -> str: ...
    @property
    def method(self) -> Method: ...
    @property
    def calls(self) -> dict[str, str]: ...
    @property
    def tellings(self) -> dict[str, str]: ...

    def approve(self, sandbox: Sandbox, reference: str) -> None:
        """The customer confirms the payment."""

    def refuse(self, sandbox: Sandbox, reference: str) -> None:
        """The customer's bank, or their wallet, says no."""

    def notices(self, sandbox: Sandbox) -> list[Any]:
        """What is due to be told."""

    def balance(self, sandbox: Sandbox, references: Collection[str]) -> tuple[int, int, int]:
        """Of these at the provider: how many are held or taken, how much was taken, how much given back."""


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

    def approve(self, sandbox: Sandbox, reference: str) -> None:
        sandbox.pay(reference)

    def refuse(self, sandbox: Sandbox, reference: str) -> None:
        sandbox.pay(reference, "pm_card_chargeDeclined")

    def notices(self, sandbox: Sandbox) -> list[Any]:
        return sandbox.take_webhooks(due=True)

    def balance(self, sandbox: Sandbox, references: Collection[str]) -> tuple[int, int, int]:
        ours = [intent for intent in sandbox.objects("payment_intent") if intent["id"] in references]
        live = [intent for intent in ours if intent["status"] in {"requires_capture", "succeeded"}]
        refunds = [refund for refund in sandbox.objects("refund") if refund["payment_intent"] in references]
        back = [refund["amount"] for refund in refunds if refund["status"] in {"pending", "succeeded"}]
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

    def approve(self, sandbox: Sandbox, reference: str) -> None:
        sandbox.momo.play(reference)

    def refuse(self, sandbox: Sandbox, reference: str) -> None:
        sandbox.momo.play(reference, "insufficient")

    def notices(self, sandbox: Sandbox) -> list[Any]:
        return sandbox.momo.take_notices(due=True)

    def balance(self, sandbox: Sandbox, references: Collection[str]) -> tuple[int, int, int]:
        ours = [payment for payment in sandbox.momo.payments() if payment["orderId"] in references]
        live = [payment for payment in ours if payment["resultCode"] in {0, 9000}]
        taken = [payment["amount"] for payment in live if payment["resultCode"] == 0]
        refunds = [refund for refund in sandbox.momo.refunds() if refund["payment"] in references]
        return len(live), sum(taken), sum(refund["amount"] for refund in refunds if refund["resultCode"] == 0)


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
