"""Orders as they look from outside."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final, NewType
from uuid import UUID

from grocery.kernel.money import Money
from grocery.kernel.quantity import Quantity
from grocery.ordering.contracts.carts import VatPart
from grocery.ordering.contracts.changes import OrderChange
from grocery.ordering.contracts.prices import NOTHING, Adjustment
from grocery.ordering.contracts.tenders import PaymentMethod

OrderId = NewType("OrderId", UUID)


class OrderState(StrEnum):
    PLACED = "placed"
    CONFIRMED = "confirmed"
    PICKING = "picking"
    PACKED = "packed"
    OUT_FOR_DELIVERY = "out_for_delivery"
    #: It came back: nobody was at home, or nobody fetched it.
    UNDELIVERED = "undelivered"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


class CancelReason(StrEnum):
    """Why an order ended early. What people wrote about it stays on the order's timeline."""

    CUSTOMER = "customer"
    STAFF = "staff"
    NOT_PAID = "not_paid"
    PAYMENT_CANCELLED = "payment_cancelled"
    NOT_PAID_AGAIN = "not_paid_again"
    OUT_OF_STOCK = "out_of_stock"
    #: Nothing of it was wanted at the door; and: it could not be delivered.
    REFUSED = "refused"
    UNDELIVERED = "undelivered"


#: The money is asked for when the box is sealed: until then it may come in another way.
PAID_OTHERWISE: Final = frozenset({OrderState.PLACED, OrderState.CONFIRMED, OrderState.PICKING})


@dataclass(frozen=True, slots=True)
class UseCredit:
    """Store credit pays what it can. `shown`: just so much, for that is what the customer saw."""

    shown: Money | None = None


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
    """One line as it was ordered: name, price, VAT rate of its day. `packed` is None until it is sealed.

    `amount` is what it costs after offers: `list_amount` (price times quantity) plus the adjustments' amounts.
    """

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
    list_amount: Money = NOTHING
    adjustments: tuple[Adjustment, ...] = ()
    #: What the customer wrote for the picker.
    note: str = ""
    #: What the customer wants if it runs out: the value of a `SubstitutionChoice`; and what they named for that case.
    substitution: str = "similar"
    substitute_sku: str = ""
    #: The SKU that this one was put in for; empty for what was ordered.
    replaces: str = ""
    #: What its quantity comes in; None in orders from before that was kept.
    step: Quantity | None = None
    #: What a piece weighs about, of goods that are counted by the piece and paid by weight.
    piece_weight: Quantity | None = None

    def name(self, language: str) -> str:
        return self.name_vi if language == "vi" else self.name_en


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """The order came into `state` at that moment. `by`: "customer", "staff" or "system".

    `motive` is the `CancelMotive` of an order that was called off by people, else empty.
    """

    state: OrderState
    at: datetime
    by: str
    reason: str
    motive: str = ""


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
    """One order, whole. `charged` is the total of what was really packed; None until then.

    total = subtotal - discount + fee - fee_discount.
    """

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
    discount: Money = NOTHING
    fee_discount: Money = NOTHING
    fee_adjustments: tuple[Adjustment, ...] = ()
    #: Lines that were called off altogether, as they were before that: nothing of them counts in any amount.
    gone: tuple[OrderLineView, ...] = ()
    changes: tuple[OrderChange, ...] = ()
    #: What goods by weight may come to above their estimate, all together.
    headroom: Money = NOTHING
    #: Of what was charged: for goods that were refused or returned, fee included; not collected, or on its way back.
    given_back: Money = NOTHING
    #: Of the delivery fee, percent.
    fee_vat_rate: Decimal = Decimal(0)

    @property
    def ceiling(self) -> Money:
        """The most that is charged: what a card is asked to hold."""
        return self.total + self.headroom

    @property
    def may_be_paid_otherwise(self) -> bool:
        """Whether its state allows that; its money may be here already."""
        return self.state in PAID_OTHERWISE

    @property
    def awaits_payment(self) -> bool:
        """Whether the customer has to pay by card, now."""
        return self.state is OrderState.PLACED and self.pay_by is not None


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Which orders: in one of `states`, placed from and before these moments, about `words`; empty does not narrow.

    `words` are the beginning of a number, or a part of a product's name, with or without its marks.
    """

    states: tuple[OrderState, ...] = ()
    placed_from: datetime | None = None
    placed_before: datetime | None = None
    words: str = ""


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
    method: PaymentMethod


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Orders `offset` to `offset + limit` of `total`, newest first."""

    total: int
    orders: tuple[OrderSummary, ...]


@dataclass(frozen=True, slots=True)
class TransferToMake:
    """The account that the amount is sent to, and the `memo` by which we find what it pays."""

    bank: str
    bank_bin: str
    account: str
    holder: str
    memo: str


@dataclass(frozen=True, slots=True)
class PaymentToMake:
    """How the customer pays now: with the provider's form (`client_secret` and what goes with it), at `pay_url`,
    whose phone's way there is `qr`, or by `transfer`, which `qr` fills in. Without any of these there is nothing for
    them to do. What is not paid by `pay_until` is off. `keeps_card`: the provider keeps the card, to hold the money
    once more before the day of the order."""

    order_id: OrderId
    method: PaymentMethod
    state: str
    amount: Money
    client_secret: str | None = field(default=None, repr=False)
    publishable_key: str | None = None
    js_url: str | None = None
    pay_url: str | None = None
    qr: str | None = None
    transfer: TransferToMake | None = None
    pay_until: datetime | None = None
    keeps_card: bool = False

    @property
    def needs_customer(self) -> bool:
        """Whether there is something for them to do."""
        return bool(self.client_secret or self.pay_url or self.transfer)
