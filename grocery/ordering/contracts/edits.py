"""Orders that become others before they are picked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from grocery.kernel.errors import DomainError
from grocery.kernel.money import Money


class EditOutcome(StrEnum):
    """applied: the order is as wanted · waits: once the rest is paid it will be · unchanged: it was so already."""

    APPLIED = "applied"
    WAITS = "waits_for_payment"
    UNCHANGED = "unchanged"


class RevisionState(StrEnum):
    """waiting: for its money · applied: the order has become it · ended: it will not, the order is as it was."""

    WAITING = "waiting"
    APPLIED = "applied"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Edited:
    """What an edit comes to. `ceiling`: the most that will be charged; `to_pay`: what is still to be authorised for
    it, by `pay_by`, on the order's payment page. `revision_id` names the change that waits for that."""

    outcome: EditOutcome
    total: Money
    ceiling: Money
    to_pay: Money
    pay_by: datetime | None = None
    revision_id: UUID | None = None


class OrderNotEditable(DomainError):
    """It is too late: the cut-off of its slot has passed, it is being picked, or it has ended."""

    code = "order_not_editable"
    status = 409
    en = "Order {number} can no longer be changed."
    vi = "Không thể sửa đơn {number} nữa."

    def __init__(self, number: str, state: str) -> None:
        self.number, self.state = number, state
