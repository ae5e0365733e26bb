"""A till: orders to be paid, customers who pay, and Stripe's sandbox in between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from grocery.kernel.ids import new_id
from grocery.kernel.models import OutboxEvent
from grocery.kernel.money import Money, dong
from grocery.kernel.outbox.subscribers import registry
from grocery.payments import public as payments
from grocery.payments.models import Payment, ProviderNotice
from tests.sandbox.fixtures import sandbox, sandbox_process
from tests.sandbox.running import Sandbox

__all__ = ["sandbox", "sandbox_process"]

#: Real transactions, because providers are not asked inside one; naming the apps makes emptying them quick.
COMMITTED = pytest.mark.django_db(transaction=True, available_apps=["grocery.kernel", "grocery.payments"])
PAYER = UUID("019aa3f2-5f00-7000-8000-00000000000a")
STORE = new_id()
BASKET = dong(345_000)
FACTS = (
    "PaymentAuthorised",
    "PaymentFailed",
    "PaymentCaptured",
    "PaymentCancelled",
    "TopUpEnded",
    "PayAgainAsked",
    "HoldNotRenewed",
    "RefundRequested",
    "RefundSucceeded",
    "RefundFailed",
)


@dataclass
class Till:
    """What a test says about payments. `now` is real time, because Stripe's signatures are, until it is moved."""

    sandbox: Sandbox
    deliver: Callable[[], int]
    ahead: timedelta = field(default_factory=timedelta)

    @property
    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def later(self, **time: float) -> None:
        self.ahead += timedelta(**time)

    # --- what ordering does ---------------------------------------------------------------------------------------
    def open(self, amount: Money = BASKET, method: payments.Method = payments.Method.CARD, credit: int = 0) -> UUID:
        order_id = new_id()
        with transaction.atomic():
            payments.open_payment(
                order_id=order_id,
                order_number="G-20418",
                payer_id=PAYER,
                store_id=STORE,
                amount=amount,
                method=method,
                now=self.now,
                credit=dong(credit),
            )
        return order_id

    def begun(self, amount: Money = BASKET) -> UUID:
        """An order whose card payment Stripe knows."""
        order_id = self.open(amount)
        payments.begin_authorisation(order_id=order_id, now=self.now)
        return order_id

    def authorised(self, amount: Money = BASKET) -> UUID:
        """An order whose customer has paid, and we know it."""
        order_id = self.begun(amount)
        self.customer_pays(order_id)
        self.webhooks()
        return order_id

    def captured(self, *amounts: Money) -> UUID:
        """An order whose customer has paid the first amount and was raised to each other, and whose money is ours."""
        order_id = self.authorised(amounts[0])
        for number, amount in enumerate(amounts[1:], start=1):
            self.raise_to(order_id, amount)
            payments.begin_authorisation(order_id=order_id, now=self.now)
            self.customer_pays(order_id, number=number)
            self.webhooks()
        self.capture(order_id, amounts[-1])
        self.deliver()
        self.sandbox.take_webhooks()
        return order_id

    def capture(self, order_id: UUID, amount: Money) -> None:
        with transaction.atomic():
            payments.request_capture(order_id=order_id, amount=amount, now=self.now)

    def raise_to(
        self, order_id: UUID, amount: Money, reference: UUID | None = None, minutes: int | None = None
    ) -> Money:
        """The order comes to more; what the customer has to authorise, within so many minutes."""
        until = self.now + timedelta(minutes=minutes) if minutes else None
        with transaction.atomic():
            return payments.raise_to(
                order_id=order_id, amount=amount, reference=reference or new_id(), now=self.now, until=until
            )

    def lower_to(self, order_id: UUID, amount: Money) -> None:
        with transaction.atomic():
            payments.lower_to(order_id=order_id, amount=amount, now=self.now)

    def change(self, order_id: UUID, amount: Money) -> None:
        """The order comes to more or to less."""
        if amount > payments.payment(order_id=order_id).amount:
            self.raise_to(order_id, amount)
        else:
            self.lower_to(order_id, amount)

    def change_cash(self, order_id: UUID, amount: Money) -> None:
        with transaction.atomic():
            payments.change_cash(order_id=order_id, amount=amount, now=self.now)

    def refund(self, order_id: UUID, amount: Money, key: str = "missing-eggs") -> payments.RefundView:
        with transaction.atomic():
            return payments.request_refund(
                order_id=order_id, amount=amount, key=key, reason="missing", now=self.now, by=None
            )

    def cancel(self, order_id: UUID) -> None:
        with transaction.atomic():
            payments.request_cancellation(order_id=order_id, now=self.now)

    # --- what happens outside -------------------------------------------------------------------------------------
    def payment(self, order_id: UUID, number: int = 0) -> Payment:
        """The first payment of the order, or one that came later."""
        return Payment.objects.get(order_id=order_id, number=number)

    def reference(self, order_id: UUID, number: int = 0) -> str:
        return self.payment(order_id, number).reference

    def customer_pays(self, order_id: UUID, card: str = "pm_card_visa", number: int = 0) -> Any:
        return self.sandbox.pay(self.reference(order_id, number), card)

    def webhooks(self) -> None:
        """Everything that Stripe has to say reaches us, and is acted upon."""
        for webhook in self.sandbox.take_webhooks():
            self.receive(webhook)
        self.deliver()

    def receive(self, webhook: Any) -> None:
        headers = {name.lower(): text for name, text in webhook["headers"].items()}
        signed_at = datetime.now(UTC)  # whatever time it is at the till
        payments.take_webhook(provider="stripe", body=webhook["body"].encode(), headers=headers, now=signed_at)

    # --- what there is to see -------------------------------------------------------------------------------------
    def state(self, order_id: UUID) -> str:
        return payments.payment(order_id=order_id).state.value

    def facts(self, order_id: UUID) -> list[str]:
        """The facts about this order that others may hear, in the order in which they were told."""
        return [name for name in self.events(order_id) if name in FACTS]

    def events(self, order_id: UUID) -> list[str]:
        """The same with what payments tells itself."""
        told = OutboxEvent.objects.filter(stream=f"payment:{order_id}").order_by("published_at", "id")
        return [event.name.removeprefix("payments.") for event in told]

    def calls(self, order_id: UUID, number: int = 0) -> list[tuple[str, str]]:
        payment = self.payment(order_id, number)
        return [(call.operation, call.state) for call in payment.calls.order_by("id")]

    def notices(self) -> list[tuple[str, str]]:
        return [(notice.kind, notice.outcome) for notice in ProviderNotice.objects.order_by("id")]


@pytest.fixture
def till(sandbox: Sandbox, deliver: Callable[[], int], monkeypatch: pytest.MonkeyPatch) -> Till:
    """For tests marked COMMITTED. The orders are made up, so nobody but payments hears what happens to them."""
    ours = {event: [s for s in all_ if s.name.startswith("payments.")] for event, all_ in registry.by_event.items()}
    monkeypatch.setattr(registry, "by_event", ours)
    return Till(sandbox, deliver)
