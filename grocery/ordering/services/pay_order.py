"""The customer pays."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from grocery.ordering.contracts import NothingToPay, OrderId, PaymentMethod, PaymentToMake, TransferToMake
from grocery.ordering.services.show_orders import show_order
from grocery.payments import public as payments


def pay_order(*, order_id: UUID, customer_id: UUID, return_url: str, now: datetime) -> PaymentToMake:
    """See `public.pay`. Talks to the provider: no transaction, no lock."""
    order = show_order(order_id=order_id, customer_id=customer_id, store_id=None)
    if not order.awaits_payment and not payments.payment(order_id=order_id).to_pay:
        raise NothingToPay(order.number)
    seen = payments.begin_authorisation(
        order_id=order_id, return_url=return_url, needed_until=order.slot_ends_at, now=now
    )
    return PaymentToMake(
        order_id=OrderId(order_id),
        method=PaymentMethod((seen.changes_to or seen.method).value),
        state=seen.state.value,
        amount=seen.to_pay or seen.amount,
        pay_until=order.pay_by if order.awaits_payment else seen.pay_until,
        **_step(seen.step),
    )


def disputes(*, order_id: UUID) -> tuple[payments.DisputeView, ...]:
    """See `public.disputes`."""
    return payments.disputes(order_id=order_id)


def _step(step: payments.PaymentStep | None) -> dict[str, Any]:
    match step:
        case payments.CardForm():
            return {
                "client_secret": step.client_secret,
                "publishable_key": step.publishable_key,
                "js_url": step.js_url,
                "keeps_card": step.keeps,
            }
        case payments.PayLink():
            return {"pay_url": step.url, "qr": step.qr}
        case payments.TransferTo():
            to = TransferToMake(step.bank, step.bank_bin, step.account, step.holder, step.memo)
            return {"transfer": to, "qr": step.qr}
        case None:
            return {}
