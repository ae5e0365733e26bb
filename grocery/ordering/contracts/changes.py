"""What happens to an order besides moving on: parts of it are called off, changed, given back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from grocery.kernel.money import Money
from grocery.kernel.quantity import Quantity
from grocery.ordering.contracts.tenders import TenderChange


class CancelMotive(StrEnum):
    """Why somebody called an order, or a part of it, off. What they wrote about it stands beside it."""

    UNSAID = ""
    CHANGED_MIND = "changed_mind"
    MISTAKE = "mistake"
    WRONG_TIME = "wrong_time"
    WRONG_PLACE = "wrong_place"
    TOO_DEAR = "too_dear"
    CUSTOMER_ASKED = "customer_asked"
    GOODS_MISSING = "goods_missing"
    CANNOT_DELIVER = "cannot_deliver"
    FRAUD = "fraud"
    OTHER = "other"


class ChangeKind(StrEnum):
    """What was done to the order."""

    PART_CANCELLED = "part_cancelled"
    EDITED = "edited"
    SUBSTITUTED = "substituted"
    LEFT_OUT = "left_out"
    TENDER = "tender"


@dataclass(frozen=True, slots=True)
class LineChange:
    """So much of a line before and after, in the product's unit."""

    sku: str
    name_en: str
    name_vi: str
    unit: str
    before: Quantity
    after: Quantity

    def name(self, language: str) -> str:
        return self.name_vi if language == "vi" else self.name_en


@dataclass(frozen=True, slots=True)
class SlotMove:
    """From one slot to another."""

    starts_before: datetime
    ends_before: datetime
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class OrderChange:
    """One change of an order. `by`: "customer", "staff" or "system". `note`: what they wrote about it.

    `moved`: it goes in another slot; None: the slot stayed. `tender`: it is paid in another way; None: as before.
    """

    kind: ChangeKind
    at: datetime
    by: str
    motive: str
    note: str
    lines: tuple[LineChange, ...]
    total_before: Money
    total: Money
    moved: SlotMove | None = None
    tender: TenderChange | None = None
