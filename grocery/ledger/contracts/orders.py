"""What an order comes to in the books, and what may be wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from grocery.kernel.errors import DomainError
from grocery.kernel.money import Money
from grocery.ledger.contracts.balance import WrongBalance


class Difference(StrEnum):
    """not_paid: charged, and nothing was taken · paid_too_little: less was taken than is owed · paid_back_too_much:
    more went back than was taken off · not_paid_back: we owe the customer · not_charged: money of an order that was
    never charged, not given back."""

    NOT_PAID = "not_paid"
    PAID_TOO_LITTLE = "paid_too_little"
    PAID_BACK_TOO_MUCH = "paid_back_too_much"
    NOT_PAID_BACK = "not_paid_back"
    NOT_CHARGED = "not_charged"


class OrderSums(Protocol):
    """Parts of an order's receivable, as its postings are signed: owed above zero. đồng."""

    @property
    def charged(self) -> int: ...
    @property
    def reduced(self) -> int: ...
    @property
    def taken(self) -> int: ...
    @property
    def returned(self) -> int: ...
    @property
    def balance(self) -> int: ...


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An order about which nothing was booked for some time, and of which `balance` is owed (below zero: by us)."""

    order_id: UUID
    order_number: str
    store_id: UUID
    balance: Money
    why: Difference
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Checked:
    """What the check of the books has found. Only `open` is a matter of business; the others are bugs.

    `days`: those that were added up again. `off_by`: what all postings ever made come to, nothing if all is well.
    `wrong_balances`, `wrong_sums`: accounts of these days, and orders, whose kept sums are not those of their
    postings. `uninvoiced`: orders of the last days whose invoices come to something else.
    """

    days: int
    off_by: Money
    wrong_balances: tuple[WrongBalance, ...]
    wrong_sums: tuple[str, ...]
    open: tuple[OpenOrder, ...]
    uninvoiced: tuple[str, ...] = ()

    @property
    def is_sound(self) -> bool:
        return not (self.off_by or self.wrong_balances or self.wrong_sums or self.open or self.uninvoiced)


class AlreadyReversed(DomainError):
    """An entry is reversed once, and a reversal never: book what is right instead."""

    code = "entry_reversed"
    status = 409
    en = "This entry has been reversed, or is a reversal."
    vi = "Bút toán này đã được đảo, hoặc chính là bút toán đảo."
