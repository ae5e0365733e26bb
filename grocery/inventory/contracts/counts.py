"""Counting what is there without seeing what the books say."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from grocery.kernel.errors import DomainError
from grocery.kernel.quantity import ZERO, Quantity


class CountState(StrEnum):
    """Where a count stands."""

    OPEN = "open"  # being counted
    WAITING = "waiting"  # differs so much that somebody else has to approve
    BOOKED = "booked"
    CANCELLED = "cancelled"


class Choice(StrEnum):
    """Which SKUs to count."""

    SKUS = "skus"  # those that are named: a shelf list
    CATEGORY = "category"  # those of a category and what is below it
    LOW = "low"  # of which no more is free than their threshold
    EXPIRED = "expired"  # that have goods past their day
    NEVER = "never"  # that have goods and were never counted
    SAMPLE = "sample"  # a random few, more of what sells most (ABC)


@dataclass(frozen=True, slots=True)
class CountedLot:
    """So much of one lot was found. A lot that the books do not have is opened."""

    sku: str
    quantity: Quantity
    lot_code: str = ""
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class CountLine:
    """One lot in a count. `book`: what the books said when it was counted; not for the eyes of who counts.

    `again`: what was found differs so much that it is to be counted a second time.
    """

    id: UUID
    sku: str
    lot_code: str
    expires_on: date | None
    counted: Quantity | None
    book: Quantity | None
    counted_by: UUID | None
    counted_at: datetime | None
    tries: int
    again: bool

    @property
    def variance(self) -> Quantity:
        """More, or (below zero) less than the books said; zero while it is not counted."""
        if self.counted is None or self.book is None:
            return ZERO
        return Quantity(self.counted - self.book)


@dataclass(frozen=True, slots=True)
class Count:
    """Some SKUs of a store, counted lot by lot."""

    id: UUID
    location: UUID
    title: str
    state: CountState
    made_at: datetime
    made_by: UUID | None
    ended_at: datetime | None
    skus: tuple[str, ...]
    lines: tuple[CountLine, ...]


class CountMovedOn(DomainError):
    """What is asked does not fit where the count stands by now."""

    code = "count_moved_on"
    status = 409
    en = "This count is already {_state_en}."
    vi = "Phiếu kiểm này {_state_vi}."

    def __init__(self, state: CountState) -> None:
        self.state = state.value
        self._state_en, self._state_vi = _STATES[state]

    def extra(self) -> Mapping[str, Any]:
        return {"state": self.state}


class CountUnfinished(DomainError):
    """Some lots have to be counted a second time, or none has been counted at all."""

    code = "count_unfinished"
    status = 409
    en = "Count these once more: {_listed}."
    vi = "Cần đếm lại: {_listed}."

    def __init__(self, skus: Collection[str]) -> None:
        self.skus = sorted(skus)
        self._listed = ", ".join(self.skus) or "–"


class CountedByYou(DomainError):
    """Who counted does not approve what they counted."""

    code = "counted_by_you"
    status = 403
    en = "Somebody else has to approve this: you have counted it."
    vi = "Cần người khác duyệt: bạn đã tham gia kiểm đếm."


class AlreadyCounted(DomainError):
    """A lot is in one open count at a time: two would both book the same difference."""

    code = "already_being_counted"
    status = 409
    en = "In another open count already: {_listed}."
    vi = "Đang nằm trong một phiếu kiểm khác: {_listed}."

    def __init__(self, skus: Collection[str]) -> None:
        self.skus = sorted(skus)
        self._listed = ", ".join(self.skus)


_STATES = {
    CountState.OPEN: ("open", "đang đếm"),
    CountState.WAITING: ("waiting for approval", "đang chờ duyệt"),
    CountState.BOOKED: ("booked", "đã ghi sổ"),
    CountState.CANCELLED: ("cancelled", "đã hủy"),
}
