"""Orders that become others before they are picked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from grocery.kernel.errors import DomainError
from grocery.kernel.money import Money
from grocery.kernel.quantity import Quantity
from grocery.ordering.contracts.prices import NOTHING, Adjustment


class EditOutcome(StrEnum):
    """applied: the order is as wanted · waits: once the rest is paid it will be · unchanged: it was so already."""

    APPLIED = "applied"
    WAITS = "waits_for_payment"
    UNCHANGED = "unchanged"


class RevisionState(StrEnum):
    """waiting: for its money · applied: the order has become it · ended: it will not, the order is as it was."""

    WAITING = "waiting"
    APPLIED = "applied"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class LineEffect:
    """What a change does to one line: so much of it, and what it costs with its offers, before and after.

    `adjustments` are those that lower it afterwards.
    """

    sku: str
    name_en: str
    name_vi: str
    unit: str
    before: Quantity
    after: Quantity
    amount_before: Money
    amount: Money
    adjustments: tuple[Adjustment, ...] = ()

    def name(self, language: str) -> str:
        return self.name_vi if language == "vi" else self.name_en


@dataclass(frozen=True, slots=True)
class OfferEffect:
    """What one offer takes off the order, fee included, before and after; NOTHING: it does not count."""

    name_en: str
    name_vi: str
    before: Money
    after: Money

    def name(self, language: str) -> str:
        return self.name_vi if language == "vi" else self.name_en


@dataclass(frozen=True, slots=True)
class Window:
    """A slot as an order copies it."""

    slot_id: UUID
    day: date
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Edited:
    """What an edit comes to. `ceiling`: the most that will be charged; `to_pay`: what is still to be authorised for
    it, by `pay_by`, on the order's payment page. `revision_id` names the change that waits for that.

    `lines`: those whose quantity or amount becomes another; `offers`: those that take off more or less than before;
    `coupons`: codes that no longer count and may be used again. Fees are what is paid after offers. `window`: the new
    slot, None: it stays. total = goods + fee.
    """

    outcome: EditOutcome
    total: Money
    ceiling: Money
    to_pay: Money
    pay_by: datetime | None = None
    revision_id: UUID | None = None
    total_before: Money = NOTHING
    goods: Money = NOTHING
    goods_before: Money = NOTHING
    fee: Money = NOTHING
    fee_before: Money = NOTHING
    lines: tuple[LineEffect, ...] = ()
    offers: tuple[OfferEffect, ...] = ()
    coupons: tuple[str, ...] = ()
    window: Window | None = None
    #: What an order starts at: customers cannot take out goods to come below it.
    minimum: Money = NOTHING


class OrderNotEditable(DomainError):
    """It is too late: the cut-off of its slot has passed, it is being picked, or it has ended."""

    code = "order_not_editable"
    status = 409
    en = "Order {number} can no longer be changed."
    vi = "Không thể sửa đơn {number} nữa."

    def __init__(self, number: str, state: str) -> None:
        self.number, self.state = number, state


class BeyondAuthorisation(DomainError):
    """The card's hold ends before that slot does: the money could not be taken when the goods are packed."""

    code = "beyond_authorisation"
    status = 409
    field = "slot_id"
    en = "What is held for this order ends before this time slot. Please choose an earlier one, or order anew."
    vi = "Khoản tạm giữ cho đơn này hết hạn trước khung giờ này. Vui lòng chọn khung giờ sớm hơn hoặc đặt đơn mới."

    def __init__(self, slot_id: UUID, held_until: datetime) -> None:
        self.slot_id, self.held_until = str(slot_id), held_until.isoformat()


class DearerWithout(DomainError):
    """Without these goods an advantage is lost that is worth more than they cost."""

    code = "dearer_without"
    status = 409
    field = "lines"
    en = "Without these goods the order would cost {now_text}, not {before_text}: an offer or free delivery ends."
    vi = "Bỏ các món này, đơn sẽ là {now_text} thay vì {before_text}: ưu đãi hoặc miễn phí giao không còn."

    def __init__(self, before: Money, now: Money) -> None:
        self.before, self.now = before.minor, now.minor
        self._texts = {"before_text": str(before), "now_text": str(now)}

    def text(self, language: str) -> str:
        return (self.vi if language == "vi" else self.en).format_map(self._texts)
