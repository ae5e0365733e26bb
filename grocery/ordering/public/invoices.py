"""The part of the face for invoices in the name of a company."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from grocery.kernel.principal import Principal
from grocery.ledger.public import Buyer, FilingState, InvoiceKind, InvoiceView, checked_buyer, last_buyer_of
from grocery.ordering.contracts import OrderView
from grocery.ordering.services import company_invoice
from grocery.ordering.services.company_invoice import OrderInvoices

__all__ = [
    "Buyer",
    "FilingState",
    "InvoiceKind",
    "InvoiceView",
    "OrderInvoices",
    "ask_invoice",
    "checked_buyer",
    "last_buyer_of",
    "ask_no_invoice",
    "invoices",
]


def ask_invoice(*, order_id: UUID, buyer: Buyer, by: Principal, now: datetime) -> None:
    """Have an order's invoice made out to a company, in place of any named before. Until the order is packed.

    Raises NotFound, InvoiceTooLate; Invalid with the field, also for a tax code whose check digit is wrong.
    """
    company_invoice.ask_invoice(order_id=order_id, buyer=buyer, by=by, now=now)


def ask_no_invoice(*, order_id: UUID, by: Principal) -> None:
    """Have it made out to no company after all; again is harmless. Raises NotFound, InvoiceTooLate."""
    company_invoice.ask_no_invoice(order_id=order_id, by=by)


def invoices(*, order: OrderView) -> OrderInvoices:
    """Whom an order's invoices are made out to, and which there are. Three statements."""
    return company_invoice.invoices(order)
