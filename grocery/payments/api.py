"""Storefront HTTP routes of payments: mapping only."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from grocery.kernel import clock
from grocery.kernel.errors import NotFound
from grocery.kernel.http import asker
from grocery.kernel.inputs import AskedAmount, Code, Id, Input
from grocery.kernel.money import dong
from grocery.kernel.principal import Principal
from grocery.kernel.wire import Dong
from grocery.payments import public

router = Router(tags=["payments"])
PAGE: Final = 50
STAFF = frozenset({"picker", "dispatcher", "support", "manager", "admin"})


REFUND: Final[dict[str, Any]] = {
    "amount": 25000,
    "state": "pending",
    "in_cash": False,
    "to_credit": 0,
    "failed": False,
    "usual_days": {"first": 5, "last": 10},
    "requested_at": "2026-11-21T09:30:00Z",
    "settled_at": None,
}


CREDIT_ENTRY: Final[dict[str, Any]] = {
    "id": "019aa3f2-5f00-7000-8000-0000000000e1",
    "kind": "granted",
    "amount": 50000,
    "balance": 50000,
    "reason": "Giao trễ",
    "order_id": None,
    "order_number": "",
    "at": "2026-11-21T09:30:00Z",
}


class UsualDays(Schema):
    """Working days, at best and at worst, as banks and wallets say them; nobody promises it."""

    first: int
    last: int

    model_config = {"json_schema_extra": {"examples": [{"first": 5, "last": 10}]}}


class RefundOut(Schema):
    """Money that goes back. `requested`: asked for, and about to be sent · `pending`: on its way · `succeeded`: it is
    there · `owed`: somebody of the shop sees to it, as with cash.

    `to_credit` of it is store credit: what was paid with it, and what was asked to go there. `failed`: it could not
    go back the way it came, so the shop gets in touch. `usual_days`: in how many working days it is usually seen.
    What waits for a second person in the shop is among the order's returns, `waiting`.
    """

    amount: Dong
    state: public.RefundState
    in_cash: bool
    to_credit: Dong
    failed: bool
    usual_days: UsualDays | None
    requested_at: datetime
    settled_at: datetime | None

    model_config = {"json_schema_extra": {"examples": [REFUND]}}


class PaymentOut(Schema):
    """How one order is paid, all its payments together. Amounts are whole đồng.

    `authorised` is held or taken; `to_pay` waits for the customer (`orders/{id}/pay`), a top-up until `pay_until`.
    `changes_to`: how its customer wants to pay instead, which is what `to_pay` is then; the order counts on `method`
    until that is done. `refunded` has arrived, `refunding` is promised and has not. `credit` of it was paid with
    store credit.
    """

    order_id: Id
    order_number: str
    method: public.Method
    changes_to: public.Method | None
    state: public.PaymentState
    amount: int
    authorised: int
    to_pay: int
    pay_until: datetime | None
    captured: int
    credit: int
    refunded: int
    refunding: int
    refunds: list[RefundOut]
    currency: str
    failure_code: str

    model_config = {
        "json_schema_extra": {
            "examples": [
                {
                    "order_id": "019aa3f2-5f00-7000-8000-000000000001",
                    "order_number": "G-20418",
                    "method": "card",
                    "changes_to": None,
                    "state": "captured",
                    "amount": 397000,
                    "authorised": 397000,
                    "to_pay": 0,
                    "pay_until": None,
                    "captured": 345000,
                    "credit": 0,
                    "refunded": 0,
                    "refunding": 25000,
                    "refunds": [REFUND],
                    "currency": "VND",
                    "failure_code": "",
                }
            ]
        }
    }


NOT_NOW: Final[dict[str, Any]] = {
    "method": "momo",
    "reason": "away",
    "detail": "This way to pay does not answer at the moment. Please choose another, or try again later.",
}


class NotNow(Schema):
    """A way to pay that the shop has and that cannot be chosen now; `detail` says why in the caller's language."""

    method: public.Method
    reason: public.WhyNot
    detail: str

    model_config = {"json_schema_extra": {"examples": [NOT_NOW]}}


class CreditEntryOut(Schema):
    """A movement of store credit: `amount` is below nothing for what was spent or taken back."""

    id: Id
    kind: public.CreditKind
    amount: Dong
    balance: Dong
    reason: str
    order_id: Id | None
    order_number: str
    at: datetime

    model_config = {"json_schema_extra": {"examples": [CREDIT_ENTRY]}}


class CreditOut(Schema):
    """What you may spend, and what moved it, newest first. `next`: send it on as `before` for older ones."""

    balance: int
    entries: list[CreditEntryOut]
    next: Id | None

    model_config = {"json_schema_extra": {"examples": [{"balance": 50000, "entries": [CREDIT_ENTRY], "next": None}]}}


class Methods(Schema):
    """The ways to pay that `checkout` takes as its `method` at present, in the order in which to show them."""

    methods: list[public.Method]
    unavailable: list[NotNow]

    model_config = {
        "json_schema_extra": {"examples": [{"methods": ["card", "cash_on_delivery"], "unavailable": [NOT_NOW]}]}
    }


def _refund(refund: public.RefundView) -> RefundOut:
    days = UsualDays(first=refund.days[0], last=refund.days[1]) if refund.days else None
    return RefundOut(
        amount=refund.amount.minor,
        state=refund.state,
        in_cash=refund.in_cash,
        to_credit=refund.to_credit.minor,
        failed=refund.failed,
        usual_days=days,
        requested_at=refund.requested_at,
        settled_at=refund.settled_at,
    )


def _works_there(who: Principal, store_id: UUID) -> bool:
    """Staff of that store, or of all stores."""
    return not who.roles.isdisjoint(STAFF) and who.store_id in {None, store_id}


@router.get("/payments/{order_id}", response=PaymentOut, summary="How an order is paid")
def payment(request: HttpRequest, order_id: Id) -> PaymentOut:
    """The payment of an order of yours, or of your store's if you are staff: its state and amounts."""
    who = asker(request)
    me = who.signed_in()
    view = public.payment(order_id=order_id)
    if view.payer_id != me and not _works_there(who, view.store_id):
        raise NotFound("payment", order_id)
    return PaymentOut(
        order_id=view.order_id,
        order_number=view.order_number,
        method=view.method,
        changes_to=view.changes_to,
        state=view.state,
        amount=view.amount.minor,
        authorised=view.authorised.minor,
        to_pay=view.to_pay.minor,
        pay_until=view.pay_until,
        captured=view.captured.minor,
        credit=view.credit.minor,
        refunded=view.refunded.minor,
        refunding=view.refunding.minor,
        refunds=[_refund(refund) for refund in view.refunds],
        currency=view.amount.currency,
        failure_code=view.failure_code,
    )


@router.get("/me/credit", response=CreditOut, summary="My store credit")
def credit(request: HttpRequest, before: Id | None = None) -> CreditOut:
    """What the shop owes you, to be spent at `checkout` with `use_credit`."""
    me = asker(request).signed_in()
    entries = public.credit_entries(customer_id=me, most=PAGE, before=before)
    return CreditOut(
        balance=public.credit_of(customer_id=me).minor,
        entries=[CreditEntryOut.from_orm(entry) for entry in entries],
        next=entries[-1].id if len(entries) == PAGE else None,
    )


@router.get("/payment-methods", auth=None, response=Methods, summary="How one may pay")
def methods(request: HttpRequest, amount: AskedAmount | None = None) -> Methods:
    """What the shop offers at present, for an order of this amount if one is given."""
    wanted = None if amount is None else dong(amount)
    offers = public.offers(amount=wanted, customer_id=asker(request).id)
    return Methods(
        methods=[offer.method for offer in offers if not offer.why_not],
        unavailable=[
            NotNow(
                method=offer.method,
                reason=offer.why_not,
                detail=public.explained(offer, amount=wanted).text(asker(request).language),
            )
            for offer in offers
            if offer.why_not
        ],
    )


@router.post("/webhooks/{provider}", auth=None, response={204: None}, summary="For payment providers and the bank")
def webhook(request: HttpRequest, provider: Code) -> HttpResponse:
    """A notice of a payment provider, or of the shop's bank (`bank`), signed by it. Answered as soon as it is stored;
    each event counts once."""
    headers = {name.lower(): text for name, text in request.headers.items()}
    public.take_webhook(provider=provider, body=request.body, headers=headers, now=clock.now())
    return HttpResponse(status=204)  # MoMo repeats itself until it reads just this; others take any 2xx


CARD: Final[dict[str, Any]] = {
    "id": "019aa3f2-5f00-7000-8000-0000000000c1",
    "token": "pm_1Q",
    "brand": "visa",
    "last4": "4242",
    "exp_month": 12,
    "exp_year": 2030,
    "expired": False,
}


class CardOut(Schema):
    """A card that you had kept: its number is with the payment provider alone. `token` is the provider's name for it,
    with which the provider's script confirms a payment of yours."""

    id: Id
    token: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int
    expired: bool

    model_config = {"json_schema_extra": {"examples": [CARD]}}


class Cards(Schema):
    """The cards that you had kept, the latest first."""

    cards: list[CardOut]

    model_config = {"json_schema_extra": {"examples": [{"cards": [CARD]}]}}


class KeepCardInput(Input):
    """Is the card to be kept with which the order is paid?"""

    keep: bool

    model_config = {"json_schema_extra": {"examples": [{"keep": True}]}}


@router.get("/cards", response=Cards, summary="Your kept cards")
def cards(request: HttpRequest) -> Cards:
    """Brand, last four digits and expiry; we know no more."""
    found = public.saved_cards(payer_id=asker(request).signed_in(), now=clock.now())
    return Cards(cards=[CardOut.from_orm(card) for card in found])


@router.delete("/cards/{card_id}", response={204: None}, summary="Remove a kept card")
def remove_card(request: HttpRequest, card_id: Id) -> HttpResponse:
    """It cannot be chosen from now on; the payment provider deletes it."""
    public.remove_card(card_id=card_id, payer_id=asker(request).signed_in(), now=clock.now())
    return HttpResponse(status=204)


@router.put("/payments/{order_id}/keep-card", response={204: None}, summary="Have the card kept, or not")
def keep_card(request: HttpRequest, order_id: Id, wish: KeepCardInput) -> HttpResponse:
    """Before an order is paid by card, and only with its owner's consent. Nothing is kept unless they pay."""
    me = asker(request).signed_in()
    public.keep_card(order_id=order_id, payer_id=me, keep=wish.keep, now=clock.now())
    return HttpResponse(status=204)
