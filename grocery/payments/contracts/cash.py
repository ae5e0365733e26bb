"""Cash on its way from customers' doors to the store: who carries it, and what is handed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from grocery.kernel.errors import DomainError
from grocery.kernel.money import Money, total


class Into(StrEnum):
    """Where handed-in cash goes: counted into the store's safe, or sent to our bank, as couriers do."""

    SAFE = "safe"
    BANK = "bank"


class CashDifference(StrEnum):
    """Why there is more or less than was collected. none: there is not."""

    NONE = ""
    MISSING = "missing"
    WRONG_CHANGE = "wrong_change"
    FALSE_NOTE = "false_note"
    TOO_MUCH = "too_much"
    FEE = "fee"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class CarriedCash:
    """What was collected for one order and is still carried."""

    payment_id: UUID
    order_id: UUID
    order_number: str
    amount: Money
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class CashRound:
    """What one carrier collected on one day for one store and has not handed in, oldest first.

    `carrier` is the id of a person, or a courier's name.
    """

    carrier: str
    day: date
    orders: tuple[CarriedCash, ...]

    @property
    def expected(self) -> Money:
        return total(order.amount for order in self.orders)

    @property
    def since(self) -> datetime:
        return self.orders[0].taken_at


class CashIs(DomainError):
    """Some of it was handed in, or the hand-in undone, by somebody else in the meantime."""

    code = "cash_state"
    status = 409
    en = "Somebody has already seen to this cash. Look again."
    vi = "Khoản tiền mặt này đã có người xử lý. Vui lòng xem lại."


class OwnCash(DomainError):
    """Whoever carries cash does not count it."""

    code = "own_cash"
    status = 403
    en = "Somebody else has to count the cash that you carry."
    vi = "Tiền mặt bạn đang giữ phải do người khác đếm."


class DifferenceUnexplained(DomainError):
    """More or less than was collected, and nobody said why."""

    code = "cash_difference"
    en = "Collected {expected}, counted {counted}: say why."
    vi = "Đã thu {expected}, đếm được {counted}: hãy ghi lý do."
    field = "reason"

    def __init__(self, expected: Money, counted: Money) -> None:
        self.expected, self.counted = expected, counted
