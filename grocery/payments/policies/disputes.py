"""A customer's bank wants money back: which state follows which, what a person has to do, what may still be given
back. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID


class DisputeState(StrEnum):
    """Where it stands.

    inquiry: the bank asks, no money is gone · inquiry_review: it has our answer · needs_response: the money is gone
    unless our evidence comes in time · under_review: the bank has it · won: the money is ours again · lost: it is
    not · closed: an inquiry that came to nothing.
    """

    INQUIRY = "inquiry"
    INQUIRY_REVIEW = "inquiry_review"
    NEEDS_RESPONSE = "needs_response"
    UNDER_REVIEW = "under_review"
    WON = "won"
    LOST = "lost"
    CLOSED = "closed"


_S = DisputeState
_DECIDED: Final = frozenset({_S.WON, _S.LOST, _S.CLOSED})
_FORMAL: Final = frozenset({_S.NEEDS_RESPONSE, _S.UNDER_REVIEW})

#: What may follow what; anything else is late news. A bank that lost may be won over later, never the other way.
MOVES: Final[Mapping[DisputeState, frozenset[DisputeState]]] = {
    _S.INQUIRY: frozenset({_S.INQUIRY_REVIEW}) | _FORMAL | _DECIDED,
    _S.INQUIRY_REVIEW: _FORMAL | _DECIDED,
    _S.NEEDS_RESPONSE: frozenset({_S.UNDER_REVIEW}) | _DECIDED,
    _S.UNDER_REVIEW: _DECIDED,
    _S.WON: frozenset(),
    _S.LOST: frozenset({_S.WON}),
    _S.CLOSED: _FORMAL,
}
#: A person has to answer, in time.
TO_ANSWER: Final = frozenset({_S.INQUIRY, _S.NEEDS_RESPONSE})
#: The bank holds or may take the money: nothing is given back beside it.
BLOCKING: Final = _FORMAL
#: Why money that is to go back does not: we hold it back, or the provider has refused beside a dispute.
HELD: Final = "disputed"
HELD_CODES: Final = frozenset({HELD, "charge_disputed"})


@dataclass(frozen=True, slots=True)
class DisputeSeen:
    """A provider's word on a dispute, when asked. `payment` is its name of the payment. Amounts are in the minor unit
    of `currency`; `withdrawn` and `reinstated` have left and come back to our balance, so far; `fee`: kept for it,
    where that is in the same currency."""

    reference: str
    payment: str
    state: DisputeState
    reason: str
    amount: int
    currency: str
    opened_at: datetime
    answer_by: datetime | None = None
    withdrawn: int = 0
    reinstated: int = 0
    fee: int = 0
    payment_id: UUID | None = None


def follows(state: DisputeState, seen: DisputeState) -> bool:
    """Is what was seen news to a dispute in `state`?"""
    return seen in MOVES[state]
