"""The use cases of `tests.load.payments`, on a Django that is set up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID

from django.db import transaction

from grocery.kernel.ids import new_id
from grocery.kernel.money import dong
from grocery.payments import public as payments
from grocery.payments.models import Payment, ProviderNotice
from grocery.payments.services.apply_notice import apply_notice
from grocery.payments.services.settle import settle
from tests.payments.stripe_signing import event, signed
from tests.sandbox.running import Sandbox

_numbers = count()


@dataclass(frozen=True)
class Case:
    """`prepare` makes what `do` then does; `commits`: how often that commits."""

    name: str
    prepare: Callable[[], Any]
    do: Callable[[Any], object]
    commits: int


def cases(sandbox: Sandbox) -> list[Case]:
    """In the order in which a payment lives."""
    shop = _Shop(sandbox)
    return [
        Case("pay: begun at Stripe", shop.opened, shop.begin, 3),
        Case("webhook: taken in", shop.notice, shop.take, 1),
        Case("webhook: acted upon, Stripe asked", shop.kept, shop.act, 2),
        Case("refund: asked for", shop.captured, shop.refund, 1),
        Case("refund: made at Stripe", shop.refunding, shop.make, 3),
    ]


class _Shop:
    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    def opened(self) -> UUID:
        order_id, number = new_id(), next(_numbers)
        with transaction.atomic():
            payments.open_payment(
                order_id=order_id,
                order_number=f"G-{number}",
                payer_id=new_id(),
                store_id=new_id(),
                amount=dong(345_000),
                method=payments.Method.CARD,
                now=self.now,
            )
        return order_id

    def begin(self, order_id: UUID) -> None:
        payments.begin_authorisation(order_id=order_id, now=self.now)

    def begun(self) -> Payment:
        order_id = self.opened()
        self.begin(order_id)
        payment = Payment.objects.get(order_id=order_id)
        self.sandbox.pay(payment.reference)
        return payment

    def notice(self, about: str = "pi_of_nobody") -> tuple[bytes, dict[str, str]]:
        body = event(
            "payment_intent.amount_capturable_updated", f"evt_{next(_numbers)}", id=about, filler="x" * 2_500
        )
        return body, signed(body, self.now)

    def take(self, notice: tuple[bytes, dict[str, str]]) -> None:
        payments.take_webhook(provider="stripe", body=notice[0], headers=notice[1], now=self.now)

    def kept(self) -> UUID:
        payment = self.begun()
        self.take(self.notice(payment.reference))
        return ProviderNotice.objects.get(reference=payment.reference).id

    def act(self, notice_id: UUID) -> None:
        apply_notice(notice_id=notice_id, now=self.now)

    def captured(self) -> UUID:
        payment = self.begun()
        payments.look_again(order_id=payment.order_id, now=self.now)
        with transaction.atomic():
            payments.request_capture(order_id=payment.order_id, amount=dong(345_000), now=self.now)
        settle(order_id=payment.order_id, now=self.now)
        return payment.order_id

    def refund(self, order_id: UUID) -> None:
        with transaction.atomic():
            payments.request_refund(
                order_id=order_id, amount=dong(25_000), key="eggs", reason="missing", now=self.now, by=None
            )

    def refunding(self) -> UUID:
        order_id = self.captured()
        self.refund(order_id)
        return order_id

    def make(self, order_id: UUID) -> None:
        settle(order_id=order_id, now=self.now)
