"""The scale shows less or more than was agreed on: what the customer is asked, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from grocery.kernel.errors import DomainError
from grocery.kernel.money import Money
from grocery.kernel.quantity import Quantity
from grocery.ordering.contracts.orders import OrderId

WeightQuestionId = NewType("WeightQuestionId", UUID)


class WeightState(StrEnum):
    """ASKED waits for an answer; every other state is final.

    ACCEPTED and REFUSED: said by the customer, or by staff for them. BY_DEFAULT: the time limit passed, so it is
    taken as weighed. WITHDRAWN: overtaken by another change of the order.
    """

    ASKED = "asked"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    BY_DEFAULT = "by_default"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class WeightQuestion:
    """`weighed` instead of `ordered` of a line is in the crate. `amount` is what it costs if it is taken, never above
    the most that was promised; `agreed` what the line was to cost.

    Refused: less is left out and not paid for; of more, the picker weighs another portion.
    """

    id: WeightQuestionId
    order_id: OrderId
    number: str
    store_id: UUID
    customer_id: UUID
    language: str
    zone: str
    recipient: str
    phone: str
    sku: str
    name_en: str
    name_vi: str
    unit: str
    piece_weight: Quantity | None
    image: str
    tint: str
    ordered: Quantity
    weighed: Quantity
    agreed: Money
    amount: Money
    state: WeightState
    asked_at: datetime
    answer_by: datetime
    answered_at: datetime | None
    answered_by: str

    def name(self, language: str) -> str:
        return self.name_vi if language == "vi" else self.name_en

    @property
    def open(self) -> bool:
        return self.state is WeightState.ASKED

    @property
    def less(self) -> bool:
        """Whether the scale shows less than was ordered."""
        return self.weighed < self.ordered


class NothingToAsk(DomainError):
    """That much may be packed without asking."""

    code = "nothing_to_ask"
    status = 409
    en = "{sku}: that weight needs no question."
    vi = "{sku}: khối lượng này không cần hỏi khách."

    def __init__(self, sku: str) -> None:
        self.sku = sku
