"""The words of the books: accounts, entries, postings."""

from grocery.ledger.contracts.accounts import CHART, Account, AccountInfo, Kind
from grocery.ledger.contracts.entries import Draft, EntryKind, Line, Part, Unbalanced, part_of

__all__ = [
    "CHART",
    "Account",
    "AccountInfo",
    "Draft",
    "EntryKind",
    "Kind",
    "Line",
    "Part",
    "Unbalanced",
    "part_of",
]
