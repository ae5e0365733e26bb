"""What happened to the money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from grocery.kernel.events import Event
from grocery.kernel.money import Money
from grocery.payments.events.deposits import (
    CashArrivalUndone,
    CashArrived,
    CashDeposited,
    CashDepositUndone,
    DepositEvent,
)

__all__ = ["CashArrivalUndone", "CashArrived", "CashDepositUndone", "CashDeposited", "DepositEvent"]


@dataclass(frozen=True, kw_only=True)
class PaymentEvent(Event):
    """A fact about the payment of one order; facts of one order arrive in order."""

    order_id: UUID

    @property
    def stream(self) -> str:
        return f"payment:{self.order_id}"


@dataclass(frozen=True, kw_only=True)
class PaymentAuthorised(PaymentEvent):
    """The money is held for us, or promised in cash. Told once for the order, and once for each of its top-ups.

    `reference` names the change of the order that the top-up of `amount` pays for; None: it is what the order was
    placed with.
    """

    amount: Money
    reference: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class PaymentFailed(PaymentEvent):
    """An attempt failed; the customer may try again. Told once per attempt. `reference`: as in PaymentAuthorised."""

    code: str
    reference: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class TopUpEnded(PaymentEvent):
    """A top-up will not be there: not paid in time, no longer wanted, or its hold was lost. What was held before
    it still is. Of one that waits for its customer either this is told or PaymentAuthorised, never both."""

    reference: UUID


@dataclass(frozen=True, kw_only=True)
class PayAgainAsked(PaymentEvent):
    """A hold of `amount` ends before the goods are packed, and the kept card does not do: its customer has to pay
    again, by `until`. Nothing is charged twice: the hold before is let go then."""

    amount: Money
    until: datetime


@dataclass(frozen=True, kw_only=True)
class HoldNotRenewed(PaymentEvent):
    """A hold ends before the goods are packed, and its customer has not paid again in time."""


@dataclass(frozen=True, kw_only=True)
class TenderChanged(PaymentEvent):
    """The order is paid by `method` from now on, `amount` of it, not by `before` (as `Method` names them)."""

    before: str
    method: str
    amount: Money


@dataclass(frozen=True, kw_only=True)
class PaymentCaptured(PaymentEvent):
    """`amount` is ours, in all. Told when no more of what was asked for is on its way."""

    amount: Money


@dataclass(frozen=True, kw_only=True)
class CaptureFellShort(PaymentEvent):
    """`amount` was to be taken and was not: the provider refused, or the hold was gone. A person sees to it."""

    amount: Money


@dataclass(frozen=True, kw_only=True)
class PaymentCancelled(PaymentEvent):
    """The hold is gone and nothing was taken: we asked for it, or the hold that carried the order expired. Told once
    per order; the end of a top-up is TopUpEnded."""


@dataclass(frozen=True, kw_only=True)
class RefundEvent(PaymentEvent):
    """A fact about money that goes back; `key` is what the asker called it."""

    refund_id: UUID
    key: str


@dataclass(frozen=True, kw_only=True)
class RefundRequested(RefundEvent):
    """`amount` is promised back. Told once per refund."""

    amount: Money


@dataclass(frozen=True, kw_only=True)
class RefundSucceeded(RefundEvent):
    """The customer has `amount`, all of it."""

    amount: Money


@dataclass(frozen=True, kw_only=True)
class RefundFailed(RefundEvent):
    """The provider could not give it back, at once or days after it seemed to; it is still owed, and a person sees
    to it. RefundSucceeded follows."""

    code: str


@dataclass(frozen=True, kw_only=True)
class MoneyEvent(PaymentEvent):
    """Money of one order has moved, `amount` of it: for the books. The facts above say how the order stands; these
    say each movement by itself, and each is told once. Whoever lets money move tells one of them.

    `provider` "": nobody's but ours (cash, a transfer to our bank); "credit": the customer's store credit, which may
    also be where something goes back to that was paid otherwise.
    `reference` is the provider's name for the movement, empty where there is none. `by`: the person who did it,
    None: the system or the provider.
    """

    order_number: str
    store_id: UUID
    payment_id: UUID
    amount: Money
    method: str
    provider: str
    reference: str
    at: datetime
    by: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class MoneyTaken(MoneyEvent):
    """It is ours. Told once per payment. `with_driver`, or the courier named `with_courier`, carries the cash; where
    neither does it lies in the till."""

    with_driver: UUID | None = None
    with_courier: str = ""


@dataclass(frozen=True, kw_only=True)
class MoneyReturned(MoneyEvent):
    """The customer has it back: a part of a refund. `by_hand`: out of the till or by a transfer of ours, not the way
    that it came; `by_bank`: from their bank, which has kept what it took in a dispute."""

    refund_id: UUID
    part_id: UUID
    by_hand: bool
    by_bank: bool = False


@dataclass(frozen=True, kw_only=True)
class MoneyReturnUndone(MoneyEvent):
    """What the customer seemed to have came back to us, days later perhaps: it is owed again. `by_bank`: their bank
    has decided otherwise."""

    refund_id: UUID
    part_id: UUID
    by_bank: bool = False


@dataclass(frozen=True, kw_only=True)
class ShortfallWrittenOff(MoneyEvent):
    """It was to be taken and will not be: a person has given it up."""

    shortfall_id: UUID


@dataclass(frozen=True, kw_only=True)
class WriteOffReduced(MoneyEvent):
    """Goods for which nothing had been taken came back: so much less of what was written off was ever owed."""

    shortfall_id: UUID


@dataclass(frozen=True, kw_only=True)
class CreditEvent(Event):
    """Store credit of a customer moved without an order. What orders do with it is told as any money of theirs.

    `reason`: what staff wrote, without personal data. `by`: who of them it was.
    """

    customer_id: UUID
    entry_id: UUID
    amount: Money
    reason: str
    by: UUID | None
    at: datetime

    @property
    def stream(self) -> str:
        return f"credit:{self.customer_id}"


@dataclass(frozen=True, kw_only=True)
class CreditGranted(CreditEvent):
    """The shop gave it. Told once per entry."""


@dataclass(frozen=True, kw_only=True)
class CreditTakenBack(CreditEvent):
    """`amount` of a grant was a mistake, and is gone again. Told once per entry."""


@dataclass(frozen=True, kw_only=True)
class CreditPaidIn(CreditEvent):
    """A transfer that fitted nothing is the customer's to spend; `reason` is the bank's reference. Told right after
    TransferSettled, once per entry."""


@dataclass(frozen=True, kw_only=True)
class CreditPaidOut(CreditEvent):
    """That was a mistake: TransferPutAside follows. Told once per entry."""


@dataclass(frozen=True, kw_only=True)
class CashEvent(Event):
    """A fact about cash that `carrier` (a person's id, or a courier's name) gave to a store. `expected` had been
    collected, `counted` was there; `into`: "safe" or "bank"; `reason` says why they differ."""

    hand_in_id: UUID
    store_id: UUID
    carrier: str
    expected: Money
    counted: Money
    into: str
    reason: str
    note: str
    at: datetime
    by: UUID | None = None

    @property
    def stream(self) -> str:
        return f"cash:{self.hand_in_id}"


@dataclass(frozen=True, kw_only=True)
class CashHandedIn(CashEvent):
    """It is the store's. Told once per hand-in."""


@dataclass(frozen=True, kw_only=True)
class CashHandInUndone(CashEvent):
    """It was a slip: the carrier has it still. Told at most once per hand-in; `note` says why."""


@dataclass(frozen=True, kw_only=True)
class DisputeEvent(MoneyEvent):
    """A fact about money that a customer's bank wants back; `reference` is the provider's name of the dispute."""

    dispute_id: UUID


@dataclass(frozen=True, kw_only=True)
class DisputeWithdrawn(DisputeEvent):
    """The bank has taken `amount`, until it decides."""


@dataclass(frozen=True, kw_only=True)
class DisputeFeeTaken(DisputeEvent):
    """The provider keeps `amount` for its work with a dispute."""


@dataclass(frozen=True, kw_only=True)
class DisputeReinstated(DisputeEvent):
    """`amount` of what the bank had taken is ours again."""


@dataclass(frozen=True, kw_only=True)
class DisputeLost(DisputeEvent):
    """The bank has decided: `amount` of what it took stays with the customer."""


@dataclass(frozen=True, kw_only=True)
class DisputeLossUndone(DisputeEvent):
    """It has decided otherwise: `amount` was not lost after all; DisputeReinstated says when it is there."""


@dataclass(frozen=True, kw_only=True)
class TransferCameLate(PaymentEvent):
    """`amount` arrived for something that was off by then; it goes back."""

    amount: Money


@dataclass(frozen=True, kw_only=True)
class PutAsideEvent(Event):
    """A fact about a transfer in đồng to our account that stands in the queue. `reference` is the bank's name for it;
    order and store are those that its memo names, if it names any."""

    transfer_id: UUID
    amount: Money
    reference: str
    order_id: UUID | None
    order_number: str
    store_id: UUID | None
    at: datetime
    by: UUID | None = None

    @property
    def stream(self) -> str:
        return f"transfer:{self.transfer_id}"


@dataclass(frozen=True, kw_only=True)
class TransferPutAside(PutAsideEvent):
    """It is in our bank and nobody's yet. `why` is an `Oddity`, or "reopened": it was not sent back after all."""

    why: str


@dataclass(frozen=True, kw_only=True)
class TransferSettled(PutAsideEvent):
    """It is put aside no more. `how`: "assigned" to an order, where MoneyTaken tells of it; "sent_back" to whoever
    sent it; "credited", where CreditPaidIn tells of it; "deposited": it
    is cash of ours, and CashArrived tells of it; "corrected", as the bank had told a wrong amount."""

    how: str


@dataclass(frozen=True, kw_only=True)
class RefundToMake(PaymentEvent):
    """A refund is written down and has yet to be made; payments itself hears this."""

    call_id: UUID


@dataclass(frozen=True, kw_only=True)
class CardToForget(Event):
    """A customer had a kept card removed, and its provider has yet to be told; payments itself hears this."""

    card_id: UUID

    @property
    def stream(self) -> str:
        return f"card:{self.card_id}"


@dataclass(frozen=True, kw_only=True)
class RenewalRequested(PaymentEvent):
    """A hold is to be made anew on the kept card; that is written down; payments itself hears this."""

    call_id: UUID


@dataclass(frozen=True, kw_only=True)
class CaptureRequested(PaymentEvent):
    """A capture is written down and has yet to be made; payments itself hears this."""

    call_id: UUID


@dataclass(frozen=True, kw_only=True)
class CancellationRequested(PaymentEvent):
    """A cancellation is written down and has yet to be made; payments itself hears this."""

    call_id: UUID


@dataclass(frozen=True, kw_only=True)
class WebhookReceived(Event):
    """A provider's verified notice about one of its payments is stored; payments itself hears this."""

    provider: str
    reference: str
    notice_id: UUID

    @property
    def stream(self) -> str:
        return f"provider:{self.provider}/{self.reference}"
