"""An order as it is to become, worked out to the đồng: nothing of it is worked out anew when it is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from grocery.kernel.money import Money, total
from grocery.kernel.quantity import Quantity
from grocery.ordering.contracts.changes import LineChange
from grocery.ordering.contracts.edits import Window
from grocery.ordering.contracts.prices import Adjustment
from grocery.ordering.contracts.weights import headroom


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """`amount` is its list amount, `parts` what it was agreed at, oldest first. It has all that a new line copies."""

    sku: str
    name_en: str
    name_vi: str
    unit: str
    price: Money
    quantity: Quantity
    amount: Money
    vat_rate: Decimal
    step: Quantity | None
    min_freshness_days: int
    image: str
    tint: str
    parts: tuple[tuple[Quantity, Money, int], ...] = ()
    reduced: tuple[tuple[int, Quantity], ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    settled: bool = False
    piece_weight: Quantity | None = None

    @property
    def discount(self) -> Money:
        return -total(effect.amount for effect in self.adjustments)

    @property
    def net(self) -> Money:
        return self.amount - self.discount


@dataclass(frozen=True, slots=True)
class Plan:
    """The order's lines, also those of which nothing is left, its fee, and its slot (None: it stays)."""

    changes: tuple[LineChange, ...]
    lines: tuple[PlannedLine, ...]
    fee: Money
    fee_effects: tuple[Adjustment, ...]
    fee_vat_rate: Decimal
    window: Window | None = None
    cutoff: datetime | None = None
    #: Coupons that lower nothing any more, with their codes.
    lost: tuple[tuple[UUID, str], ...] = ()

    @property
    def goods(self) -> Money:
        return total(line.net for line in self.lines)

    @property
    def fee_discount(self) -> Money:
        return -total(effect.amount for effect in self.fee_effects)

    @property
    def total(self) -> Money:
        return self.goods + self.fee - self.fee_discount

    @property
    def ceiling(self) -> Money:
        return self.total + total(headroom(line.net, unit=line.unit) for line in self.lines)
