"""How an order is paid, and how it is to be paid instead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from grocery.kernel.errors import DomainError
from grocery.kernel.money import Money


class PaymentMethod(StrEnum):
    CARD = "card"
    MOMO = "momo"
    BANK_TRANSFER = "bank_transfer"
    CASH_ON_DELIVERY = "cash_on_delivery"


@dataclass(frozen=True, slots=True)
class TenderChange:
    """From one way to pay to another."""

    before: PaymentMethod
    after: PaymentMethod


@dataclass(frozen=True, slots=True)
class TenderToCome:
    """The order counts on `method`. `changes_to` None: nothing else is waited for. Else `to_pay` is to be paid in
    that way by `pay_until`, as any order is paid; what is held in the old way is let go then, and not before."""

    order_id: UUID
    method: PaymentMethod
    changes_to: PaymentMethod | None
    to_pay: Money
    pay_until: datetime | None


class TenderFixed(DomainError):
    """It is too late: it is packed or over, or what was paid is ours already."""

    code = "tender_fixed"
    status = 409
    en = "Order {number} can no longer be paid in another way."
    vi = "Không thể đổi hình thức thanh toán của đơn {number} nữa."

    def __init__(self, number: str) -> None:
        self.number = number
