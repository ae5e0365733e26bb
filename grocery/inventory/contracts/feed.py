"""What phones are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from grocery.kernel.quantity import Quantity


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """What the feed tells phones about a SKU in a store; of two documents the one with the higher version is true.

    `deleted`: a tombstone. The store no longer carries the SKU; a late write of an older version cannot revive it.
    """

    sku: str
    location: UUID
    stock: Quantity
    expires_at: date | None
    low_stock_threshold: Quantity
    last_updated: datetime
    version: int
    deleted: bool = False

    @property
    def key(self) -> tuple[str, UUID]:
        """Where it belongs."""
        return (self.sku, self.location)


@dataclass(frozen=True, slots=True)
class FeedDifference:
    """A document that does not say what stock is, twice looked at, so that nothing under way is taken for wrong.

    `what`: it is missing, of an older version, of a newer version than stock itself (a backup was restored), or of
    the same version with other contents. `shown` is what the feed says (None: nothing), `true` what it should.
    """

    feed: str
    what: Literal["missing", "older", "newer", "contents"]
    shown: FeedDocument | None
    true: FeedDocument

    @property
    def can_be_written(self) -> bool:
        """Whether writing the truth mends it; otherwise stock needs a version above the one that is shown."""
        return self.what in {"missing", "older"}


@dataclass(frozen=True, slots=True)
class FeedRepair:
    """What a repair did: documents written, and stock items given a new version and told again."""

    written: int
    told: int


class FeedUnavailable(Exception):
    """The feed cannot be reached, or is left alone for a while after failing. What was to be written is owed."""


def as_number(amount: Decimal) -> int | float:
    """For readers without decimals (JSON, Firestore): an int where it is one."""
    return int(amount) if amount == amount.to_integral_value() else float(amount)
