"""What the routes of ordering take and answer. Amounts are whole đồng with VAT, quantities exact decimals."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field

from grocery.kernel.inputs import Amount, AnyQuantity, Code, Id, Input, LongText, PositiveQuantity, Text
from grocery.ordering import public as ordering
from grocery.ordering.api import examples
from grocery.ordering.api.companies import BuyerInput


def example(shown: dict[str, Any]) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [shown]})


# --- in -------------------------------------------------------------------------------------------
class ItemInput(Input):
    """So much more of a product."""

    sku: Code
    quantity: PositiveQuantity
    near_expiry: bool | None = None
    model_config = example({"sku": "milk-950", "quantity": 2})


class QuantityInput(Input):
    """Exactly so much of it; 0 takes it out. `near_expiry`: whether units near their date are taken first; null: as
    the line says already."""

    quantity: AnyQuantity
    near_expiry: bool | None = None
    model_config = example({"quantity": 0.45})


class CouponInput(Input):
    """A code as it was typed; case and blanks do not matter."""

    code: Annotated[Text, Field(max_length=40)]
    model_config = example({"code": "TET-2027"})


class SlotInput(Input):
    slot_id: Id
    model_config = example({"slot_id": examples.SLOT_ID})


class AnswerInShort(Input):
    """What comes instead of a SKU that is short; null: what is missing is left out."""

    sku: Code
    with_sku: Code | None
    model_config = example({"sku": "milk-950", "with_sku": "milk-1000"})


class CheckoutInput(Input):
    """Either `address_id` or `pickup_point_id`. `expected_total`: what the customer agreed to, fee included.

    `answers`: what the customer said to the proposals of a 409 `substitutes_proposed`. `use_credit`: store credit
    (`me/credit`) pays what it can, `method` the rest; `expected_credit`: how much of it the customer saw.
    `company`: whom the invoice is to be made out to; null: a retail sale.
    """

    slot_id: Id
    method: ordering.PaymentMethod
    address_id: Id | None = None
    pickup_point_id: Id | None = None
    note: LongText = ""
    expected_total: Amount | None = None
    use_credit: bool = False
    expected_credit: Amount | None = None
    answers: Annotated[list[AnswerInShort], Field(max_length=200)] = []
    company: BuyerInput | None = None
    model_config = example(examples.CHECKOUT)


class CancelledInput(Input):
    """So much of a line is called off."""

    sku: Code
    quantity: PositiveQuantity
    model_config = example({"sku": "milk-950", "quantity": 1})


class CancelInput(Input):
    """Why, for the order's timeline, may be left out. `lines`: only so much of these; empty: the whole order.
    `expected_total`: what the customer saw that would be left to pay (with `lines`)."""

    motive: ordering.CancelMotive = ordering.CancelMotive.UNSAID
    reason: LongText = ""
    lines: Annotated[list[CancelledInput], Field(max_length=200)] = []
    expected_total: Amount | None = None
    model_config = example({"motive": "mistake", "reason": "Ordered twice"})


class PackedInput(Input):
    sku: Code
    quantity: PositiveQuantity
    model_config = example({"sku": "shrimp", "quantity": 0.438})


class PackInput(Input):
    """What the scale says of goods by weight; the rest is packed as ordered."""

    weights: Annotated[list[PackedInput], Field(max_length=200)] = []
    model_config = example({"weights": [{"sku": "shrimp", "quantity": 0.438}]})


# --- out ------------------------------------------------------------------------------------------
class VatPart(Schema):
    """The VAT of one rate (percent) contained in `gross`."""

    rate: Decimal
    gross: int
    vat: int
    model_config = example(examples.VAT)


class PriceChange(Schema):
    """The price per unit when it was last acknowledged, and now."""

    before: int
    now: int
    model_config = example({"before": 47000, "now": 37800})


class Adjustment(Schema):
    """One offer's effect on a line, or on the fee: `amount` is less than nothing. `offer_id` null: the markdown of a
    lot near its date."""

    offer_id: UUID | None
    kind: ordering.OfferKind
    name: str
    quantity: Decimal
    amount: int
    model_config = example(examples.ADJUSTMENT)


class NearExpiry(Schema):
    """Units near their date that are good on the day: `percent` off, up to and on `expires_on`."""

    percent: int
    available: Decimal
    expires_on: date | None
    model_config = example(examples.NEAR_EXPIRY)


class Coupon(Schema):
    """A code in the cart. `no_effect`: valid, but nothing here is lowered by it; `ended`: over, or used up."""

    code: str
    state: ordering.CouponState
    model_config = example(examples.COUPON)


class CartLine(Schema):
    """`amount` is `list_amount` less what the `adjustments` take off it. `shortage`: what the store cannot promise of
    `quantity` for the cart's `day`; `reduced`: what it has near its date for that day; `excess`: what is too much."""

    sku: str
    name: str
    price: int
    unit: str
    step: Decimal
    piece_weight: Decimal | None
    quantity: Decimal
    list_amount: int
    adjustments: list[Adjustment]
    amount: int
    near_expiry: bool
    reduced: list[NearExpiry]
    image: str
    tint: str
    available: Decimal
    shortage: Decimal
    on_sale: bool
    price_change: PriceChange | None
    news: list[ordering.CartNews]
    discount_before: int
    note: str
    substitution: ordering.SubstitutionChoice | None
    substitute_sku: str
    excess: Decimal
    model_config = example(examples.CART_LINE)


class HeldSlot(Schema):
    slot_id: UUID
    day: date
    starts_at: datetime
    ends_at: datetime
    until: datetime
    model_config = example(examples.HELD_SLOT)


class Cart(Schema):
    """total = subtotal - discount + fee - fee_discount. `ceiling`: the most that will be charged, as goods by weight
    may come to a tenth more than ordered.

    `fee` is null until a slot is held and the ward is known; `token` is null for customers. `version` is higher after
    each change of what is in the cart or was said about it, whoever made it; prices and stock do not raise it.
    `ended_offers`: names of offers on the whole cart that counted before and are over, until it is acknowledged."""

    id: UUID | None
    token: UUID | None
    version: int
    store_id: UUID | None
    currency: str
    lines: list[CartLine]
    slot: HeldSlot | None
    subtotal: int
    discount: int
    fee: int | None
    fee_discount: int
    fee_adjustments: list[Adjustment]
    coupons: list[Coupon]
    vat: list[VatPart]
    total: int
    ceiling: int
    can_be_ordered: bool
    substitution: ordering.SubstitutionChoice
    day: date | None
    wanted_day: date | None
    day_passed: bool
    ended_offers: list[str]
    minimum: int
    missing: int
    model_config = example(examples.CART)


class PlacedOrder(Schema):
    """`pay_by` is null when nothing is to be paid now."""

    id: UUID
    number: str
    state: ordering.OrderState
    total: int
    currency: str
    pay_by: datetime | None
    model_config = example(examples.PLACED)


class OrderLine(Schema):
    """`packed` is null until the box is sealed.

    `substitution`: what is wanted if it runs out; `replaces`: the SKU that it was put in for, else empty.
    """

    sku: str
    name: str
    price: int
    unit: str
    piece_weight: Decimal | None
    vat_rate: Decimal
    quantity: Decimal
    list_amount: int
    adjustments: list[Adjustment]
    amount: int
    packed: Decimal | None
    packed_amount: int | None
    image: str
    tint: str
    note: str
    substitution: ordering.SubstitutionChoice
    substitute_sku: str
    replaces: str
    model_config = example(examples.ORDER_LINE)


class TimelineEntry(Schema):
    state: ordering.OrderState
    at: datetime
    by: str
    reason: str
    motive: str
    model_config = example(examples.TIMELINE_ENTRY)


class LineChange(Schema):
    sku: str
    name: str
    unit: str
    before: Decimal
    after: Decimal
    model_config = example(examples.LINE_CHANGE)


class SlotMove(Schema):
    """From one slot to another."""

    starts_before: datetime
    ends_before: datetime
    starts_at: datetime
    ends_at: datetime
    model_config = example(examples.SLOT_MOVE)


class TenderChange(Schema):
    before: ordering.PaymentMethod
    after: ordering.PaymentMethod
    model_config = example(examples.TENDER_CHANGE)


class OrderChange(Schema):
    """Lines became other quantities, the slot (`moved`) or the total another; or it is paid in another way
    (`tender`). `by`: customer, staff or system."""

    kind: ordering.ChangeKind
    at: datetime
    by: str
    motive: str
    note: str
    lines: list[LineChange]
    total_before: int
    total: int
    moved: SlotMove | None
    tender: TenderChange | None
    model_config = example(examples.ORDER_CHANGE)


class Order(Schema):
    """`charged` is the total of what was packed, never above `ceiling`; null until then. `zone` is the store's.

    `given_back`: of what was charged, for goods that were refused or returned.
    `gone` are lines that were called off altogether; they count in no amount.
    """

    id: UUID
    number: str
    state: ordering.OrderState
    store_id: UUID
    method: ordering.PaymentMethod
    placed_at: datetime
    pay_by: datetime | None
    slot_day: date
    slot_starts_at: datetime
    slot_ends_at: datetime
    zone: str
    mode: str
    recipient: str
    phone: str
    address: str
    note: str
    currency: str
    lines: list[OrderLine]
    gone: list[OrderLine]
    timeline: list[TimelineEntry]
    changes: list[OrderChange]
    subtotal: int
    discount: int
    fee: int
    fee_discount: int
    fee_adjustments: list[Adjustment]
    total: int
    vat: list[VatPart]
    ceiling: int
    charged: int | None
    given_back: int
    may_be_cancelled: bool
    awaits_payment: bool
    model_config = example(examples.ORDER)


class OrderSummary(Schema):
    id: UUID
    number: str
    state: ordering.OrderState
    placed_at: datetime
    slot_day: date
    slot_starts_at: datetime
    slot_ends_at: datetime
    zone: str
    line_count: int
    pictures: list[str]
    total: int
    method: ordering.PaymentMethod
    model_config = example(examples.ORDER_SUMMARY)


class OrderPage(Schema):
    """Newest first; `total` counts all pages."""

    total: int
    orders: list[OrderSummary]
    model_config = example({"total": 1, "orders": [examples.ORDER_SUMMARY]})
