"""What comes back of an order that was packed, stated anew and plainly. See docs/adr/0156."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from tests.ordering.history.prices import largest_remainder

if TYPE_CHECKING:
    from tests.ordering.history.orders import Bought

#: For so long a decision may be taken back; then the money goes.
TO_UNDO = timedelta(minutes=5)
#: Until when milk may be brought back, and what else is kept at room temperature.
TO_ASK = timedelta(days=7)
SPOILT = {"damaged", "short_dated"}


@dataclass
class Part:
    """So much of one product is given back. `accepted` None: nobody has decided."""

    quantity: Decimal
    reason: str
    amount: int = 0
    accepted: bool | None = None
    fate: str = "kept"

    def lies(self, fate: str) -> None:
        """What did not come in the first place comes back to no shelf."""
        self.fate = "kept" if self.reason == "missing" else fate


@dataclass
class Return:
    """What comes back of an order at once: refused at the door, or asked for afterwards."""

    id: UUID
    kind: str
    parts: dict[str, Part]
    state: str = "requested"
    settle_at: datetime | None = None
    fee_back: int = 0

    @property
    def amount(self) -> int:
        return self.fee_back + sum(part.amount for part in self.parts.values() if part.accepted)

    def stands(self, part: Part) -> bool:
        """Whether the part counts as given back, or may still."""
        return self.state == "requested" or part.accepted is True

    def coming(self) -> list[str]:
        return [sku for sku, part in self.parts.items() if part.accepted and part.fate == "coming"]


@dataclass
class GivenBack:
    """All that came back of an order, and what goes back for it."""

    of: Bought
    returns: list[Return] = field(default_factory=list)

    @property
    def amount(self) -> int:
        return sum(one.amount for one in self.returns)

    @property
    def requested(self) -> Return | None:
        return next((one for one in self.returns if one.state == "requested"), None)

    def left(self, sku: str) -> Decimal:
        """What is neither given back nor asked to be."""
        parts = [(one, one.parts[sku]) for one in self.returns if sku in one.parts]
        return self.of.lines[sku].found - sum((part.quantity for one, part in parts if one.stands(part)), Decimal(0))

    def worth(self, sku: str, more: Decimal) -> int:
        """The share of what was charged: however it is cut, all parts together are exactly that."""
        line = self.of.lines[sku]
        before = [one.parts[sku] for one in self.returns if sku in one.parts and one.parts[sku].accepted]
        back = min(sum((part.quantity for part in before), more), line.found)
        share, _kept = largest_remainder(line.charged(line.found), [back, line.found - back])
        return max(share - sum(part.amount for part in before), 0)

    def refunds(self) -> dict[str, int]:
        """What is promised back: not the cash that nobody collected."""
        return {
            f"return:{one.id}": one.amount
            for one in self.returns
            if one.state == "settled" and one.amount and (self.of.by_card or one.kind == "after")
        }

    def not_collected(self) -> int:
        """What the driver is told to leave with the customer."""
        return 0 if self.of.by_card else sum(one.amount for one in self.returns if one.kind == "door")


def fit_for_the_shelf(part: Part, *, by_weight: bool) -> bool:
    """Packaged, kept at room temperature as all of it is here, and nobody says that something is wrong with it."""
    return not by_weight and part.reason not in SPOILT
