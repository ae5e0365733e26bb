"""Invoices over HTTP: a customer names the company that an order's invoice is made out to, and sees what there is."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import StringConstraints

from grocery.kernel import clock, wire
from grocery.kernel.http import asker
from grocery.kernel.idempotency import idempotent
from grocery.kernel.inputs import Id, Input, LongText, Text
from grocery.kernel.principal import Principal
from grocery.ordering import public as ordering
from grocery.ordering.api.orders import SUPPORTERS
from grocery.ordering.api.schemas import example

router = Router()
_BUYER = {
    "tax_code": "0301482886",
    "company": "Công ty TNHH Hoa Sen",
    "address": "12 Nguyễn Huệ, Phường Sài Gòn, TP. Hồ Chí Minh",
    "email": "ketoan@example.com",
}
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

#: As people type it: `0301482886`, `0301482886-001`, with blanks.
TaxCode = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9 .\-]{10,20}$")]
Email = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=254)]


class BuyerInput(Input):
    """The company; `tax_code` (MST) has its check digit checked, the invoice goes to `email`."""

    tax_code: TaxCode
    company: Text
    address: LongText
    email: Email
    model_config = example(_BUYER)


class InvoiceBuyer(Schema):
    tax_code: str
    company: str
    address: str
    email: str
    model_config = example(_BUYER)


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
    model_config = example({"buyer": _BUYER, "documents": [_DOCUMENT], "may_be_asked": False})


@router.get("/orders/{order_id}/invoice", response=OrderInvoices, summary="Whom the invoice is made out to, and it")
def invoice(request: HttpRequest, order_id: Id) -> HttpResponse:
    """There is one from when the order is packed on, and a correction for each return."""
    return _answered(order_id, _asker(request))


@router.put("/orders/{order_id}/invoice", response=OrderInvoices, summary="Have the invoice made out to a company")
@idempotent()
def ask_invoice(request: HttpRequest, order_id: Id, buyer: BuyerInput) -> HttpResponse:
    """Until the order is packed (409 `invoice_too_late`); in place of any company named before."""
    me = _asker(request)
    wanted = ordering.Buyer(buyer.tax_code, buyer.company, buyer.address, buyer.email)
    ordering.ask_invoice(order_id=order_id, buyer=wanted, by=me, now=clock.now())
    return _answered(order_id, me)


@router.delete("/orders/{order_id}/invoice", response=OrderInvoices, summary="Have it made out to no company")
@idempotent()
def ask_no_invoice(request: HttpRequest, order_id: Id) -> HttpResponse:
    """Until the order is packed (409 `invoice_too_late`)."""
    me = _asker(request)
    ordering.ask_no_invoice(order_id=order_id, by=me)
    return _answered(order_id, me)


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
