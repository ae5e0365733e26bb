"""Paying an order over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from grocery.kernel import clock, wire
from grocery.kernel.http import asker
from grocery.kernel.idempotency import idempotent
from grocery.kernel.inputs import Id, Input, Link, LongText
from grocery.ordering import public as ordering
from grocery.ordering.api import examples
from grocery.ordering.api.orders import SUPPORTERS
from grocery.ordering.api.schemas import example

router = Router()


class Transfer(Schema):
    """Where the amount is to be sent. Without exactly this `memo` a person has to find out what it pays."""

    bank: str
    bank_bin: str
    account: str
    holder: str
    memo: str
    model_config = example(examples.TRANSFER)


class PaymentToMake(Schema):
    """By card: the provider's form (`js_url`) confirms `client_secret`. By wallet: go to `pay_url`, or show `qr` to a
    phone. By bank transfer: send the amount as `transfer` says; `qr` is the text of the VietQR code that fills it in.
    Without any of these there is nothing for the customer to do. What is not paid by `pay_until` is off.
    `keeps_card`: the provider keeps the card, to hold the money once more before the day of the order: say so."""

    order_id: UUID
    method: ordering.PaymentMethod
    state: str
    amount: int
    currency: str
    client_secret: str | None
    publishable_key: str | None
    js_url: str | None
    pay_url: str | None
    qr: str | None
    transfer: Transfer | None
    pay_until: datetime | None
    keeps_card: bool
    model_config = example(examples.PAYMENT)


class PayInput(Input):
    """`return_url`: where a wallet sends its customer afterwards, whatever came of it."""

    return_url: Link | None = None


class TenderInput(Input):
    """How the order is to be paid instead. `note`: why; staff have to say."""

    method: ordering.PaymentMethod
    note: LongText = ""
    model_config = example({"method": "momo"})


class TenderToCome(Schema):
    """The order counts on `method`. Where `changes_to` says how it is to be paid instead, `to_pay` is paid with
    `orders/{id}/pay` by `pay_until`; what is held in the old way is let go then. Else there is nothing to do."""

    order_id: UUID
    method: ordering.PaymentMethod
    changes_to: ordering.PaymentMethod | None
    to_pay: int
    pay_until: datetime | None
    model_config = example(examples.TENDER_TO_COME)


@router.post("/orders/{order_id}/tender", response=TenderToCome, summary="Pay an order in another way")
@idempotent(required=True)
def change_tender(request: HttpRequest, order_id: Id, wish: TenderInput) -> HttpResponse:
    """Until the order is packed: what store credit pays of it stays. Cash takes effect at once. Nothing is charged
    twice: of two ways that are both paid the first counts, and the other goes back. The way it is paid in already
    takes the wish back. 409 `tender_fixed` once it is too late. Staff may have it paid in cash, and say why.
    """
    me = asker(request)
    if me.kind == "staff":
        me.require(*SUPPORTERS)
    else:
        me.signed_in()
    seen = ordering.change_tender(order_id=order_id, method=wish.method, by=me, note=wish.note, now=clock.now())
    return wire.response(
        {
            "order_id": seen.order_id,
            "method": seen.method,
            "changes_to": seen.changes_to,
            "to_pay": seen.to_pay,
            "pay_until": seen.pay_until,
        }
    )


@router.post("/orders/{order_id}/pay", response=PaymentToMake, summary="Pay an order")
@idempotent(required=True)
def pay(request: HttpRequest, order_id: Id, how: PayInput | None = None) -> HttpResponse:
    """What the customer needs to confirm the payment. May be asked for again: after a refusal it is a new attempt."""
    me = asker(request).signed_in()
    back = how.return_url if how else None
    payment = ordering.pay(order_id=order_id, customer_id=me, now=clock.now(), return_url=back or "")
    answer = wire.response(
        {
            "order_id": payment.order_id,
            "method": payment.method,
            "state": payment.state,
            "amount": payment.amount,
            "currency": payment.amount.currency,
            "client_secret": payment.client_secret,
            "publishable_key": payment.publishable_key,
            "js_url": payment.js_url,
            "pay_url": payment.pay_url,
            "qr": payment.qr,
            "transfer": payment.transfer and asdict(payment.transfer),
            "pay_until": payment.pay_until,
            "keeps_card": payment.keeps_card,
        }
    )
    answer["Cache-Control"] = "no-store"
    return answer
