"""The tables of the books."""

from grocery.ledger.models.balances import Balance, BalanceQuerySet, Moved, Unfolded, UnfoldedQuerySet
from grocery.ledger.models.entries import ACCOUNTS, Entry, EntryQuerySet, Posting, PostingQuerySet
from grocery.ledger.models.invoices import Invoice, InvoiceBuyer, InvoiceFiling, InvoiceQuerySet, InvoiceSeries
from grocery.ledger.models.order_books import OrderBook, OrderBookQuerySet
from grocery.ledger.models.settlements import SettlementLine, SettlementLineQuerySet

__all__ = [
    "ACCOUNTS",
    "Balance",
    "BalanceQuerySet",
    "Entry",
    "EntryQuerySet",
    "Invoice",
    "InvoiceBuyer",
    "InvoiceFiling",
    "InvoiceQuerySet",
    "InvoiceSeries",
    "Moved",
    "OrderBook",
    "OrderBookQuerySet",
    "Posting",
    "PostingQuerySet",
    "SettlementLine",
    "SettlementLineQuerySet",
    "Unfolded",
    "UnfoldedQuerySet",
]
