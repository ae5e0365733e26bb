"""Cash that is taken from a store's safe to the bank."""

from __future__ import annotations

from enum import StrEnum

from grocery.kernel.errors import DomainError
from grocery.kernel.money import Money


class DepositState(StrEnum):
    """Where it stands.

    waiting: a second person has to agree, and it counts as taken out of the safe · on_its_way: the bank has yet to
    book it · at_bank · undone: it is in the safe.
    """

    WAITING = "waiting"
    ON_ITS_WAY = "on_its_way"
    AT_BANK = "at_bank"
    UNDONE = "undone"


class NotInTheSafe(DomainError):
    """There is not as much in the safe."""

    code = "not_in_safe"
    status = 409
    en = "Only {there} are in the safe."
    vi = "Trong két chỉ còn {there}."
    field = "amount"

    def __init__(self, there: Money) -> None:
        self.there = there


class SlipKnown(DomainError):
    """A deposit with that slip is written down already."""

    code = "slip_known"
    status = 409
    en = "A deposit with the slip {slip} is written down already."
    vi = "Phiếu nộp tiền {slip} đã được ghi rồi."
    field = "slip"

    def __init__(self, slip: str) -> None:
        self.slip = slip


class DepositIs(DomainError):
    """It is not, or no more, in a state in which that can be done."""

    code = "deposit_state"
    status = 409
    en = "That cannot be done to this deposit (any more). Look again."
    vi = "Không (còn) thực hiện được với lần nộp tiền này. Vui lòng xem lại."


class OwnDeposit(DomainError):
    """The second person is somebody else."""

    code = "own_deposit"
    status = 403
    en = "Somebody else has to agree to what you have written down."
    vi = "Lần nộp tiền bạn ghi phải do người khác duyệt."


class DepositDiffers(DomainError):
    """The bank has booked more or less, and nobody said why."""

    code = "deposit_differs"
    en = "Written down were {expected}, the bank has booked {arrived}: say why."
    vi = "Đã ghi {expected}, ngân hàng ghi có {arrived}: hãy ghi lý do."
    field = "reason"

    def __init__(self, expected: Money, arrived: Money) -> None:
        self.expected, self.arrived = expected, arrived
