"""Goods on their way from one store to another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from grocery.kernel.errors import DomainError
from grocery.kernel.quantity import Quantity


class TransferState(StrEnum):
    """Where a transfer stands. In transit is what was sent and not yet received: on nobody's shelf."""

    DRAFT = "draft"
    SENT = "sent"
    RECEIVED = "received"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class TransferItem:
    """So much of one lot is to go; what is named by code and expiry must point at one lot that holds goods."""

    sku: str
    quantity: Quantity
    lot_code: str = ""
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class TransferLine:
    """One lot of a transfer: what was sent of it, and (None: not yet) what came of it, and why that differs."""

    id: UUID
    sku: str
    lot_code: str
    expires_on: date | None
    quantity: Quantity
    received: Quantity | None
    reason: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """What really came of a line. `reason` is needed where that is not what was sent."""

    line: UUID
    quantity: Quantity
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Goods that move from store `source` to store `destination`, with who did what when."""

    id: UUID
    source: UUID
    destination: UUID
    state: TransferState
    note: str
    made_at: datetime
    sent_at: datetime | None
    ended_at: datetime | None
    lines: tuple[TransferLine, ...]


class TransferMovedOn(DomainError):
    """What is asked does not fit where the transfer stands by now."""

    code = "transfer_moved_on"
    status = 409
    en = "This transfer is already {_state_en}."
    vi = "Phiếu chuyển này {_state_vi}."

    def __init__(self, state: TransferState) -> None:
        self.state = state.value
        self._state_en, self._state_vi = _STATES[state]

    def extra(self) -> Mapping[str, Any]:
        return {"state": self.state}


_STATES = {
    TransferState.DRAFT: ("a draft: nothing has left yet", "mới là bản nháp, hàng chưa rời kho"),
    TransferState.SENT: ("on its way", "đang trên đường"),
    TransferState.RECEIVED: ("received", "đã nhận xong"),
    TransferState.CANCELLED: ("cancelled", "đã hủy"),
}
