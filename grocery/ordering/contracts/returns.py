"""What comes back of an order: refused at the door, returned afterwards, or never handed over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, NewType
from uuid import UUID

from grocery.kernel.errors import DomainError, Invalid
from grocery.kernel.money import Money
from grocery.kernel.quantity import ZERO, Quantity, plain, quantity
from grocery.kernel.typed import quantity_typed, thousandths_typed

ReturnId = NewType("ReturnId", UUID)

#: So many choices of how much; of a great many pieces, only all of them beyond that.
_CHOICES: Final = 30
_SMALL: Final = {"kg": "g", "l": "ml"}
#: What a form says of a line of which some grams are given back, that it then asks for.
PART: Final = "part"


class ReturnKind(StrEnum):
    """door: refused when it was handed over · after: returned later · undelivered: it never got to the customer ·
    refund: staff give money back for goods that stay where they are."""

    DOOR = "door"
    AFTER = "after"
    UNDELIVERED = "undelivered"
    REFUND = "refund"


class ReturnState(StrEnum):
    """Where a return is.

    requested: staff have yet to decide · waiting: they have, and a second person has to agree · decided: that stands,
    and may still be undone · settled: the money is on its way back, or was not collected · refused: nothing of it was
    accepted · withdrawn: not wanted any more.
    """

    REQUESTED = "requested"
    WAITING = "waiting"
    DECIDED = "decided"
    SETTLED = "settled"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class ReturnReason(StrEnum):
    """Why somebody does not want what was packed; `other` needs words."""

    NOT_AS_ORDERED = "not_as_ordered"
    DAMAGED = "damaged"
    SHORT_DATED = "short_dated"
    WRONG_SUBSTITUTE = "wrong_substitute"
    MISSING = "missing"
    CHANGED_MIND = "changed_mind"
    OTHER = "other"


class GoodsFate(StrEnum):
    """What becomes of goods that are given back: they are on their way to the store, are on the shelf again, were
    thrown away, or stay with the customer."""

    COMING = "coming"
    SHELF = "shelf"
    WASTE = "waste"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class UnwantedLine:
    """So much of a line is not wanted, and why. `note` is needed for `other`."""

    sku: str
    quantity: Quantity
    reason: ReturnReason
    note: str = ""


def unwanted_as_typed(form: Mapping[str, str], skus: Iterable[str]) -> list[UnwantedLine]:
    """What the fields `quantity-SKU`, `reason-SKU` and `note-SKU` of a form say of these; where the first says
    `part`, `part-SKU` says how many grams or millilitres. Raises Invalid."""
    wanted = {sku: _amount_typed(form, sku) for sku in skus}
    return [
        UnwantedLine(
            sku,
            amount,
            ReturnReason(reason) if (reason := form.get(f"reason-{sku}", "")) in ReturnReason else ReturnReason.OTHER,
            form.get(f"note-{sku}", "")[:500].replace("\x00", "").strip(),
        )
        for sku, amount in wanted.items()
        if amount
    ]


def _amount_typed(form: Mapping[str, str], sku: str) -> Quantity:
    if (chosen := form.get(f"quantity-{sku}", "")) != PART:
        return quantity_typed(chosen, field="lines")
    if not (part := thousandths_typed(form.get(f"part-{sku}", ""), field="lines")):
        raise Invalid("lines", "Say how much is given back.", "Hãy cho biết trả bao nhiêu.")
    return part


@dataclass(frozen=True, slots=True)
class LineDecision:
    """What staff decide of one line. `note`: why it is refused. `lot_id`: the lot whose shelf it goes back to."""

    sku: str
    accepted: bool
    fate: GoodsFate = GoodsFate.KEPT
    note: str = ""
    lot_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ReturnLineView:
    """One line of a return. `amount`: its share of what was charged; before it is decided, what it would come to.

    `accepted` None: not decided. `answer`: what staff wrote about it.
    """

    sku: str
    name_en: str
    name_vi: str
    unit: str
    image: str
    tint: str
    quantity: Quantity
    reason: ReturnReason
    note: str
    amount: Money
    accepted: bool | None
    answer: str
    fate: GoodsFate

    def name(self, language: str) -> str:
        return self.name_vi if language == "vi" else self.name_en


@dataclass(frozen=True, slots=True)
class ReturnView:
    """What comes back of one order at once. `amount`: of what was accepted, with `fee_back`, the delivery fee in it.

    `undo_until`: while staff may take their decision back; None: it stands. `by`: who asked, as in timelines.
    `to_credit`: the money becomes store credit.
    """

    id: ReturnId
    order_id: UUID
    number: str
    kind: ReturnKind
    state: ReturnState
    asked_at: datetime
    by: str
    decided_at: datetime | None
    undo_until: datetime | None
    amount: Money
    fee_back: Money
    lines: tuple[ReturnLineView, ...]
    to_credit: bool = False

    @property
    def refund_key(self) -> str:
        """What its refund is called at payments."""
        return refund_key(self.id)


@dataclass(frozen=True, slots=True)
class Returnable:
    """So much of a line may still be given back, until then. `left` nothing: it was all, or it is too late.

    Its `amount` is what `left` comes to.
    """

    sku: str
    name_en: str
    name_vi: str
    unit: str
    image: str
    tint: str
    left: Quantity
    step: Quantity
    amount: Money
    until: datetime | None
    stands_in: bool = False

    def name(self, language: str) -> str:
        return self.name_vi if language == "vi" else self.name_en

    @property
    def by_weight(self) -> bool:
        """Whether a part of it is said in grams or millilitres."""
        return self.unit != "piece"

    @property
    def amounts(self) -> list[Quantity]:
        """How much of it a form offers: so many pieces, as far as they are few, and all; of a weight, all."""
        some = range(1, min(int(self.left), _CHOICES)) if self.unit == "piece" else ()
        return [*map(quantity, some), self.left]


@dataclass(frozen=True, slots=True)
class ShelfLot:
    """A lot that goods of a line came from and may go back to."""

    sku: str
    lot_id: UUID
    lot_code: str
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class ReturnWork:
    """A return as staff see it who decide it or receive its goods. `shelf`: the SKUs that may be sold again."""

    seen: ReturnView
    shelf: frozenset[str]
    lots: tuple[ShelfLot, ...]


@dataclass(frozen=True, slots=True)
class UndeliveredOrder:
    """An order that came back to the store, since when, and what the driver said about it."""

    order_id: UUID
    number: str
    recipient: str
    phone: str
    since: datetime
    reason: str
    attempts: int
    pickup: bool


@dataclass(frozen=True, slots=True)
class ReturnQueues:
    """What waits for somebody in a store: oldest first. `decided` may still be undone,
    `waiting_for_eyes` needs a second person."""

    undelivered: tuple[UndeliveredOrder, ...]
    requested: tuple[ReturnView, ...]
    coming: tuple[ReturnView, ...]
    decided: tuple[ReturnView, ...]
    waiting_for_eyes: tuple[ReturnView, ...] = ()

    @property
    def waiting(self) -> int:
        return len(self.undelivered) + len(self.requested) + len(self.coming)


def refund_key(return_id: UUID) -> str:
    """What the refund of a return is called at payments."""
    return f"return:{return_id}"


class MoreThanDelivered(DomainError):
    """More is given back than was packed and has not been given back; `left` says how much that is."""

    code = "more_than_delivered"
    status = 409
    en = "More than can be given back: {_listed}."
    vi = "Nhiều hơn số có thể trả: {_listed}."

    def __init__(self, left: Mapping[str, Quantity], units: Mapping[str, str]) -> None:
        self.left = dict(left)
        self._listed = ", ".join(f"{sku} ({_said(amount or ZERO, units[sku])})" for sku, amount in left.items())

    def extra(self) -> Mapping[str, Any]:
        return {"left": {sku: plain(amount) for sku, amount in self.left.items()}}


def _said(amount: Quantity, unit: str) -> str:
    """As it is typed: grams of goods by weight."""
    return f"{amount * 1000:.0f} {_SMALL[unit]}" if unit in _SMALL else plain(amount)


class ReturnTooLate(DomainError):
    """The time in which these may be returned is over."""

    code = "return_too_late"
    status = 409
    en = "It is too late to return {_listed}."
    vi = "Đã quá hạn trả {_listed}."

    def __init__(self, skus: list[str]) -> None:
        self.skus = skus
        self._listed = ", ".join(skus)

    def extra(self) -> Mapping[str, Any]:
        return {"skus": self.skus}


class ReturnOpen(DomainError):
    """The customer has asked already; that has to be decided first."""

    code = "return_open"
    status = 409
    en = "A return of this order is being looked at already."
    vi = "Yêu cầu trả hàng của đơn này đang được xem xét."


class ReturnIs(DomainError):
    """The return is in a state in which this cannot be done: somebody was faster, or its money is on its way."""

    code = "return_state"
    status = 409
    en = "This return is settled already; this is not possible now."
    vi = "Yêu cầu trả hàng này đã được xử lý; không thể thực hiện lúc này."

    def __init__(self, state: ReturnState) -> None:
        self.state = state


class NotFitForShelf(DomainError):
    """Chilled, frozen, fresh and loose goods that left the store are not sold again, nor is what is damaged."""

    code = "not_fit_for_shelf"
    status = 409
    en = "Not to be sold again: {_listed}."
    vi = "Không được bán lại: {_listed}."

    def __init__(self, skus: list[str]) -> None:
        self.skus = skus
        self._listed = ", ".join(skus)

    def extra(self) -> Mapping[str, Any]:
        return {"skus": self.skus}
