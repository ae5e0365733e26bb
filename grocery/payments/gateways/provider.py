"""What every payment provider can do, in our words."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Concatenate, Final, Protocol, runtime_checkable

from django.db import connection
from prometheus_client import Histogram

from grocery.kernel.money import Money
from grocery.payments.contracts import PaymentStep
from grocery.payments.gateways import breaker
from grocery.payments.policies import Limits, Observation, RefundSeen
from grocery.payments.policies.disputes import DisputeSeen

SECONDS = Histogram(
    "payments_provider_seconds",
    "How long payment providers take to answer, by what came of it",
    ["provider", "operation", "outcome"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)


class NetworkInTransaction(RuntimeError):
    """A bug: somebody is about to wait for the outside world while holding locks."""


class OutcomeUnknown(Exception):
    """No answer, or one that settles nothing: the call may or may not have taken effect.

    `key_spent`: the provider has stored this answer under the key and would only repeat it; once a look has shown
    that nothing happened, the next try needs a new key. `away`: as far as one can see it is out of order.
    """

    def __init__(self, code: str, *, key_spent: bool = False, away: bool = False) -> None:
        super().__init__(code)
        self.code, self.key_spent, self.away = code, key_spent, away


#: Nobody was asked: the provider is left alone.
AWAY: Final = "provider_away"


class Refused(Exception):
    """The provider said no, and nothing happened. `code` is the provider's."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NotSigned(Exception):
    """A webhook that the provider did not sign, or not lately."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A verified webhook. `reference` names the payment to look at, or the transfer; "": neither is ours.

    `body` is what to keep: the notice without its secrets.
    """

    event_id: str
    kind: str
    reference: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A payment to begin. `metadata` is ours, for the provider to repeat; `return_url` is where a provider with pages
    of its own sends the customer afterwards, "" where that does not matter. `holder`: the provider's name for who
    pays, "" for nobody in particular; `keep`: what they pay with is to be kept, to be asked again without them."""

    amount: Money
    metadata: Mapping[str, str]
    return_url: str = ""
    holder: str = ""
    keep: bool = False


class ReadsNotices(Protocol):
    """Whoever tells us of money by webhook."""

    def read_webhook(self, *, body: bytes, headers: Mapping[str, str], now: datetime) -> Notice:
        """Verify a webhook, on the bytes as they came, and read whose it is. `headers` have lower-case names.

        Raises NotSigned. What is signed and makes no sense is `keeping.unreadable`.
        """


class PaymentProvider(ReadsNotices, Protocol):
    """One provider of payments.

    Everything but `read_webhook`, `step` and `page_sources` goes over the network: it refuses to run inside a
    transaction, ends in bounded time, and raises Refused or OutcomeUnknown. Asking again with the same key and the
    same request is harmless.
    """

    name: str
    limits: Limits
    #: It takes what is held or nothing: the difference to what we keep is given back afterwards.
    captures_whole: bool
    #: Asked to begin the same again it answers as before; otherwise only the first to ask hears how to pay.
    repeats_itself: bool
    #: Codes with which it refuses a refund for now, and after how long it may be asked anew.
    refund_later: Mapping[str, timedelta]

    def authorise(self, *, wanted: Wanted, key: str) -> Observation:
        """Begin a payment that holds so much once its customer has confirmed it."""

    def capture(self, *, reference: str, amount: Money, key: str) -> Observation:
        """Take `amount`, at most what is held; the rest is let go. All that is held where it `captures_whole`."""

    def cancel(self, *, reference: str, key: str) -> Observation:
        """Let the hold go, or never begin it. What cannot be let go yet is seen as it stands, and asked again."""

    def refund(self, *, reference: str, amount: Money, refund_id: str, key: str) -> RefundSeen:
        """Give back a part of what was captured. `refund_id` is our name for it, which the provider repeats."""

    def refunds(self, *, reference: str) -> Sequence[RefundSeen]:
        """All refunds of a payment, ours and those that somebody made at the provider."""

    def poll(self, *, reference: str) -> Observation:
        """How the payment stands."""

    def step(self, seen: Observation) -> PaymentStep | None:
        """What the customer needs in order to confirm; None when there is nothing to confirm."""

    def page_sources(self) -> Mapping[str, tuple[str, ...]]:
        """Content-Security-Policy directives and the origins that the payment page needs in them."""

    def health(self) -> None:
        """Return if the provider answers and knows us."""


@runtime_checkable
class CardKeeper(PaymentProvider, Protocol):
    """One that keeps cards for their owners, and asks them again."""

    #: How long a hold lasts at least, made by its owner.
    holds_for: timedelta

    def open_holder(self, *, holder_id: str, key: str) -> str:
        """The provider's name for somebody whose cards it is to keep; `holder_id` is ours."""

    def keep(self, *, reference: str, holder: str, keep: bool) -> Observation:
        """Keep, or not, what this payment will be paid with, for its owner; before it is paid."""

    def forget_card(self, *, card: str, key: str) -> None:
        """Keep it no longer; harmless where it is not kept any more."""

    def confirm(self, *, reference: str, card: str, return_url: str, key: str) -> Observation:
        """Hold the money of a payment that was begun for this card's owner, without them. A bank that declines, or
        wants them, is seen as a failed attempt of the payment, which they can still make."""


@runtime_checkable
class Disputed(PaymentProvider, Protocol):
    """One that tells of disputes: a notice whose kind begins with `dispute_kind` names one as its reference."""

    dispute_kind: str

    def dispute(self, *, reference: str) -> DisputeSeen:
        """How a dispute stands."""


def network[P: PaymentProvider, **A, R](
    method: Callable[Concatenate[P, A], R],
) -> Callable[Concatenate[P, A], R]:
    """Mark a provider's method as one that leaves the house: never inside a transaction, timed, and not tried while
    the provider is left alone."""

    @wraps(method)
    def guarded(self: P, /, *args: A.args, **kwargs: A.kwargs) -> R:
        if connection.in_atomic_block:
            raise NetworkInTransaction(f"{self.name}.{method.__name__} inside a transaction")
        probes = method.__name__ == "health"
        if not probes and breaker.is_away(self.name):
            raise OutcomeUnknown(AWAY)
        started, outcome = time.perf_counter(), "ok"
        try:
            answer = method(self, *args, **kwargs)
        except (Refused, OutcomeUnknown) as error:
            outcome = type(error).__name__
            _tell_breaker(self.name, error)
            raise
        else:
            (breaker.is_well if probes else breaker.answered)(self.name)
            return answer
        finally:
            SECONDS.labels(self.name, method.__name__, outcome).observe(time.perf_counter() - started)

    return guarded


def _tell_breaker(provider: str, error: Refused | OutcomeUnknown) -> None:
    if isinstance(error, OutcomeUnknown) and error.away:
        breaker.failed(provider, error.code)
    else:
        breaker.answered(provider)
