"""The words of ordering: ids, states, what carts and orders look like from outside, and what can go wrong.

A `sku`, `store_id` or `customer_id` is the catalogue's or the accounts' id. Quantities are exact, in the
product's own unit (pieces, kg, l). Prices include VAT.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NewType
from uuid import UUID

from grocery.kernel.errors import DomainError
from grocery.kernel.money import Money
from grocery.kernel.quantity import Quantity, plain

CartId = NewType("CartId", UUID)
OrderId = NewType("OrderId", UUID)


# --- carts ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CartOwner:
    """Whose cart: a customer's, or a guest's who holds its token. Neither: a guest who has no cart yet.

    With both, the customer counts.
    """

    customer_id: UUID | None = None
    token: UUID | None = None


@dataclass(frozen=True, slots=True)
class PriceChange:
    """The price per unit when the customer last looked, and now."""

    before: Money
    now: Money


@dataclass(frozen=True, slots=True)
class CartLine:
    """One SKU in a cart at today's price. `amount` is price times quantity.

    `available` is what the store could promise for the day in question; `shortage` what lacks of `quantity`.
    `on_sale` False: the shop no longer sells it; it counts nothing and must be taken out.
    """

    sku: str
    name_en: str
    name_vi: str
    price: Money
    unit: str
    step: Quantity
    quantity: Quantity
    amount: Money
    vat_rate: Decimal
    image: str
    tint: str
    available: Quantity
    shortage: Quantity
    on_sale: bool = True
    price_change: PriceChange | None = None

    def name(self, language: str) -> str:
        return self.name_vi if language == "vi" else self.name_en


@dataclass(frozen=True, slots=True)
class VatPart:
    """The VAT of one rate (percent) that is contained in `gross`."""

    rate: Decimal
    gross: Money
    vat: Money


@dataclass(frozen=True, slots=True)
class HeldSlot:
    """The delivery slot kept for this cart until `until`. `day` is the store's local date."""

    slot_id: UUID
    day: date
    starts_at: datetime
    ends_at: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class CartView:
    """A cart, priced and checked against the shelf at this moment.

    `fee` is known once a slot is held; until then `total` is the goods alone. The parts of `vat` add up to
    the VAT that `total` contains.
    """

    id: CartId | None
    owner: CartOwner
    store_id: UUID | None
    lines: tuple[CartLine, ...]
    slot: HeldSlot | None
    subtotal: Money
    fee: Money | None
    vat: tuple[VatPart, ...]
    total: Money

    @property
    def changes(self) -> tuple[CartLine, ...]:
        """Lines whose price is another one than when the customer last looked."""
        return tuple(line for line in self.lines if line.price_change)

    @property
    def shortages(self) -> dict[str, Quantity]:
        """What is missing, per SKU; such a cart cannot be ordered as it is."""
        return {line.sku: line.shortage for line in self.lines if line.shortage}

    @property
    def can_be_ordered(self) -> bool:
        return bool(self.lines) and all(line.on_sale and not line.shortage for line in self.lines)


# --- orders ---------------------------------------------------------------------------------------


class OrderState(StrEnum):
    PLACED = "placed"
    CONFIRMED = "confirmed"
    PICKING = "picking"
    PACKED = "packed"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


class PaymentMethod(StrEnum):
    CARD = "card"
    CASH_ON_DELIVERY = "cash_on_delivery"


class CancelReason(StrEnum):
    """Why an order ended early. What people wrote about it stays on the order's timeline."""

    CUSTOMER = "customer"
    STAFF = "staff"
    NOT_PAID = "not_paid"
    PAYMENT_CANCELLED = "payment_cancelled"
    OUT_OF_STOCK = "out_of_stock"


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """What the customer is told at once. `pay_by` None: nothing is to be paid now (cash on delivery)."""

    id: OrderId
    number: str
    state: OrderState
    total: Money
    pay_by: datetime | None


@dataclass(frozen=True, slots=True)
class OrderLineView:
    """One line as it was ordered: name, price, VAT rate of that moment. `packed` is None until it is sealed."""

    sku: str
    name_en: str
    name_vi: str
    price: Money
    unit: str
    vat_rate: Decimal
    quantity: Quantity
    amount: Money
    packed: Quantity | None
    packed_amount: Money | None
    image: str
    tint: str

    def name(self, language: str) -> str:
        return self.name_vi if language == "vi" else self.name_en


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """The order came into `state` at that moment. `by`: "customer", "staff" or "system"."""

    state: OrderState
    at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where the order goes and to whom, copied when it was placed. For pickup the address is the point's."""

    mode: str
    name: str
    phone: str
    address: str
    note: str


@dataclass(frozen=True, slots=True)
class OrderView:
    """One order, whole. `charged` is the total of what was really packed; None until then."""

    id: OrderId
    number: str
    state: OrderState
    store_id: UUID
    customer_id: UUID
    language: str
    method: PaymentMethod
    placed_at: datetime
    pay_by: datetime | None
    slot_day: date
    slot_starts_at: datetime
    slot_ends_at: datetime
    zone: str
    recipient: Recipient
    lines: tuple[OrderLineView, ...]
    timeline: tuple[TimelineEntry, ...]
    subtotal: Money
    fee: Money
    total: Money
    vat: tuple[VatPart, ...]
    charged: Money | None
    may_be_cancelled: bool

    @property
    def awaits_payment(self) -> bool:
        """Whether the customer has to pay by card, now."""
        return self.state is OrderState.PLACED and self.pay_by is not None


@dataclass(frozen=True, slots=True)
class OrderSummary:
    """One order in a list; `pictures` are those of its first lines."""

    id: OrderId
    number: str
    state: OrderState
    placed_at: datetime
    slot_day: date
    slot_starts_at: datetime
    slot_ends_at: datetime
    zone: str
    line_count: int
    pictures: tuple[str, ...]
    total: Money


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Orders `offset` to `offset + limit` of `total`, newest first."""

    total: int
    orders: tuple[OrderSummary, ...]


@dataclass(frozen=True, slots=True)
class PaymentToMake:
    """How the customer pays now. Without `client_secret` there is nothing to do in the browser."""

    order_id: OrderId
    method: PaymentMethod
    state: str
    amount: Money
    client_secret: str | None = field(default=None, repr=False)
    publishable_key: str | None = None
    js_url: str | None = None


# --- what can go wrong ----------------------------------------------------------------------------


class ProductNotSold(DomainError):
    """These SKUs are unknown, or the shop does not sell them (any more)."""

    code = "product_not_sold"
    en = "Not sold here: {skus_text}."
    vi = "Cửa hàng không bán: {skus_text}."

    def __init__(self, skus: Sequence[str]) -> None:
        self.skus = list(skus)

    def text(self, language: str) -> str:
        return (self.vi if language == "vi" else self.en).format(skus_text=", ".join(self.skus))


class QuantityTooLarge(DomainError):
    code = "quantity_too_large"
    field = "quantity"
    en = "At most {most} of one product."
    vi = "Tối đa {most} cho mỗi sản phẩm."

    def __init__(self, sku: str, most: Quantity) -> None:
        self.sku, self.most = sku, plain(most)


class QuantityNotInSteps(DomainError):
    """The product is sold by the piece, or by 0.1 kg: its step."""

    code = "quantity_not_in_steps"
    field = "quantity"
    en = "Sold in steps of {step}."
    vi = "Bán theo bước {step}."

    def __init__(self, sku: str, step: Quantity) -> None:
        self.sku, self.step = sku, plain(step)


class CartFull(DomainError):
    code = "cart_full"
    en = "A cart holds at most {most} different products."
    vi = "Giỏ hàng chứa tối đa {most} sản phẩm khác nhau."

    def __init__(self, most: int) -> None:
        self.most = most


class CartEmpty(DomainError):
    code = "cart_empty"
    en = "The cart is empty."
    vi = "Giỏ hàng đang trống."


class TotalChanged(DomainError):
    """The total is no longer what the customer agreed to; show the cart again."""

    code = "total_changed"
    status = 409
    en = "The total is now {now_text}, not {before_text}. Please look again before ordering."
    vi = "Tổng tiền hiện là {now_text}, không phải {before_text}. Vui lòng xem lại trước khi đặt."

    def __init__(self, before: Money, now: Money) -> None:
        self.before, self.now = before.minor, now.minor
        self._texts = {"before_text": str(before), "now_text": str(now)}

    def text(self, language: str) -> str:
        return (self.vi if language == "vi" else self.en).format_map(self._texts)


class BelowMinimum(DomainError):
    code = "below_minimum"
    en = "Orders start at {minimum_text}."
    vi = "Đơn hàng tối thiểu {minimum_text}."

    def __init__(self, minimum: Money, subtotal: Money) -> None:
        self.minimum, self.subtotal = minimum.minor, subtotal.minor
        self._minimum_text = str(minimum)

    def text(self, language: str) -> str:
        return (self.vi if language == "vi" else self.en).format(minimum_text=self._minimum_text)


class OrderNotCancellable(DomainError):
    """It is too late: it is being picked, or has ended."""

    code = "order_not_cancellable"
    status = 409
    en = "Order {number} can no longer be cancelled. Please call the store."
    vi = "Không thể hủy đơn {number} nữa. Vui lòng gọi cửa hàng."

    def __init__(self, number: str, state: OrderState) -> None:
        self.number, self.state = number, state.value


class WrongState(DomainError):
    """The order is not where this step starts."""

    code = "wrong_state"
    status = 409
    en = "Order {number} is {state}; it cannot become {wanted}."
    vi = "Đơn {number} đang ở trạng thái {state}; không thể chuyển sang {wanted}."

    def __init__(self, number: str, state: OrderState, wanted: OrderState) -> None:
        self.number, self.state, self.wanted = number, state.value, wanted.value


class NothingToPay(DomainError):
    """The order is cancelled or paid on delivery."""

    code = "nothing_to_pay"
    status = 409
    en = "Order {number} needs no payment now."
    vi = "Đơn {number} hiện không cần thanh toán."

    def __init__(self, number: str) -> None:
        self.number = number


class WeightOutOfTolerance(DomainError):
    """More was packed than ordered, or too little; only goods by weight or volume may differ at all."""

    code = "weight_out_of_tolerance"
    field = "weights"
    en = "{sku}: {least} to {most} may be packed."
    vi = "{sku}: được đóng gói từ {least} đến {most}."

    def __init__(self, sku: str, least: Quantity, most: Quantity) -> None:
        self.sku, self.least, self.most = sku, plain(least), plain(most)
