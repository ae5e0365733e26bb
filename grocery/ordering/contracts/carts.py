"""Carts as they look from outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NewType
from uuid import UUID

from grocery.kernel.money import Money, total
from grocery.kernel.quantity import ZERO, Quantity
from grocery.ordering.contracts.choices import SubstitutionChoice
from grocery.ordering.contracts.offers import Coupon
from grocery.ordering.contracts.prices import NOTHING, Adjustment, NearExpiry
from grocery.ordering.contracts.weights import headroom

CartId = NewType("CartId", UUID)


@dataclass(frozen=True, slots=True)
class CartOwner:
    """Whose cart: a customer's, or a guest's who holds its token. Neither: a guest who has no cart yet.

    With both, the customer counts.
    """

    customer_id: UUID | None = None
    token: UUID | None = None


@dataclass(frozen=True, slots=True)
class PriceChange:
    """The price per unit when the customer last acknowledged it, and now."""

    before: Money
    now: Money


class CartNews(StrEnum):
    """What is otherwise about a line than when its owner last acknowledged it."""

    PRICE = "price"
    SHORT = "short"
    BACK_IN_STOCK = "back_in_stock"
    WITHDRAWN = "withdrawn"
    SOLD_AGAIN = "sold_again"
    OFFER_ENDED = "offer_ended"


@dataclass(frozen=True, slots=True)
class EndedOffer:
    """An offer on the whole cart that is over."""

    name_en: str
    name_vi: str

    def name(self, language: str) -> str:
        return self.name_vi if language == "vi" else self.name_en


@dataclass(frozen=True, slots=True)
class CartLine:
    """One SKU in a cart at today's price. `list_amount` is price times quantity; `amount` what it costs after offers,
    each of which `adjustments` explain: `list_amount` plus their amounts.

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
    list_amount: Money = NOTHING
    adjustments: tuple[Adjustment, ...] = ()
    #: What the customer wrote for the picker.
    note: str = ""
    #: What is wanted if it runs out; None: as for the whole cart. And the SKU that was named for that case.
    substitution: SubstitutionChoice | None = None
    substitute_sku: str = ""
    #: By how much `quantity` is above what one order may hold of it.
    excess: Quantity = ZERO
    #: What has changed since it was acknowledged; the price then is in `price_change`, the offers then took this off.
    news: tuple[CartNews, ...] = ()
    discount_before: Money = NOTHING
    #: Of what offers take off now, what stays whatever else its owner does in the cart.
    lasting_discount: Money = NOTHING
    #: The customer takes units near their date first, and those that there are for the day, first expired first.
    near_expiry: bool = False
    reduced: tuple[NearExpiry, ...] = ()
    #: What a piece weighs about, of goods that are counted by the piece and paid by weight; then also the step.
    piece_weight: Quantity | None = None

    def name(self, language: str) -> str:
        return self.name_vi if language == "vi" else self.name_en

    @property
    def headroom(self) -> Money:
        """By how much it may come to more on the scale."""
        return headroom(self.amount, unit=self.unit)


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
class CartGlance:
    """A cart as the head of every page shows it: how much of what, what it costs, for when; without stock."""

    quantities: Mapping[str, Quantity]
    goods: Money
    slot: HeldSlot | None
    day: date | None


@dataclass(frozen=True, slots=True)
class CartView:
    """A cart, priced and checked against the shelf at this moment.

    `subtotal` is what the goods cost before offers, `discount` what offers take off them, `fee_discount` what they
    take off the fee: total = subtotal - discount + fee - fee_discount. `fee` is known once a slot is held; until then
    `total` is the goods alone. The parts of `vat` add up to the VAT that `total` contains.
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
    discount: Money = NOTHING
    fee_discount: Money = NOTHING
    fee_adjustments: tuple[Adjustment, ...] = ()
    coupons: tuple[Coupon, ...] = ()
    #: What is wanted if something runs out, where its line does not say otherwise.
    substitution: SubstitutionChoice = SubstitutionChoice.SIMILAR
    #: Offers that look at the whole cart: those that count, and those that counted when its owner last changed or
    #: acknowledged it and have ended since.
    basket_offers: frozenset[UUID] = frozenset()
    ended_offers: tuple[EndedOffer, ...] = ()
    #: The day that freshness and stock are told for: the held slot's, the one wanted, or today. None: no cart yet.
    day: date | None = None
    #: The day that the customer chose early; it counts while no slot is held and until it has passed.
    wanted_day: date | None = None
    #: The least that `goods` come to in an order.
    minimum: Money = NOTHING
    #: Higher with each change of what is in it or was said about it, whoever makes it; 0: no cart yet.
    version: int = 0

    @property
    def day_passed(self) -> bool:
        """Whether the day that was wanted is over, so that today counts instead."""
        return self.wanted_day is not None and self.day is not None and not self.slot and self.wanted_day < self.day

    @property
    def missing(self) -> Money:
        """How much is missing to the least order; nothing where it is reached."""
        return self.minimum - self.goods if self.goods < self.minimum else NOTHING

    @property
    def goods(self) -> Money:
        """What the goods cost after offers: what free delivery and the least order are measured by."""
        return self.subtotal - self.discount

    @property
    def ceiling(self) -> Money:
        """The most that will be charged: goods by weight may come to a tenth more."""
        return self.total + total(line.headroom for line in self.lines)

    @property
    def changes(self) -> tuple[CartLine, ...]:
        """Lines that are otherwise than when the customer last acknowledged them."""
        return tuple(line for line in self.lines if line.news)

    @property
    def to_acknowledge(self) -> bool:
        """Whether there is anything that the customer has not acknowledged: a line, an offer, that the day passed."""
        return bool(self.changes or self.ended_offers) or self.day_passed

    @property
    def shortages(self) -> dict[str, Quantity]:
        """What is missing, per SKU; such a cart cannot be ordered as it is."""
        return {line.sku: line.shortage for line in self.lines if line.shortage}

    @property
    def can_be_ordered(self) -> bool:
        return bool(self.lines) and all(line.on_sale and not (line.shortage or line.excess) for line in self.lines)


@dataclass(frozen=True, slots=True)
class ChangedItem:
    """One product of a cart after its quantity was changed, and no look at the others.

    `line` is None once it is taken out. Its `amount` counts what offers take off it whatever else is in the cart: in
    the whole cart it may be lower. Its news stay untold: they are told with the cart until they are acknowledged.
    `version` and `size` (lines) are the cart's; two changes of one client that are further apart than 1 had another's
    between them. `goods`, where it was asked for: what the goods of the whole cart cost after offers.
    """

    cart_id: CartId | None
    owner: CartOwner
    version: int
    size: int
    line: CartLine | None
    goods: Money | None = None
