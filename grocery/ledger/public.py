"""The face of the books: append-only double entry, written by facts alone.

Nobody books through here what orders and payments tell. What there is: the check of the books, the corrections of
people, trial balances, the reports of payment providers, and electronic invoices, which are prepared from the same
facts. Amounts are Money in đồng.
"""

from __future__ import annotations

from grocery.ledger.contracts import (
    CHART,
    Account,
    AlreadyReversed,
    BalanceLine,
    Checked,
    Difference,
    OpenOrder,
    TrialBalance,
    WrongBalance,
)
from grocery.ledger.contracts.invoices import (
    Buyer,
    FilingState,
    InvoiceAdjusted,
    InvoiceDocument,
    InvoiceIs,
    InvoiceKind,
    InvoiceView,
)
from grocery.ledger.contracts.settlement import AlreadyExplained, Imported, ReportUnreadable
from grocery.ledger.policies.invoice_forms import document_json, document_xml
from grocery.ledger.services.balance import fold, opening, refold, span, trial_balance
from grocery.ledger.services.check import check, patience, why_open
from grocery.ledger.services.correct import close_order, reverse
from grocery.ledger.services.file_invoices import buyer_of, file_invoices, made_out_to
from grocery.ledger.services.invoices import (
    checked_buyer,
    invoice_document,
    invoices_of,
    last_buyer_of,
    name_buyer,
    name_nobody,
    record_issued,
    replace_invoice,
    send_again,
    stuck_since,
)
from grocery.ledger.services.settle import explain, import_report

__all__ = [
    # is all well?
    "check",
    "patience",
    "why_open",
    "trial_balance",
    "opening",
    "span",
    # sums of the accounts
    "fold",
    "refold",
    # what people do
    "reverse",
    "close_order",
    "import_report",
    "explain",
    # invoices
    "name_buyer",
    "name_nobody",
    "buyer_of",
    "made_out_to",
    "last_buyer_of",
    "checked_buyer",
    "invoices_of",
    "invoice_document",
    "document_json",
    "document_xml",
    "file_invoices",
    "send_again",
    "record_issued",
    "replace_invoice",
    "stuck_since",
    # words
    "CHART",
    "Account",
    "BalanceLine",
    "Buyer",
    "Checked",
    "Difference",
    "FilingState",
    "Imported",
    "InvoiceDocument",
    "InvoiceKind",
    "InvoiceView",
    "OpenOrder",
    "TrialBalance",
    "WrongBalance",
    # errors
    "AlreadyReversed",
    "AlreadyExplained",
    "InvoiceAdjusted",
    "InvoiceIs",
    "ReportUnreadable",
]
