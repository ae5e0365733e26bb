"""Store credit, in the words of others: what a customer has with the shop, and how it came about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from grocery.kernel.errors import DomainError
from grocery.kernel.money import Money

#: Who takes what is paid with it, in the place of a provider: our own book.
CREDIT: Final = "credit"


class RefundTo(StrEnum):
    """Where money goes back to: the way that it came, or the customer's store credit, where it is at once."""

    ORIGINAL = "original"
    CREDIT = "credit"


class CreditKind(StrEnum):
    """Why a balance moved.

    granted: the shop gave it · taken_back: a grant was a mistake · spent: an order was paid with it · returned: an
    order gave it back, or gave back there what had been paid otherwise · paid_in: a transfer of theirs that fitted
    nothing · paid_out: that was a mistake.
    """

    GRANTED = "granted"
    TAKEN_BACK = "taken_back"
    SPENT = "spent"
    RETURNED = "returned"
    PAID_IN = "paid_in"
    PAID_OUT = "paid_out"


@dataclass(frozen=True, slots=True)
class CreditEntryView:
    """One movement of a customer's store credit. `amount` is below nothing for what went away; `balance`: after it.

    `reason` is what staff wrote for a grant and its taking back, a code for what an order gave back.
    """

    id: UUID
    customer_id: UUID
    kind: CreditKind
    amount: Money
    balance: Money
    reason: str
    order_id: UUID | None
    order_number: str
    at: datetime


class NotEnoughCredit(DomainError):
    """There is less on the account than was to be used: an order on another device may have used it."""

    code = "not_enough_credit"
    status = 409
    en = "You have {left} of store credit now. Please look at the amounts again."
    vi = "Số dư mua hàng của bạn hiện còn {left}. Vui lòng xem lại số tiền."

    def __init__(self, left: Money) -> None:
        self.left = left


class NothingToTakeBack(DomainError):
    """The grant was taken back before, all of it has been spent, or it is no grant."""

    code = "nothing_to_take_back"
    status = 409
    en = "Nothing of this credit can be taken back."
    vi = "Không thể thu hồi khoản tặng này."
