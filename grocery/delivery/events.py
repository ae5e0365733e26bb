"""What happened on the road. Streams: "delivery:<order_id>"."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from grocery.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class _AboutDelivery(Event):
    order_id: UUID

    @property
    def stream(self) -> str:
        return f"delivery:{self.order_id}"


@dataclass(frozen=True, kw_only=True)
class DeliveryDispatched(_AboutDelivery):
    """The goods have left the store."""


@dataclass(frozen=True, kw_only=True)
class DeliveryCompleted(_AboutDelivery):
    """The customer has the goods."""


@dataclass(frozen=True, kw_only=True)
class DeliveryFailed(_AboutDelivery):
    """The goods came back. `reason` is a remark of the driver's, without personal data."""

    reason: str
