"""What there is to say of providers that are slow, or away."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from grocery.kernel.errors import DomainError
from grocery.kernel.money import Money
from grocery.payments.contracts import Method


class PaymentOpening(DomainError):
    """The provider is being asked and has not answered yet: the same question again in a moment. Nothing is lost."""

    code = "payment_opening"
    status = 503
    en = "The payment is being opened. Please ask again in {retry_after} seconds."
    vi = "Đang mở trang thanh toán. Vui lòng thử lại sau {retry_after} giây."

    def __init__(self, provider: str, retry_after: int = 2) -> None:
        self.provider, self.retry_after = provider, retry_after


class MethodAway(DomainError):
    """Whoever takes money in this way does not answer at present."""

    code = "payment_method_away"
    en = "This way to pay does not answer at the moment. Please choose another, or try again later."
    vi = "Hình thức thanh toán này đang tạm gián đoạn. Vui lòng chọn hình thức khác hoặc thử lại sau."

    def __init__(self, method: Method) -> None:
        self.method = method


class WhyNot(StrEnum):
    """Why a way to pay cannot be chosen now, though the shop has it.

    away: whoever takes the money does not answer · too_little, too_much: for this amount.
    """

    AWAY = "away"
    TOO_LITTLE = "too_little"
    TOO_MUCH = "too_much"


@dataclass(frozen=True, slots=True)
class MethodOffer:
    """A way to pay that the shop has, what it takes at once, and why it cannot be chosen now; None: it can."""

    method: Method
    least: Money | None = None
    most: Money | None = None
    why_not: WhyNot | None = None
