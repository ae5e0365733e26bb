"""Money that staff give back: by line, in part or for goods that stay with the customer; and who has to agree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from grocery.kernel.errors import DomainError, Invalid
from grocery.kernel.money import Money, dong
from grocery.kernel.quantity import ZERO, Quantity
from grocery.ordering.contracts.returns import Returnable, ReturnReason, ReturnView, unwanted_as_typed

#: What a form says of a line of which some money is given back, that it then asks for.
AMOUNT: Final = "amount"
_LARGEST: Final = 12


class WhyEyes(StrEnum):
    """Why a second person has to agree; none: nobody has to.

    amount: it is much at once · staff: whoever asks has given back much today · store: the whole store has.
    """

    NONE = ""
    AMOUNT = "amount"
    STAFF = "staff"
    STORE = "store"


class RefundStep(StrEnum):
    """What somebody did about money that goes back."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    UNDONE = "undone"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class RefundLine:
    """So much of a line is paid back, or `amount` of it while the goods count as sold. `note`: needed for `other`."""

    sku: str
    reason: ReturnReason
    quantity: Quantity = ZERO
    amount: Money | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class RefundableLine:
    """A packed line: what it was charged, what went or goes back of that, and what still may."""

    line: Returnable
    charged: Money
    back: Money

    @property
    def left(self) -> Money:
        return self.charged - self.back


@dataclass(frozen=True, slots=True)
class RefundDesk:
    """What may still be paid back of an order, line by line, of its delivery fee, and in all."""

    lines: tuple[RefundableLine, ...]
    fee_left: Money
    left: Money


@dataclass(frozen=True, slots=True)
class RefundStepView:
    """Who did what, when, about how much, and with which word. `by` None: the clock."""

    what: RefundStep
    at: datetime
    by: UUID | None
    amount: Money
    why: WhyEyes
    note: str


@dataclass(frozen=True, slots=True)
class RefundWork:
    """Money that waits for a second person, or did: what, who asked, why they may not alone, what was done."""

    seen: ReturnView
    asked_by: UUID | None
    why: WhyEyes
    steps: tuple[RefundStepView, ...]


def refund_lines_as_typed(form: Mapping[str, str], skus: Iterable[str]) -> list[RefundLine]:
    """As `unwanted_as_typed`; where `quantity-SKU` says `amount`, `amount-SKU` says how many đồng. Raises Invalid."""
    skus = list(skus)
    by_money = [sku for sku in skus if form.get(f"quantity-{sku}") == AMOUNT]
    goods = unwanted_as_typed(form, [sku for sku in skus if sku not in by_money])
    words = unwanted_as_typed(dict(form.items()) | {f"quantity-{sku}": "1" for sku in by_money}, by_money)
    return [
        *(RefundLine(one.sku, one.reason, quantity=one.quantity, note=one.note) for one in goods),
        *(
            RefundLine(w.sku, w.reason, amount=dong_typed(form.get(f"amount-{w.sku}", "")), note=w.note)
            for w in words
        ),
    ]


def dong_typed(text: str, *, field: str = "amount") -> Money:
    """Whole đồng as people type them: 25000, 25.000, 25 000 ₫; nothing is nothing. Raises Invalid."""
    plain = "".join(sign for sign in text if sign not in " .,₫đ\N{NO-BREAK SPACE}")
    if not plain:
        return dong(0)
    if not (plain.isascii() and plain.isdigit() and len(plain) <= _LARGEST):
        raise Invalid(field, "Type an amount in đồng, for example 25.000.", "Nhập số tiền bằng đồng, ví dụ 25.000.")
    return dong(int(plain))


class MoreThanCharged(DomainError):
    """More is given back of something than was charged for it and has not been given back."""

    code = "more_than_charged"
    status = 409
    en = "More than can be given back: {what}, {left}."
    vi = "Nhiều hơn số tiền có thể hoàn: {what}, {left}."

    def __init__(self, what: str, left: Money) -> None:
        self.what, self.left = what, left


class OwnRefund(DomainError):
    """Whoever asked for money to go back is not the second pair of eyes."""

    code = "own_refund"
    status = 403
    en = "Somebody else has to agree to what you asked for."
    vi = "Khoản bạn đề nghị phải do người khác duyệt."


class NotYourRefund(DomainError):
    """Only who asked for it withdraws it; only managers approve or refuse it."""

    code = "not_your_refund"
    status = 403
    en = "This is for whoever asked for it, or for a manager."
    vi = "Việc này dành cho người đề nghị hoặc quản lý."
