"""What came of ordering the same again."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from grocery.kernel.money import Money
from grocery.kernel.quantity import Quantity
from grocery.ordering.contracts.carts import CartView


class ReorderOutcome(StrEnum):
    """What is to be said about one line.

    same: as it was · dearer, cheaper: at another price · less: the limit, the step or the cart allows no more ·
    short: the shelf has less for now, and the cart says so · not_sold: the shop no longer sells it · cart_full.
    """

    SAME = "same"
    DEARER = "dearer"
    CHEAPER = "cheaper"
    LESS = "less"
    SHORT = "short"
    NOT_SOLD = "not_sold"
    CART_FULL = "cart_full"


@dataclass(frozen=True, slots=True)
class ReorderedLine:
    """One line of the order and what came of it. `in_cart` is what the cart has of it now, in the product's unit.

    `price` is today's per unit; None for what is not sold.
    """

    sku: str
    name_en: str
    name_vi: str
    unit: str
    wanted: Quantity
    in_cart: Quantity
    price_before: Money
    price: Money | None
    outcome: ReorderOutcome
    piece_weight: Quantity | None = None

    def name(self, language: str) -> str:
        return self.name_vi if language == "vi" else self.name_en


@dataclass(frozen=True, slots=True)
class Reordered:
    """The cart, and what came of each line of the order, in its order."""

    cart: CartView
    lines: tuple[ReorderedLine, ...]

    @property
    def changes(self) -> tuple[ReorderedLine, ...]:
        """The lines that are not as they were."""
        return tuple(line for line in self.lines if line.outcome is not ReorderOutcome.SAME)
