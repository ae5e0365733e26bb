"""A third provider of payments: a purse in this process, with the manners of wallets.

It has pages of its own, says its link once, takes what is held or nothing, and ends an attempt that was refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from grocery.kernel.money import Money, dong
from grocery.payments.contracts import PayLink, PaymentState, PaymentStep, RefundState
from grocery.payments.gateways.provider import Notice, NotSigned, Refused, Wanted, network
from grocery.payments.policies import Limits, Observation, RefundSeen

LIMITS = Limits(minimum=dong(1_000), maximum=dong(50_000_000))


@dataclass
class Purse:
    """`seen` and `given_back` are what it knows, by its own names; it refuses a second use of neither."""

    name: str = "purse"
    limits: Limits = LIMITS
    captures_whole: bool = True
    repeats_itself: bool = True
    refund_later: Mapping[str, timedelta] = field(default_factory=dict)
    seen: dict[str, Observation] = field(default_factory=dict)
    given_back: dict[str, RefundSeen] = field(default_factory=dict)

    # --- its customer ----------------------------------------------------------------------------------------------
    def approve(self, reference: str) -> None:
        self.seen[reference] = replace(self.seen[reference], state=PaymentState.AUTHORISED)

    def refuse(self, reference: str, code: str = "1006") -> None:
        failed = replace(self.seen[reference], state=PaymentState.FAILED, failure_code=code, attempt=reference)
        self.seen[reference] = failed

    # --- the protocol ----------------------------------------------------------------------------------------------
    @network
    def authorise(self, *, wanted: Wanted, key: str) -> Observation:
        link = {"url": f"https://purse.example/{key}", "qr": f"purse:{key}"}
        begun = Observation(
            reference=key,
            state=PaymentState.PENDING,
            amount=wanted.amount.minor,
            currency="vnd",
            payment_id=UUID(wanted.metadata["payment_id"]),
        )
        return replace(self.seen.setdefault(key, begun), handoff=link)

    @network
    def capture(self, *, reference: str, amount: Money, key: str) -> Observation:
        held = self.seen[reference]
        if amount.minor != held.amount:
            raise Refused("22")
        self.seen[reference] = replace(held, state=PaymentState.CAPTURED, captured=held.amount)
        return self.seen[reference]

    @network
    def cancel(self, *, reference: str, key: str) -> Observation:
        if self.seen[reference].state is PaymentState.AUTHORISED:
            self.seen[reference] = replace(self.seen[reference], state=PaymentState.CANCELLED)
        return self.seen[reference]

    @network
    def refund(self, *, reference: str, amount: Money, refund_id: str, key: str) -> RefundSeen:
        seen = RefundSeen(key, RefundState.SUCCEEDED, amount.minor, "vnd", call_id=UUID(refund_id))
        return self.given_back.setdefault(key, seen)

    @network
    def refunds(self, *, reference: str) -> Sequence[RefundSeen]:
        return list(self.given_back.values())

    @network
    def poll(self, *, reference: str) -> Observation:
        return self.seen[reference]

    @network
    def health(self) -> None:
        """It always answers."""

    def read_webhook(self, *, body: bytes, headers: Mapping[str, str], now: datetime) -> Notice:
        raise NotSigned("it sends none")

    def step(self, seen: Observation) -> PaymentStep | None:
        return PayLink(**seen.handoff) if seen.state is PaymentState.PENDING else None

    def page_sources(self) -> Mapping[str, tuple[str, ...]]:
        return {}


#: What the settings name.
_THE_ONE: list[Purse] = []


def the_one() -> Purse:
    """The one of this test."""
    return _THE_ONE[-1]


def empty() -> Purse:
    """A new one."""
    _THE_ONE[:] = [Purse()]
    return the_one()
