"""When something runs out: what the customer wants then, what is put in its place, and what they are asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType
from uuid import UUID

from grocery.kernel.errors import DomainError
from grocery.kernel.money import Money
from grocery.kernel.quantity import Quantity, plain
from grocery.ordering.contracts.orders import OrderId, OrderState
from grocery.ordering.contracts.weighing import WeightState

SubstitutionId = NewType("SubstitutionId", UUID)


class SubstitutionReason(StrEnum):
    """Where it was found missing."""

    CHECKOUT = "checkout"
    PICKING = "picking"


class SubstitutionState(StrEnum):
    """ASKED waits for an answer; every other state is final.

    CHOSEN: put in at once, as the customer had chosen. ACCEPTED and REJECTED: by the customer. BY_DEFAULT: the time
    limit passed, and what had been announced was done. WITHDRAWN: overtaken by another change of the order.
    """

    ASKED = "asked"
    CHOSEN = "chosen"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    BY_DEFAULT = "by_default"
    WITHDRAWN = "withdrawn"


class SubstitutionDefault(StrEnum):
    """What is done when nobody answers in time."""

    REPLACE = "replace"
    LEAVE_OUT = "leave_out"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A product that may stand in for another, for `quantity`: it keeps what that one promises and can be had.

    `list_price` is what it costs anybody; `price`, per unit, what it costs here: never more than the original.
    `chosen`: the customer named it for this line.
    """

    sku: str
    name_en: str
    name_vi: str
    unit: str
    quantity: Quantity
    list_price: Money
    price: Money
    image: str
    tint: str
    chosen: bool = False
    piece_weight: Quantity | None = None

    def name(self, language: str) -> str:
        return self.name_vi if language == "vi" else self.name_en


@dataclass(frozen=True, slots=True)
class Substituted:
    """A product of a substitution: the one that ran out, or the one instead. `price`: per unit, as paid."""

    sku: str
    name_en: str
    name_vi: str
    unit: str
    quantity: Quantity
    price: Money
    image: str
    tint: str
    piece_weight: Quantity | None = None

    def name(self, language: str) -> str:
        return self.name_vi if language == "vi" else self.name_en


@dataclass(frozen=True, slots=True)
class Substitution:
    """So much of one product of an order, and what stands in for it. `answer_by` None: nobody is or was asked.

    `list_price` is what the substitute costs anybody. `answered_by`: "customer", "staff", "system" or empty.
    """

    id: SubstitutionId
    order_id: OrderId
    number: str
    customer_id: UUID
    language: str
    original: Substituted
    substitute: Substituted
    list_price: Money
    reason: SubstitutionReason
    state: SubstitutionState
    default: SubstitutionDefault
    asked_at: datetime
    answer_by: datetime | None
    answered_at: datetime | None
    answered_by: str

    @property
    def open(self) -> bool:
        return self.state is SubstitutionState.ASKED

    @property
    def replaced(self) -> bool:
        """Whether the substitute goes into the box."""
        by_default = self.state is SubstitutionState.BY_DEFAULT and self.default is SubstitutionDefault.REPLACE
        return by_default or self.state in {SubstitutionState.CHOSEN, SubstitutionState.ACCEPTED}


@dataclass(frozen=True, slots=True)
class Proposal:
    """So much of a SKU is short at checkout, and what may come instead; nothing: it can only be left out."""

    sku: str
    missing: Quantity
    candidates: tuple[Candidate, ...]


class SubstitutesProposed(DomainError):
    """Something is short, and the customer wants to be asked; `proposals` has a member for each of it."""

    code = "substitutes_proposed"
    status = 409
    en = "Not everything is there. Please say what may come instead."
    vi = "Không đủ hàng. Vui lòng chọn món thay thế."

    def __init__(self, proposals: Sequence[Proposal]) -> None:
        self.proposals = list(proposals)

    def extra(self) -> Mapping[str, Any]:
        return {"proposals": [_told(proposal) for proposal in self.proposals]}


def _told(proposal: Proposal) -> dict[str, Any]:
    """A proposal as a problem document tells it, in both languages."""
    return {
        "sku": proposal.sku,
        "missing": plain(proposal.missing),
        "candidates": [
            {
                "sku": one.sku,
                "names": {"en": one.name_en, "vi": one.name_vi},
                "unit": one.unit,
                "piece_weight": plain(one.piece_weight) if one.piece_weight else None,
                "quantity": plain(one.quantity),
                "list_price": one.list_price.minor,
                "price": one.price.minor,
                "image": one.image,
                "tint": one.tint,
                "chosen": one.chosen,
            }
            for one in proposal.candidates
        ],
    }


class NotASubstitute(DomainError):
    """It loses what the original promises, is not there, or is in the order already."""

    code = "not_a_substitute"
    field = "with_sku"
    en = "{with_sku} cannot stand in for {sku}."
    vi = "Không thể dùng {with_sku} thay cho {sku}."

    def __init__(self, sku: str, with_sku: str) -> None:
        self.sku, self.with_sku = sku, with_sku


class NoSubstituteWanted(DomainError):
    """The customer wants nothing instead; it can only be left out."""

    code = "no_substitute_wanted"
    status = 409
    en = "The customer wants no substitute for {sku}."
    vi = "Khách không muốn thay {sku}."

    def __init__(self, sku: str) -> None:
        self.sku = sku


class NotInOrder(DomainError):
    """There is not so much of it in the order, or none at all."""

    code = "not_in_order"
    field = "quantity"
    en = "The order holds {most} of {sku}."
    vi = "Đơn có {most} {sku}."

    def __init__(self, sku: str, most: Quantity) -> None:
        self.sku, self.most = sku, plain(most)


class NotSubstitutable(DomainError):
    """Substituting goes from confirmation to the sealing of the box."""

    code = "not_substitutable"
    status = 409
    en = "Order {number} can no longer be changed like this."
    vi = "Đơn {number} không thể thay đổi như vậy nữa."

    def __init__(self, number: str, state: OrderState) -> None:
        self.number, self.state = number, state.value


class NothingAsked(DomainError):
    """Nobody was asked about this line."""

    code = "nothing_asked"
    status = 409
    en = "There is no question about {sku} in order {number}."
    vi = "Đơn {number} không có câu hỏi nào về {sku}."

    def __init__(self, number: str, sku: str) -> None:
        self.number, self.sku = number, sku


class AnsweredAlready(DomainError):
    """Somebody, or the time limit, has answered it; the answer stands."""

    code = "answered_already"
    status = 409
    en = "This question has been settled already."
    vi = "Câu hỏi này đã được quyết định."

    def __init__(self, state: SubstitutionState | WeightState) -> None:
        self.state = state.value


class AnswerTooLate(DomainError):
    """The time limit has passed: what was announced is being done."""

    code = "answer_too_late"
    status = 409
    en = "The time to answer is over. We do as we said."
    vi = "Đã hết thời gian trả lời. Cửa hàng làm theo như đã báo."


class QuestionOpen(DomainError):
    """The customer has not answered yet; the box stays open."""

    code = "question_open"
    status = 409
    en = "Order {number} waits for the customer's answer about {skus_text}."
    vi = "Đơn {number} đang chờ khách trả lời về {skus_text}."

    def __init__(self, number: str, skus: list[str]) -> None:
        self.number, self.skus = number, skus

    def text(self, language: str) -> str:
        return (self.vi if language == "vi" else self.en).format(number=self.number, skus_text=", ".join(self.skus))
