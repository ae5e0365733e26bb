"""The tables of the books."""

from grocery.ledger.models.entries import ACCOUNTS, Entry, EntryQuerySet, Posting, PostingQuerySet
from grocery.ledger.models.order_books import OrderBook, OrderBookQuerySet

__all__ = ["ACCOUNTS", "Entry", "EntryQuerySet", "OrderBook", "OrderBookQuerySet", "Posting", "PostingQuerySet"]
