"""The rules of money: which state follows which, what may be taken, when to look again. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from grocery.kernel.money import Money, dong, total
from grocery.payments.contracts import (
    AmountTooLarge,
    AmountTooSmall,
    MoreThanAuthorised,
    MoreThanCaptured,
    PaymentState,
    RefundState,
)

_S = PaymentState

#: What may follow what. Anything else that we are told is late news and changes nothing: notices of a provider
#: come in any order and twice. `unknown` is not here: it is said of a payment whose last call has no known outcome.
MOVES: Final[Mapping[PaymentState, frozenset[PaymentState]]] = {
    _S.INTENDED: frozenset({_S.PENDING, _S.AUTHORISED, _S.CAPTURED, _S.CANCELLED, _S.FAILED}),
    _S.FAILED: frozenset({_S.PENDING, _S.AUTHORISED, _S.CAPTURED, _S.CANCELLED}),
    _S.PENDING: frozenset({_S.AUTHORISED, _S.CAPTURED, _S.CANCELLED, _S.FAILED}),
    _S.AUTHORISED: frozenset({_S.CAPTURED, _S.CANCELLED}),
    _S.CAPTURED: frozenset(),
    _S.CANCELLED: frozenset(),
}


class Operation(StrEnum):
    """What we ask of a provider. confirm: to hold the money on a card that it keeps, without the customer."""

    AUTHORISE = "authorise"
    CONFIRM = "confirm"
    CAPTURE = "capture"
    CANCEL = "cancel"
    REFUND = "refund"


class LetGo(StrEnum):
    """Why we no longer want a payment.

    order_off: the order ended · replaced: another amount is to be paid instead · not_needed: the order comes to
    less · not_paid: it waited too long for its customer · renewed: a new hold has taken its place · other_tender: its
    customer pays otherwise.
    """

    ORDER_OFF = "order_off"
    REPLACED = "replaced"
    NOT_NEEDED = "not_needed"
    NOT_PAID = "not_paid"
    RENEWED = "renewed"
    OTHER_TENDER = "other_tender"


#: Another payment has taken the place of what was let go for these.
SUPERSEDED: Final = (LetGo.REPLACED, LetGo.RENEWED, LetGo.OTHER_TENDER)


class Standby(StrEnum):
    """Whom a payment waits for that is to take the place of others.

    bank: the kept card is being asked, because a hold ends · customer: they have to pay again for that · change: the
    customer wants to pay in another way · none: it waits for nobody, or did.
    """

    NONE = ""
    BANK = "bank"
    CUSTOMER = "customer"
    CHANGE = "change"


class ShortfallOutcome(StrEnum):
    """What became of a capture that did not come about.

    open: a person has to see to it · retried: the provider was asked again · collected: the customer has paid it
    otherwise · written_off: given up · not_owed: the goods came back.
    """

    OPEN = ""
    RETRIED = "retried"
    COLLECTED = "collected"
    WRITTEN_OFF = "written_off"
    NOT_OWED = "not_owed"


class CallState(StrEnum):
    """intended: written down · sent: on its way · done · refused: for good · unknown: no answer, to be polled."""

    INTENDED = "intended"
    SENT = "sent"
    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"


#: The kind, and the outcome, of notices that were signed and that nobody can read: a person has to look at them.
UNREADABLE: Final = "unreadable"

#: A call that has yet to come to a decision.
OPEN: Final = (CallState.INTENDED, CallState.SENT, CallState.UNKNOWN)

#: An answer that proves that the call took effect, however we came to hear of it.
_PROOF: Final[Mapping[Operation, frozenset[PaymentState]]] = {
    Operation.AUTHORISE: frozenset({_S.PENDING, _S.AUTHORISED, _S.CAPTURED, _S.CANCELLED}),
    Operation.CONFIRM: frozenset({_S.AUTHORISED, _S.CAPTURED, _S.CANCELLED}),
    Operation.CAPTURE: frozenset({_S.CAPTURED}),
    Operation.CANCEL: frozenset({_S.CANCELLED}),
    Operation.REFUND: frozenset(),  # seen of the refund, not of the payment
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a provider takes in one payment, both ends included."""

    minimum: Money
    maximum: Money


#: So long after it was asked for, a refund that its provider puts off goes to a person.
RETRIED_FOR: Final = timedelta(days=1)
#: What banks send within seconds, and what is worth sending.
TRANSFERS: Final = Limits(minimum=dong(1_000), maximum=dong(499_999_999))


@dataclass(frozen=True, slots=True)
class KeptCard:
    """A card that the provider keeps for its owner, by the provider's name for it; all that we ever know of one."""

    reference: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int


@dataclass(frozen=True, slots=True)
class Observation:
    """A provider's word on one of its payments, at the moment that it was asked.

    `amount` and `captured` are in the minor unit of `currency` (lower-case ISO 4217, as it came). `attempt` names the
    failed attempt that `failure_code` is about; of one that is FAILED no other comes under this `reference`.
    `payment_id` is ours, given when the payment was begun. `handoff` is what its customer needs to confirm it, to be
    kept because the provider does not say it again; nothing in it opens more than this payment. `keeps`: what it is
    paid with stays with the provider, to be asked again; `card`: which that is, once it is paid.
    """

    reference: str
    state: PaymentState
    amount: int
    currency: str
    captured: int = 0
    failure_code: str = ""
    attempt: str = ""
    payment_id: UUID | None = None
    capture_before: datetime | None = None
    client_secret: str = field(default="", repr=False)
    handoff: Mapping[str, str] = field(default_factory=dict, repr=False)
    keeps: bool = False
    card: KeptCard | None = None

    def is_for(self, amount: Money) -> bool:
        """Same number and same currency as we asked for."""
        return (self.amount, self.currency.upper()) == (amount.minor, amount.currency)


@dataclass(frozen=True, slots=True)
class RefundSeen:
    """A provider's word on one of its refunds. `call_id` is ours, given when it was asked for; None: not by us."""

    reference: str
    state: RefundState
    amount: int
    currency: str
    failure_code: str = ""
    call_id: UUID | None = None


def follows(state: PaymentState, seen: PaymentState) -> bool:
    """Is what was seen news to a payment in `state`?"""
    return seen in MOVES[state]


def proves(seen: PaymentState, operation: Operation) -> bool:
    """Does what was seen show that the operation took effect?"""
    return seen in _PROOF[operation]


def check_limits(amount: Money, limits: Limits) -> None:
    """Raises AmountTooSmall or AmountTooLarge."""
    if amount < limits.minimum:
        raise AmountTooSmall(amount, limits.minimum)
    if amount > limits.maximum:
        raise AmountTooLarge(amount, limits.maximum)


def check_taking(amount: Money, *, authorised: Money) -> None:
    """What is taken is more than nothing and at most what was authorised."""
    if amount < Money(1, amount.currency):
        raise AmountTooSmall(amount, Money(1, amount.currency))
    if amount > authorised:
        raise MoreThanAuthorised(amount, authorised)


def top_up_of(amount: Money, *, authorised: Money, least: Money) -> Money:
    """What to authorise besides what is held, so that `amount` can be taken: nothing, or at least `least`."""
    missing = amount - authorised
    return max(missing, least) if missing > Money(0, amount.currency) else Money(0, amount.currency)


def part_of_credit(credit: Money, amount: Money, *, least: Money) -> Money:
    """How much of `credit` pays `amount`: what is needed, and so much less that no rest is too small to pay."""
    part = min(credit, amount)
    rest = amount - part
    if not rest or rest >= least:
        return part
    return max(amount - least, Money(0, amount.currency))


def spread_capture(amount: Money, holds: Sequence[Money], *, least: Money) -> list[Money]:
    """What to take of each hold so that `amount` is taken: as much as there is of the first, and so on.

    A provider takes nothing below `least`, so each hold that is needed gives that first, where `amount` is enough for
    all of them. `amount` is at most the sum of the holds.
    """
    nothing = Money(0, amount.currency)
    needed = next(n for n in range(1, len(holds) + 1) if total(holds[:n]) >= amount)
    shares = [min(hold, least) for hold in holds[:needed]]
    if total(shares) > amount:
        shares = [nothing] * needed
    left = amount - total(shares)
    for i, hold in enumerate(holds[:needed]):
        more = min(hold - shares[i], left)
        shares[i] += more
        left -= more
    return shares + [nothing] * (len(holds) - needed)


def spread_refund(amount: Money, left: Sequence[Money]) -> list[Money]:
    """What to give back of each payment: as much as there is left of the last, and so on back to the first."""
    shares = []
    for room in reversed(left):
        shares.append(min(room, amount))
        amount -= shares[-1]
    return shares[::-1]


def check_refund(amount: Money, *, left: Money) -> None:
    """What is given back is more than nothing and at most what was taken and not given back yet."""
    if amount < Money(1, amount.currency):
        raise AmountTooSmall(amount, Money(1, amount.currency))
    if amount > left:
        raise MoreThanCaptured(amount, left)


def state_of_refund(parts: Sequence[RefundState]) -> RefundState:
    """The refund is as far as the part that is furthest behind; a part that a person has to see to comes first.

    Of no part nothing was ever taken: there is nothing to wait for."""
    order = [RefundState.OWED, RefundState.REQUESTED, RefundState.PENDING, RefundState.SUCCEEDED]
    return min(parts, key=order.index, default=RefundState.SUCCEEDED)


#: Working days until money that goes back is seen, at best and at worst: by provider, and by hand. What they and the
#: banks behind them say to their customers; nobody promises it.
_USUAL_DAYS: Final[Mapping[str, tuple[int, int]]] = {"stripe": (5, 10), "momo": (0, 3), "": (1, 3)}
_ANY_PROVIDER: Final = (3, 10)


def days_until_seen(providers: Sequence[str]) -> tuple[int, int]:
    """In how many working days money is usually back that went by these; "" is by our own hands."""
    usual = [_USUAL_DAYS.get(provider, _ANY_PROVIDER) for provider in providers]
    return max(first for first, _ in usual), max(last for _, last in usual)


def refund_after(state: RefundState, seen: RefundState, *, by_hand: bool) -> RefundState:
    """Where a refund stands now that its provider says `seen`. It may fail days after it succeeded, never the other
    way round; what a person has given back by hand is no longer the provider's affair."""
    if by_hand or state is RefundState.OWED:
        return state
    return state if state is RefundState.SUCCEEDED and seen is RefundState.PENDING else seen


def key(operation: Operation, subject_id: object, *, epoch: int, revision: int) -> str:
    """The idempotency key of a call: what, of what, in which life of the database, which version of it.

    The epoch is raised when a backup is restored, so that no key is ever used for two different things.
    """
    return f"{operation}:{subject_id}:e{epoch}:r{revision}"


def look_again_after_refund(state: RefundState, *, age: timedelta) -> timedelta | None:
    """The same of a refund: one that arrived may still come back, for as long as banks take to say so."""
    if state is RefundState.PENDING:
        return timedelta(minutes=1) if age < timedelta(minutes=30) else timedelta(hours=1)
    return timedelta(days=1) if state is RefundState.SUCCEEDED and age < timedelta(days=10) else None


def look_again_after(state: PaymentState, *, age: timedelta) -> timedelta | None:
    """How long to wait before asking the provider again without being told; None once there is nothing to ask."""
    if state is _S.PENDING:
        return timedelta(minutes=1) if age < timedelta(minutes=30) else timedelta(hours=1)
    return timedelta(hours=3) if state is _S.AUTHORISED else None
