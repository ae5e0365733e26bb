"""Invoices as customers and staff see them, and what they may do about them."""

from __future__ import annotations

from datetime import datetime, timedelta
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
    InvoiceDocument,
    InvoiceIs,
    InvoiceKind,
    InvoiceView,
)
from grocery.ledger.gateways.invoice_provider import Issued
from grocery.ledger.models import Invoice, InvoiceBuyer, InvoiceFiling
from grocery.ledger.policies.tax_codes import tax_code
from grocery.ledger.services.file_invoices import STUCK, document_of, issued

log = structlog.get_logger(__name__)


@transaction.atomic
def name_buyer(*, order_id: UUID, buyer: Buyer, now: datetime, by: UUID | None = None) -> Buyer:
    """Have an order's invoices made out to that company, in place of any named before; as it was written down.

    Whoever calls knows that the order may still be told of. Raises Invalid with the field; InvoiceIs once one of
    them is issued, or under way.
    """
    checked = _checked(buyer)
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
    row.named_at, row.by = now, by
    row.save()
    return checked


def name_nobody(*, order_id: UUID) -> None:
    """An order's invoices are made out to no company after all. Raises InvoiceIs as name_buyer does."""
    if InvoiceFiling.objects.of_order(order_id).under_way().exists():
        raise InvoiceIs
    InvoiceBuyer.objects.forget(order_id)


def _checked(buyer: Buyer) -> Buyer:
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
