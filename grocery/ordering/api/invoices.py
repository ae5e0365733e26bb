"""Invoices over HTTP: a customer names the company that an order's invoice is made out to, and sees what there is."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from grocery.kernel import clock, wire
from grocery.kernel.http import asker
from grocery.kernel.idempotency import idempotent
from grocery.kernel.inputs import Id
from grocery.kernel.principal import Principal
from grocery.ordering import public as ordering
from grocery.ordering.api import examples
from grocery.ordering.api.companies import BuyerInput, buyer_of
from grocery.ordering.api.orders import SUPPORTERS
from grocery.ordering.api.schemas import example

router = Router()
_DOCUMENT = {
    "id": "019aa3f2-5f00-7000-8000-0000000000c1",
    "kind": "invoice",
    "name": "HD26A-00000001",
    "at": "2026-11-20T05:00:00Z",
    "state": "issued",
    "total": 130_500,
    "vat": 9_667,
    "reference": "1HD26AM 00000001",
    "look_up": "9F2C4A7B1D03",
}


class InvoiceBuyer(Schema):
    tax_code: str
    company: str
    address: str
    email: str
    model_config = example(examples.BUYER)


class LastCompany(Schema):
    company: InvoiceBuyer | None
    model_config = example({"company": examples.BUYER})


class OrderInvoice(Schema):
    """`name` is ours; `reference` and `look_up` are those of whoever issued it. A correction is below nothing."""

    id: UUID
    kind: ordering.InvoiceKind
    name: str
    at: datetime
    state: ordering.FilingState
    total: int
    vat: int
    reference: str
    look_up: str
    model_config = example(_DOCUMENT)


class OrderInvoices(Schema):
    """`buyer` null: made out to no company. `may_be_asked`: it can still be named, until the order is packed."""

    buyer: InvoiceBuyer | None
    documents: list[OrderInvoice]
    may_be_asked: bool
    model_config = example({"buyer": examples.BUYER, "documents": [_DOCUMENT], "may_be_asked": False})


@router.get("/orders/{order_id}/invoice", response=OrderInvoices, summary="Whom the invoice is made out to, and it")
def invoice(request: HttpRequest, order_id: Id) -> HttpResponse:
    """There is one from when the order is packed on, and a correction for each return."""
    return _answered(order_id, _asker(request))


@router.put("/orders/{order_id}/invoice", response=OrderInvoices, summary="Have the invoice made out to a company")
@idempotent()
def ask_invoice(request: HttpRequest, order_id: Id, buyer: BuyerInput) -> HttpResponse:
    """Until the order is packed (409 `invoice_too_late`); in place of any company named before."""
    me = _asker(request)
    ordering.ask_invoice(order_id=order_id, buyer=buyer_of(buyer), by=me, now=clock.now())
    return _answered(order_id, me)


@router.delete("/orders/{order_id}/invoice", response=OrderInvoices, summary="Have it made out to no company")
@idempotent()
def ask_no_invoice(request: HttpRequest, order_id: Id) -> HttpResponse:
    """Until the order is packed (409 `invoice_too_late`)."""
    me = _asker(request)
    ordering.ask_no_invoice(order_id=order_id, by=me)
    return _answered(order_id, me)


@router.get("/me/company", response=LastCompany, summary="The company that my last invoice was made out to")
def company(request: HttpRequest) -> HttpResponse:
    """To be shown at the next checkout; null until one is named."""
    return wire.response({"company": ordering.last_buyer_of(customer_id=asker(request).signed_in())})


def _asker(request: HttpRequest) -> Principal:
    """A customer, or of the staff those who speak for customers."""
    me = asker(request)
    me.signed_in()
    if me.kind == "staff":
        me.require(*SUPPORTERS)
    return me


def _answered(order_id: UUID, me: Principal) -> HttpResponse:
    mine = {"store_id": me.store_id} if me.kind == "staff" else {"customer_id": me.id}
    found = ordering.invoices(order=ordering.order(order_id=order_id, **mine))
    body: dict[str, Any] = {
        "buyer": found.buyer,
        "documents": found.documents,
        "may_be_asked": found.may_be_asked,
    }
    return wire.response(body)
