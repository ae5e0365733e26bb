"""Disputes, in the words of others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from grocery.kernel.errors import DomainError
from grocery.kernel.money import Money


@dataclass(frozen=True, slots=True)
class DisputeView:
    """A bank wants `amount` of a payment back. `answer_by`: until when a person has to answer, None: never."""

    id: UUID
    reference: str
    amount: Money
    state: str
    reason: str
    answer_by: datetime | None


class PaymentDisputed(DomainError):
    """The customer's bank wants the money back, or has it: it would be given back twice."""

    code = "payment_disputed"
    status = 409
    en = "The payment of order {number} is disputed by the customer's bank. Nothing can be given back beside that."
    vi = "Ngân hàng của khách đang khiếu nại khoản thanh toán của đơn {number}. Không thể hoàn tiền song song."

    def __init__(self, number: str) -> None:
        self.number = number
