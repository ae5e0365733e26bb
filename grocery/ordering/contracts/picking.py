"""Picking: who walks the aisles for which orders, what is taken, and what may be wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum, StrEnum
from uuid import UUID

from grocery.kernel.errors import DomainError
from grocery.kernel.quantity import Quantity
from grocery.ordering.contracts.orders import OrderState


class Urgency(StrEnum):
    """How an order that waits to be picked stands against its start-by time."""

    CALM = "calm"
    SOON = "soon"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class WaitingOrder:
    """An order that nobody is picking. `start_by`: when somebody should begin. `begun`: it was given back."""

    order_id: UUID
    number: str
    slot_starts_at: datetime
    slot_ends_at: datetime
    zone: str
    start_by: datetime
    urgency: Urgency
    lines: int
    begun: bool


@dataclass(frozen=True, slots=True)
class WaveOrder:
    """One order of a wave. `letter` is what its crates are called on the walk."""

    order_id: UUID
    number: str
    letter: str
    slot_starts_at: datetime
    slot_ends_at: datetime
    zone: str
    start_by: datetime
    state: OrderState


@dataclass(frozen=True, slots=True)
class WaveView:
    """Orders that one person picks in one walk. `paused_at` None: they are walking."""

    id: UUID
    store_id: UUID
    picker_id: UUID
    started_at: datetime
    paused_at: datetime | None
    orders: tuple[WaveOrder, ...]


class Cold(IntEnum):
    """What goods need on the way to the door; the walk takes them in this order."""

    AMBIENT = 0
    CHILLED = 1
    FROZEN = 2


class ShortOutcome(StrEnum):
    """What was done about goods that the shelf did not hold."""

    ASKED = "asked"
    REPLACED = "replaced"
    LEFT_OUT = "left_out"


class NothingToPick(DomainError):
    """No order of this store waits, or somebody else was quicker."""

    code = "nothing_to_pick"
    status = 409
    en = "No order is waiting to be picked; somebody else may have taken it."
    vi = "Không có đơn nào chờ lấy hàng; có thể người khác đã nhận."


class PickerBusy(DomainError):
    """Who picks has a wave already: one walk at a time."""

    code = "picker_busy"
    status = 409
    en = "Finish the wave that you have, or give it back."
    vi = "Hãy xong lượt lấy hàng đang có, hoặc trả lại."


class NotYourWave(DomainError):
    """Somebody else picks these orders. A manager may take them over."""

    code = "not_your_wave"
    status = 409
    en = "Somebody else is picking this order."
    vi = "Người khác đang lấy hàng cho đơn này."


class WavePaused(DomainError):
    """The wave rests; whoever goes on has to say so first."""

    code = "wave_paused"
    status = 409
    en = "This wave is paused. Resume it first."
    vi = "Lượt lấy hàng đang tạm dừng. Hãy tiếp tục trước."


@dataclass(frozen=True, slots=True)
class LotToTake:
    """So much of one lot that is kept for the order."""

    lot_code: str
    expires_on: date | None
    quantity: Quantity
