"""What happens to cash that is taken to the bank."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from grocery.kernel.events import Event
from grocery.kernel.money import Money


@dataclass(frozen=True, kw_only=True)
class DepositEvent(Event):
    """A fact about `amount` of a store's cash that was taken to the bank; `slip` is the number on the bank's slip."""

    deposit_id: UUID
    store_id: UUID
    amount: Money
    slip: str
    note: str
    at: datetime
    by: UUID | None

    @property
    def stream(self) -> str:
        return f"deposit:{self.deposit_id}"


@dataclass(frozen=True, kw_only=True)
class CashDeposited(DepositEvent):
    """It is out of the safe and on its way. Told once per deposit."""


@dataclass(frozen=True, kw_only=True)
class CashDepositUndone(DepositEvent):
    """It is in the safe after all; `note` says why. Told at most once per deposit."""


@dataclass(frozen=True, kw_only=True)
class CashArrived(DepositEvent):
    """The bank has booked `arrived` of it under `reference`; `reason` says why that is more or less."""

    arrived: Money
    reference: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class CashArrivalUndone(CashArrived):
    """That transfer was something else: it is on its way still."""
