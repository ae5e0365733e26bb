"""What phones are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from grocery.kernel.quantity import Quantity


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """What the feed tells phones about a SKU in a store; of two documents the one with the higher version is true."""

    sku: str
    location: UUID
    stock: Quantity
    expires_at: date | None
    low_stock_threshold: Quantity
    last_updated: datetime
    version: int

    @property
    def key(self) -> tuple[str, UUID]:
        """Where it belongs."""
        return (self.sku, self.location)


class FeedUnavailable(Exception):
    """The feed cannot be reached, or is left alone for a while after failing. What was to be written is owed."""


def as_number(amount: Decimal) -> int | float:
    """For readers without decimals (JSON, Firestore): an int where it is one."""
    return int(amount) if amount == amount.to_integral_value() else float(amount)
