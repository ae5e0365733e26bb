"""The order desk: what is looked for, how each order stands, how the day goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from grocery.kernel.money import Money
from grocery.ordering.contracts.orders import OrderState


@dataclass(frozen=True, slots=True)
class DeskFilter:
    """What the desk looks for; every member that is given must hold. `words`: number, name or phone."""

    words: str = ""
    state: OrderState | None = None
    slot_starts_at: datetime | None = None
    method: str = ""
    late: bool = False
    asked: bool = False
    short: bool = False


@dataclass(frozen=True, slots=True)
class DeskRow:
    """One order at the desk. `late`: not begun by its start-by time, or not gone by its slot."""

    order_id: UUID
    number: str
    state: OrderState
    recipient: str
    phone: str
    method: str
    slot_starts_at: datetime
    slot_ends_at: datetime
    zone: str
    total: Money
    lines: int
    late: bool
    asked: bool
    short: bool


@dataclass(frozen=True, slots=True)
class SlotCount:
    """How many orders of a slot are in a state."""

    slot_starts_at: datetime
    slot_ends_at: datetime
    zone: str
    state: OrderState
    orders: int


@dataclass(frozen=True, slots=True)
class DeskPage:
    """Some of the orders that were looked for, of `total`; and all that are not over, by slot and state."""

    total: int
    rows: tuple[DeskRow, ...]
    counts: tuple[SlotCount, ...]


@dataclass(frozen=True, slots=True)
class DayFigures:
    """How picking goes since the day began. Rates are parts of one; None: nothing to reckon with yet.

    `lines_per_hour`: lines picked by the hour walked, rests left out. `found`: lines of sealed orders that were never
    short; `substituted`: lines of theirs that stand in for others; `on_time`: orders sealed before their slot began.
    """

    sealed: int
    lines_per_hour: int | None
    found: Decimal | None
    substituted: Decimal | None
    on_time: Decimal | None
