"""Entries as they are to be written: one business fact each, whose postings cancel each other out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from grocery.ledger.contracts.accounts import Account


class EntryKind(StrEnum):
    """What happened. From `fee` on, people and reports say so; the others are told by orders and payments."""

    CHARGED = "charged"
    REDUCED = "reduced"
    TAKEN = "taken"
    RETURNED = "returned"
    RETURN_UNDONE = "return_undone"
    WRITTEN_OFF = "written_off"
    WRITE_OFF_REDUCED = "write_off_reduced"
    CREDIT_GRANTED = "credit_granted"
    CREDIT_TAKEN_BACK = "credit_taken_back"
    CREDIT_PAID_IN = "credit_paid_in"
    CREDIT_PAID_OUT = "credit_paid_out"
    PUT_ASIDE = "put_aside"
    SETTLED = "put_aside_settled"
    HANDED_IN = "handed_in"
    HAND_IN_UNDONE = "hand_in_undone"
    DEPOSITED = "deposited"
    DEPOSIT_UNDONE = "deposit_undone"
    ARRIVED = "deposit_arrived"
    ARRIVAL_UNDONE = "deposit_arrival_undone"
    DISPUTED = "disputed"
    DISPUTE_FEE = "dispute_fee"
    REINSTATED = "reinstated"
    DISPUTE_LOST = "dispute_lost"
    LOSS_UNDONE = "loss_undone"
    FEE = "fee"
    PAYOUT = "payout"
    DIFFERENCE = "difference"
    BY_HAND = "by_hand"
    REVERSAL = "reversal"


class Part(StrEnum):
    """What an entry is to its order: the receivable is the sum of these."""

    CHARGED = "charged"
    REDUCED = "reduced"
    TAKEN = "taken"
    RETURNED = "returned"
    WRITTEN_OFF = "written_off"
    OTHER = "other"


_PARTS: Final[Mapping[EntryKind, Part]] = {
    EntryKind.CHARGED: Part.CHARGED,
    EntryKind.REDUCED: Part.REDUCED,
    EntryKind.TAKEN: Part.TAKEN,
    EntryKind.RETURNED: Part.RETURNED,
    EntryKind.RETURN_UNDONE: Part.RETURNED,
    EntryKind.WRITTEN_OFF: Part.WRITTEN_OFF,
    EntryKind.WRITE_OFF_REDUCED: Part.WRITTEN_OFF,
}


def part_of(kind: EntryKind) -> Part:
    """What an entry of this kind is to its order."""
    return _PARTS.get(kind, Part.OTHER)


class Unbalanced(ValueError):
    """A bug: postings that do not cancel each other out, or none."""


@dataclass(frozen=True, slots=True)
class Line:
    """So many đồng on an account: above zero on its debit side, below on its credit side."""

    account: Account
    amount: int
    rate: Decimal | None = None
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One fact, to be booked once: `source` is what makes it this one and no other.

    `reference` is the provider's name for the movement. Lines of nothing are left out; the rest has to balance.
    """

    kind: EntryKind
    source: str
    at: datetime
    lines: tuple[Line, ...]
    order_id: UUID | None = None
    order_number: str = ""
    store_id: UUID | None = None
    by: UUID | None = None
    reference: str = ""
    note: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    reverses: UUID | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "lines", tuple(line for line in self.lines if line.amount))
        amounts = [line.amount for line in self.lines]
        if not amounts or sum(amounts) != 0:
            raise Unbalanced(f"{self.source}: {self.lines}")

    def owed(self) -> int:
        """By how much more its customer owes."""
        return sum((line.amount for line in self.lines if line.account is Account.RECEIVABLE), start=0)
