"""What goes into pricing and what comes out: goods, rules, priced lines. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from grocery.kernel.money import Money, total
from grocery.kernel.quantity import Quantity
from grocery.ordering.contracts.prices import NOTHING, Adjustment, OfferKind
from grocery.ordering.policies.near_expiry import Reduced

_ON_GOODS: Final = frozenset({OfferKind.SKU, OfferKind.CATEGORY, OfferKind.MULTI_BUY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A rule that counts now: its window, store and coupon are looked at by whoever passes it in.

    `percent` off, or `price` per unit (SKU), or `off` the basket. MULTI_BUY: of each `buy` units of one product
    `buy - pay` are `percent` cheaper. `from_amount`: the goods' list amount (FREE_DELIVERY: what is paid for them)
    at which the offer begins. It touches what is in `skus` or below `categories`; BASKET touches everything. Where
    `only` is given, nothing but these, and of offers on goods those of them that are in `skus`.
    """

    id: UUID
    kind: OfferKind
    name_en: str
    name_vi: str
    percent: int = 0
    price: Money | None = None
    off: Money | None = None
    buy: int = 0
    pay: int = 0
    from_amount: Money = NOTHING
    skus: frozenset[str] = frozenset()
    categories: frozenset[UUID] = frozenset()
    stackable: bool = False
    only: frozenset[str] | None = None

    def may_touch(self, sku: str) -> bool:
        return self.only is None or sku in self.only

    @property
    def is_on_goods(self) -> bool:
        return self.kind in _ON_GOODS

    @property
    def looks_at_the_basket(self) -> bool:
        """Whether what else is in the basket matters to it."""
        return not self.is_on_goods or bool(self.from_amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """So much of one SKU. `categories`: its own and those above. `reduced`: the part that comes from marked-down
    lots. `counted`: sold by the piece."""

    sku: str
    price: Money
    quantity: Quantity
    counted: bool = True
    categories: frozenset[UUID] = frozenset()
    reduced: tuple[Reduced, ...] = ()


@dataclass(frozen=True, slots=True)
class PricedLine:
    """`amount` = `list_amount` + the adjustments' amounts, never below zero."""

    list_amount: Money
    adjustments: tuple[Adjustment, ...] = ()

    @property
    def discount(self) -> Money:
        return -total(adjustment.amount for adjustment in self.adjustments) if self.adjustments else NOTHING

    @property
    def amount(self) -> Money:
        return self.list_amount - self.discount if self.adjustments else self.list_amount

    def discount_without(self, offers: Set[UUID]) -> Money:
        """What the others take off."""
        return -total(one.amount for one in self.adjustments if one.offer_id not in offers)


@dataclass(frozen=True, slots=True)
class PricedBasket:
    """The lines by SKU. `amount` = `subtotal` - `discount` is what the goods cost."""

    lines: Mapping[str, PricedLine]

    @property
    def subtotal(self) -> Money:
        return total(line.list_amount for line in self.lines.values())

    @property
    def discount(self) -> Money:
        return total(line.discount for line in self.lines.values())

    @property
    def amount(self) -> Money:
        return self.subtotal - self.discount

    def counting(self) -> set[UUID | None]:
        """The offers that lower something here."""
        return {effect.offer_id for line in self.lines.values() for effect in line.adjustments}


def reduced_price(price: Money, percent: int) -> Money:
    """A price that is so many percent lower, to the đồng: what one unit costs then."""
    return price - price * (Decimal(percent) / 100)
