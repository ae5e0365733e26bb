"""Whether the books agree, and what can be done where they do not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal
from uuid import UUID

from grocery.kernel.errors import DomainError
from grocery.kernel.quantity import Quantity

type Book = Literal["on hand", "reserved", "in transit"]
BOOKS: Final[tuple[Book, ...]] = ("on hand", "reserved", "in transit")


@dataclass(frozen=True, slots=True)
class Difference:
    """Books that do not agree: what is `recorded`, and what others prove it to be.

    on hand: a lot, and the sum of its movements · reserved: a lot, and what open reservations hold of it ·
    in transit: what a transfer says is away from the shelves, and what its movements took off them.
    """

    sku: str
    location: UUID
    lot_id: UUID | None
    what: Book
    recorded: Quantity
    proven: Quantity
    transfer: UUID | None = None


class How(StrEnum):
    """What mends a difference."""

    RESET = "reset"  # the lot's figure is set to what is proven
    DOCUMENT = "document"  # a movement says what history does not: the shelf is believed
    BY_HAND = "by_hand"  # no figure can be believed; somebody has to look


@dataclass(frozen=True, slots=True)
class Remedy:
    """What would be done about a difference: which side is believed and why, and what will be written."""

    difference: Difference
    how: How
    en: str
    vi: str


@dataclass(frozen=True, slots=True)
class CheckRun:
    """One comparison of all books: how many lots were looked at, and what did not agree."""

    id: UUID
    started_at: datetime
    ended_at: datetime
    lots: int
    differences: tuple[Difference, ...]


class HasMovedOn(DomainError):
    """The figures are no longer those that were explained; nothing was repaired."""

    code = "books_moved_on"
    status = 409
    en = "The figures have changed since they were shown. Look again before you repair."
    vi = "Số liệu đã thay đổi kể từ lúc hiển thị. Hãy xem lại trước khi sửa."
