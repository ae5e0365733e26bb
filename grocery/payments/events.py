"""What happened to the money."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from grocery.kernel.events import Event
from grocery.kernel.money import Money


@dataclass(frozen=True, kw_only=True)
class PaymentEvent(Event):
    """A fact about the payment of one order; facts of one order arrive in order."""

    order_id: UUID

    @property
    def stream(self) -> str:
        return f"payment:{self.order_id}"


@dataclass(frozen=True, kw_only=True)
class PaymentAuthorised(PaymentEvent):
    """The money is held for us, or promised in cash. Told once per order."""

    amount: Money


@dataclass(frozen=True, kw_only=True)
class PaymentFailed(PaymentEvent):
    """An attempt failed; the customer may try again. Told once per attempt."""

    code: str


@dataclass(frozen=True, kw_only=True)
class PaymentCaptured(PaymentEvent):
    """`amount` is ours. Told once per order."""

    amount: Money


@dataclass(frozen=True, kw_only=True)
class PaymentCancelled(PaymentEvent):
    """The hold is gone and nothing was taken: we asked for it, or it expired. Told once per order."""


@dataclass(frozen=True, kw_only=True)
class CaptureRequested(PaymentEvent):
    """A capture is written down and has yet to be made; payments itself hears this."""

    call_id: UUID


@dataclass(frozen=True, kw_only=True)
class CancellationRequested(PaymentEvent):
    """A cancellation is written down and has yet to be made; payments itself hears this."""

    call_id: UUID


@dataclass(frozen=True, kw_only=True)
class WebhookReceived(Event):
    """A provider's verified notice about one of its payments is stored; payments itself hears this."""

    provider: str
    reference: str
    notice_id: UUID

    @property
    def stream(self) -> str:
        return f"provider:{self.provider}/{self.reference}"
