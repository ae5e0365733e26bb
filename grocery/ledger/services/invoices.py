"""Invoices as customers and staff see them, and what they may do about them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from grocery.kernel.errors import Invalid, NotFound
from grocery.kernel.money import dong
from grocery.ledger.contracts.invoices import (
    Buyer,
    FilingState,
    InvoiceAdjusted,
    InvoiceDocument,
    InvoiceIs,
    InvoiceKind,
    InvoiceView,
)
from grocery.ledger.gateways.invoice_provider import Issued
from grocery.ledger.models import Invoice, InvoiceBuyer, InvoiceFiling
from grocery.ledger.policies.invoices import replacing
from grocery.ledger.policies.tax_codes import tax_code
from grocery.ledger.services.file_invoices import STUCK, document_of, issued
from grocery.ledger.services.prepare_invoices import prepare

#: A correction that nobody but us knows of.
_NOT_SENT: Final = {FilingState.PREPARED, FilingState.REFUSED}

log = structlog.get_logger(__name__)


@transaction.atomic
def name_buyer(
    *, order_id: UUID, buyer: Buyer, now: datetime, by: UUID | None = None, customer_id: UUID | None = None
) -> Buyer:
    """Have an order's invoices made out to that company, in place of any named before; as it was written down.

    Whoever calls knows that the order may still be told of. `customer_id`: whose order it is, to whom it is shown
    again for the next one. Raises Invalid with the field; InvoiceIs once one of them is issued, or under way.
    """
    checked = checked_buyer(buyer)
    filings = InvoiceFiling.objects.of_order(order_id)
    if filings.under_way().exists():
        raise InvoiceIs
    row = InvoiceBuyer.objects.of_order(order_id) or InvoiceBuyer(order_id=order_id)
    row.tax_code, row.company, row.address, row.email = (
        checked.tax_code,
        checked.company,
        checked.address,
        checked.email,
    )
    row.named_at, row.by, row.customer_id = now, by, customer_id or row.customer_id
    row.save()
    return checked


def name_nobody(*, order_id: UUID) -> None:
    """An order's invoices are made out to no company after all. Raises InvoiceIs as name_buyer does."""
    if InvoiceFiling.objects.of_order(order_id).under_way().exists():
        raise InvoiceIs
    InvoiceBuyer.objects.forget(order_id)


def last_buyer_of(*, customer_id: UUID) -> Buyer | None:
    """The company that a customer named last, as it then was; None: they never did."""
    row = InvoiceBuyer.objects.last_named_by(customer_id)
    return Buyer(row.tax_code, row.company, row.address, row.email) if row else None


def checked_buyer(buyer: Buyer) -> Buyer:
    """As it would be written down: the tax code as it is printed, no blanks around. Raises Invalid with the field."""
    company, address = buyer.company.strip(), buyer.address.strip()
    if not 0 < len(company) <= 200:
        raise Invalid("company", "The company's name, up to 200 characters.", "Tên công ty, tối đa 200 ký tự.")
    if not 0 < len(address) <= 400:
        raise Invalid("address", "The company's address, up to 400 characters.", "Địa chỉ công ty, tối đa 400 ký tự.")
    try:
        validate_email(buyer.email)
    except ValidationError:
        raise Invalid("email", "This is no e-mail address.", "Địa chỉ email không đúng.") from None
    return Buyer(tax_code(buyer.tax_code), company, address, buyer.email)


def invoices_of(*, order_id: UUID) -> tuple[InvoiceView, ...]:
    """The invoice of an order and what corrects it; none before it is packed."""
    return tuple(_view(row) for row in Invoice.objects.of_order(order_id))


def invoice_document(*, invoice_id: UUID, store_id: UUID | None = None) -> InvoiceDocument:
    """What its provider is told. `store_id` narrows it to a store's own. Raises NotFound."""
    return document_of(_row(invoice_id, store_id))


@transaction.atomic
def send_again(
    *, invoice_id: UUID, by: UUID, note: str, buyer: Buyer | None, now: datetime, store_id: UUID | None = None
) -> None:
    """Have a refused invoice sent once more, with its buyer put right where `buyer` is given.

    Raises NotFound; InvoiceIs unless it is refused; Invalid.
    """
    row = _row(invoice_id, store_id)
    filing = _locked(row, {FilingState.REFUSED})
    if buyer is not None:
        name_buyer(order_id=row.order_id, buyer=buyer, now=now, by=by)
    filing.state, filing.due_at, filing.tries = FilingState.PREPARED.value, now, filing.tries + 1
    filing.key = f"invoice:{row}:{filing.tries}"  # another thing is asked, which their memory must not answer
    _seen_to(filing, by, note, now, "state", "due_at", "tries", "key")


@transaction.atomic
def record_issued(
    *, invoice_id: UUID, reference: str, by: UUID, note: str, now: datetime, store_id: UUID | None = None
) -> None:
    """Note that it was issued elsewhere, under that number. Raises NotFound, Invalid; InvoiceIs if it is issued."""
    if not 0 < len(reference.strip()) <= 100:
        raise Invalid("reference", "The number of the invoice.", "Số hóa đơn.")
    filing = _locked(_row(invoice_id, store_id), {FilingState.REFUSED, FilingState.SENT, FilingState.PREPARED})
    issued(filing, Issued(reference.strip(), "", now))
    _seen_to(filing, by, note, now)


@transaction.atomic
def replace_invoice(
    *, invoice_id: UUID, buyer: Buyer, by: UUID, note: str, now: datetime, store_id: UUID | None = None
) -> None:
    """Have an issued invoice replaced by one that says the same and is made out to another company.

    The books stay as they are; what comes back later corrects the new one. Raises NotFound, Invalid; InvoiceIs
    unless it is issued and in force; InvoiceAdjusted once a correction of it is issued or on its way.
    """
    row = _row(invoice_id, store_id)
    filings = InvoiceFiling.objects.of_order(row.order_id).all_locked()
    if {row.id} != {filing.invoice_id for filing in filings if _in_force(filing)} or not note.strip():
        raise InvoiceIs
    if any(filing.invoice.kind == InvoiceKind.CORRECTION and filing.state not in _NOT_SENT for filing in filings):
        raise InvoiceAdjusted
    if not prepare([replacing(row.draft(), row.id, by=by, reason=note, at=now)], now=now, delay=timedelta()):
        raise InvoiceIs
    name_buyer(order_id=row.order_id, buyer=buyer, now=now, by=by)
    log.info("invoice_replaced", invoice_id=str(row.id), by=str(by))


def _in_force(filing: InvoiceFiling) -> bool:
    return filing.state == FilingState.ISSUED and filing.invoice.kind != InvoiceKind.CORRECTION


def stuck_since(now: datetime) -> datetime:
    """What was sent before that and is not decided is shown to a person."""
    return now - STUCK


def unlike_the_books(*, now: datetime) -> tuple[str, ...]:
    """Orders of the last days whose invoices do not come to what the books say is owed: bugs, or dead facts."""
    return tuple(Invoice.objects.unlike_the_books(now - timedelta(days=3), now - timedelta(hours=1)))


def _row(invoice_id: UUID, store_id: UUID | None) -> Invoice:
    found = Invoice.objects.of_store(store_id).with_id(invoice_id).first()
    if found is None:
        raise NotFound("invoice", invoice_id)
    return found


def _locked(row: Invoice, states: set[FilingState]) -> InvoiceFiling:
    filing = InvoiceFiling.objects.locked(row.id)
    if filing is None or filing.state not in states:
        raise InvoiceIs
    return filing


def _seen_to(filing: InvoiceFiling, by: UUID, note: str, now: datetime, *fields: str) -> None:
    filing.seen_to_by, filing.seen_to_at, filing.note = by, now, note
    filing.save(update_fields=["seen_to_by", "seen_to_at", "note", *fields])
    log.info("invoice_seen_to", invoice_id=str(filing.invoice_id), by=str(by), state=filing.state)


def _view(row: Invoice) -> InvoiceView:
    filing = row.filing
    return InvoiceView(
        id=row.id,
        kind=InvoiceKind(row.kind),
        name=str(row),
        at=row.at,
        state=FilingState(filing.state),
        total=row.total,
        vat=dong(row.vat),
        reference=filing.reference,
        look_up=filing.look_up,
    )
