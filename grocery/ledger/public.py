"""The face of the books: append-only double entry, written by facts alone.

Nobody books through here what orders and payments tell. What there is: the check of the books, the corrections of
people, trial balances, and the reports of payment providers. Amounts are Money in đồng.
"""

from __future__ import annotations

from grocery.ledger.contracts import (
    Account,
    AlreadyReversed,
    BalanceLine,
    Checked,
    Difference,
    OpenOrder,
    TrialBalance,
)
from grocery.ledger.contracts.settlement import AlreadyExplained, Imported, ReportUnreadable
from grocery.ledger.services.balance import span, trial_balance
from grocery.ledger.services.check import check, patience, why_open
from grocery.ledger.services.correct import close_order, reverse
from grocery.ledger.services.settle import explain, import_report

__all__ = [
    # is all well?
    "check",
    "patience",
    "why_open",
    "trial_balance",
    "span",
    # what people do
    "reverse",
    "close_order",
    "import_report",
    "explain",
    # words
    "Account",
    "BalanceLine",
    "Checked",
    "Difference",
    "Imported",
    "OpenOrder",
    "TrialBalance",
    # errors
    "AlreadyReversed",
    "AlreadyExplained",
    "ReportUnreadable",
]
