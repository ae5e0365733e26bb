"""Offers and coupons as staff deal with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from grocery.kernel.errors import DomainError
from grocery.kernel.money import Money
from grocery.kernel.quantity import Quantity
from grocery.ordering.contracts.prices import Adjustment, OfferKind


class OfferState(StrEnum):
    PLANNED = "planned"
    RUNNING = "running"
    ENDED = "ended"


class OfferAction(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    ENDED = "ended"
    UNDONE = "undone"


class Period(StrEnum):
    """Of the store's calendar; a week begins on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferDraft:
    """An offer as staff write it down; `check_offer` says what is wrong with it.

    SKU: `percent` or a new `price` per unit. CATEGORY: `percent`, with all below it. MULTI_BUY: of each `buy` pieces
    of one product `pay` at full price, the others `percent` cheaper (3 for 2: 3, 2, 100). BASKET: `percent` or `off`.
    `from_amount`: the goods' amount at which it begins. `categories` are ids of the catalogue. A coupon's uses are
    limited by `most_uses`, `most_per_customer`, and `most_per_period` in each `period`; None: not.
    """

    kind: OfferKind
    name_en: str
    name_vi: str
    starts_at: datetime
    ends_at: datetime | None = None
    store_id: UUID | None = None
    percent: int = 0
    price: int | None = None
    off: int | None = None
    buy: int = 0
    pay: int = 0
    from_amount: int = 0
    skus: tuple[str, ...] = ()
    categories: tuple[UUID, ...] = ()
    stackable: bool = False
    needs_coupon: bool = False
    most_uses: int | None = None
    most_per_customer: int | None = None
    most_per_period: int | None = None
    period: str = ""


@dataclass(frozen=True, slots=True)
class SampleLine:
    """One line of a sample basket, without and with the offer that is being drafted."""

    sku: str
    name_en: str
    name_vi: str
    quantity: Quantity
    unit: str
    list_amount: Money
    before: Money
    after: Money
    adjustments: tuple[Adjustment, ...]

    def name(self, language: str) -> str:
        return self.name_vi if language == "vi" else self.name_en


@dataclass(frozen=True, slots=True)
class Preview:
    """What a draft would change. `unsold`: SKUs of the sample that are not sold. `conflicts`: offers whose goods and
    time are touched by the draft as well: of these the higher will win on each line."""

    lines: tuple[SampleLine, ...]
    unsold: tuple[str, ...]
    conflicts: tuple[Conflict, ...]
    before: Money
    after: Money
    frees_delivery: bool


@dataclass(frozen=True, slots=True)
class Conflict:
    offer_id: UUID
    name_en: str
    name_vi: str
    starts_at: datetime
    ends_at: datetime | None

    def name(self, language: str) -> str:
        return self.name_vi if language == "vi" else self.name_en


class CouponState(StrEnum):
    """What a code does for a cart."""

    APPLIED = "applied"
    #: Valid, but nothing in the cart is touched, or not enough of it.
    NO_EFFECT = "no_effect"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Coupon:
    """A code that was entered into a cart, and what it does."""

    code: str
    state: CouponState


class CouponUnknown(DomainError):
    """There is no such code, or its offer does not run here now."""

    code = "coupon_unknown"
    status = 404
    field = "code"
    en = "We do not know the code {coupon}, or it is not valid now."
    vi = "Mã {coupon} không tồn tại hoặc hiện không còn hiệu lực."

    def __init__(self, coupon: str) -> None:
        self.coupon = coupon[:40]


class CouponUsedUp(DomainError):
    """As often as it may be used, in all, by one customer or in this period, it has been."""

    code = "coupon_used_up"
    status = 409
    field = "code"
    en = "The code {coupon} has been used as often as it may be."
    vi = "Mã {coupon} đã hết lượt sử dụng."

    def __init__(self, coupon: str) -> None:
        self.coupon = coupon[:40]


class TooManyCoupons(DomainError):
    code = "too_many_coupons"
    field = "code"
    en = "At most {most} codes per order."
    vi = "Tối đa {most} mã cho mỗi đơn."

    def __init__(self, most: int) -> None:
        self.most = most


class NoChangeToUndo(DomainError):
    """The last change of the offer has been undone already."""

    code = "no_change_to_undo"
    status = 409
    en = "There is nothing to undo."
    vi = "Không có gì để hoàn tác."
