"""The words of the books: accounts, entries, postings."""

from grocery.ledger.contracts.accounts import CHART, Account, AccountInfo, Kind
from grocery.ledger.contracts.balance import BalanceLine, Grain, TrialBalance, WrongBalance
from grocery.ledger.contracts.entries import Draft, EntryKind, Line, Part, Unbalanced, part_of
from grocery.ledger.contracts.orders import AlreadyReversed, Checked, Difference, OpenOrder, OrderSums

__all__ = [
    "AlreadyReversed",
    "BalanceLine",
    "Checked",
    "Difference",
    "OpenOrder",
    "OrderSums",
    "TrialBalance",
    "WrongBalance",
    "CHART",
    "Account",
    "AccountInfo",
    "Draft",
    "EntryKind",
    "Grain",
    "Kind",
    "Line",
    "Part",
    "Unbalanced",
    "part_of",
]
