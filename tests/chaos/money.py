"""What is killed in the fault points of money: whoever begins a payment, hears of it, takes it, gives it back; see
`orders`. Providers are at their sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from grocery.kernel import clock
from grocery.kernel.models import OutboxEvent
from grocery.kernel.money import dong
from grocery.kernel.outbox import relay
from grocery.ledger.models import OrderBook
from grocery.ordering import public as ordering
from grocery.ordering.models import Order
from grocery.payments import public as payments
from grocery.payments.models import IncomingTransfer, Payment, ProviderNotice
from tests.chaos.orders import Town, place
from tests.payments.counters import Counter, Stripe
from tests.sandbox.running import Sandbox

#: Two milks and the way to the door, and one milk of them.
KEPT, BACK = 92_000, 38_500

#: A provider's notice: its body, and its headers in lower case.
type Notice = tuple[bytes, dict[str, str]]


# --- the work -----------------------------------------------------------------------------------------------------
def begin(order_id: UUID, customer_id: UUID) -> None:
    """The customer opens the payment page."""
    ordering.pay(order_id=order_id, customer_id=customer_id, now=clock.now())


def hear(_order_id: UUID, provider: str, notices: list[Notice]) -> None:
    """The provider's notices come in, and a relay sees to them."""
    for body, headers in notices:
        payments.take_webhook(provider=provider, body=body, headers=headers, now=datetime.now(UTC))
    relay.drain()


def settle(*_about: object) -> None:
    """What a relay does with captures, cancellations and refunds that are written down, and with what follows."""
    relay.drain()


def renew(_order_id: UUID) -> None:
    """The clock finds a hold that ends before its slot, and a relay asks the kept card."""
    ordering.renew_holds(now=clock.now())
    relay.drain()


# --- what there is before, and after ------------------------------------------------------------------------------
@dataclass
class PayingTown(Town):
    """A town whose customer pays at `counter`, which is at `bank`."""

    bank: Sandbox | None = None
    counter: Counter = field(default_factory=Stripe)

    def to_begin(self) -> tuple[UUID, UUID]:
        return self._placed(), self.lan.id

    def to_hear(self) -> tuple[UUID, str, list[Notice]]:
        """The customer has confirmed the payment, and we have not heard of it."""
        order_id = self._placed()
        begin(order_id, self.lan.id)
        self._approve(order_id)
        return order_id, self.counter.provider, self._notices()

    def to_take(self) -> tuple[UUID]:
        """Packed, and the capture written down."""
        order_id, provider, notices = self.to_hear()
        hear(order_id, provider, notices)
        for step in (ordering.start_picking, ordering.mark_packed):
            step(order_id=order_id, by=self.shop.picker, now=clock.now())
        return (order_id,)

    def to_give_back(self) -> tuple[UUID]:
        """One milk, written down."""
        (order_id,) = self.to_take()
        relay.drain()
        hear(order_id, self.counter.provider, self._notices())
        with transaction.atomic():
            payments.request_refund(
                order_id=order_id, amount=dong(BACK), key="broken", reason="damaged", now=clock.now(), by=None
            )
        return (order_id,)

    def to_renew(self) -> tuple[UUID]:
        """Held, for a day beyond the end of the hold, which is tomorrow."""
        order_id = self._placed()
        far = clock.now() + timedelta(days=10)
        Order.objects.filter(id=order_id).update(slot_starts_at=far, slot_ends_at=far + timedelta(hours=2))
        begin(order_id, self.lan.id)
        self._approve(order_id)
        hear(order_id, self.counter.provider, self._notices())
        Payment.objects.filter(order_id=order_id).update(capture_before=clock.now() + timedelta(days=1))
        return (order_id,)

    def to_hear_too_late(self) -> tuple[UUID, str, list[Notice]]:
        """The same, and meanwhile its order is off."""
        order_id, provider, notices = self.to_hear()
        ordering.cancel(
            order_id=order_id, by=self.lan.principal, motive=ordering.CancelMotive.UNSAID, now=clock.now()
        )
        relay.drain()
        return order_id, provider, notices

    def faults_of_money(self, order_id: UUID, *, told: dict[str, int], held: int, kept: int = 0) -> Iterator[str]:
        """What is wrong with the money of this order, with us and at its provider."""
        assert self.bank
        relay.drain()
        self.bank.advance(60)
        hear(order_id, self.counter.provider, self._notices())
        facts = OutboxEvent.objects.filter(stream=f"payment:{order_id}")
        for name, times in told.items():
            if (found := facts.filter(name=f"payments.{name}").count()) != times:
                yield f"{name} told {found} times, not {times}"
        view = payments.payment(order_id=order_id)
        if view.captured.minor - view.refunded.minor != kept:
            yield f"of {view.captured} {view.refunded} went back, and {kept} is to be kept"
        theirs = self._at_the_bank(order_id)
        if theirs != (ours := (held, view.captured.minor, view.refunded.minor)):
            yield f"the provider says {theirs}, we {ours}"
        if lost := ProviderNotice.objects.filter(applied_at=None).exclude(reference="").count():
            yield f"{lost} notices were not seen to"

    def _placed(self) -> UUID:
        order_id = UUID(str(place(*self.wish(self.counter.method))["id"]))
        relay.drain()
        return order_id

    def _approve(self, order_id: UUID) -> None:
        assert self.bank
        self.counter.approve(self.bank, self._reference(order_id))

    def _notices(self) -> list[Notice]:
        assert self.bank
        found: list[Any] = self.counter.notices(self.bank)
        return [(n["body"].encode(), {name.lower(): text for name, text in n["headers"].items()}) for n in found]

    def _at_the_bank(self, order_id: UUID) -> tuple[int, int, int]:
        """Of this order: how many payments are held or taken, how much was taken, how much given back."""
        assert self.bank
        references = Payment.objects.filter(order_id=order_id).values_list("reference", flat=True)
        return self.counter.balance(self.bank, set(references))

    def _reference(self, order_id: UUID) -> str:
        return Payment.objects.get(order_id=order_id).reference


@dataclass
class TransferTown(PayingTown):
    """A town whose customer sends what it comes to from their bank, which tells us of it and of nothing else."""

    def to_hear(self) -> tuple[UUID, str, list[Notice]]:
        order_id = self._placed()
        step = payments.begin_authorisation(order_id=order_id, now=clock.now()).step
        assert self.bank
        assert isinstance(step, payments.TransferTo)
        self.bank.bank.scan(step.qr)
        return order_id, "bank", self._notices()

    def _placed(self) -> UUID:
        order_id = UUID(str(place(*self.wish("bank_transfer"))["id"]))
        relay.drain()
        return order_id

    def _notices(self) -> list[Notice]:
        assert self.bank
        found: list[Any] = self.bank.bank.take_notices()
        return [(n["body"].encode(), {name.lower(): text for name, text in n["headers"].items()}) for n in found]

    def _at_the_bank(self, order_id: UUID) -> tuple[int, int, int]:
        assert self.bank
        memo = Payment.objects.get(order_id=order_id).memo
        sent = [one["amount"] for one in self.bank.bank.transfers() if one["memo"] == memo]
        return len(sent), sum(sent), 0

    def faults_of_transfer(self, order_id: UUID, *, late: bool) -> Iterator[str]:
        """What is wrong with the one transfer to this order: with us, in the books, at the bank, told of."""
        told = {"PaymentAuthorised": 0 if late else 1, "TransferCameLate": int(late), "MoneyTaken": 1}
        told |= {"RefundRequested": int(late)}
        yield from self.faults_of_money(order_id, told=told, held=1, kept=KEPT)
        rows = IncomingTransfer.objects.filter(payment__order_id=order_id)
        if (found := [(row.amount, row.standing) for row in rows]) != [(KEPT, "paid")]:
            yield f"transfers: {found}"
        owed = [refund.amount.minor for refund in payments.payment(order_id=order_id).refunds]
        if owed != ([KEPT] if late else []):
            yield f"owed back: {owed}"
        if (balance := OrderBook.objects.get(order_id=order_id).balance) != -KEPT:
            yield f"the books say that {balance} is owed"
