"""The chart of accounts. It is fixed: what a fact is booked to is decided here and in `policies`, not by who asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Account(StrEnum):
    """Where money is, whose it is, and what it was earned by or lost to."""

    RECEIVABLE = "receivable"
    CLEARING = "clearing"
    DISPUTED = "disputed"
    DRIVERS = "drivers"
    TILL = "till"
    SAFE = "safe"
    IN_TRANSIT = "in_transit"
    BANK = "bank"
    UNASSIGNED = "unassigned"
    CREDIT = "store_credit"
    VAT = "vat"
    REVENUE = "revenue"
    DELIVERY = "delivery"
    DISCOUNTS = "discounts"
    RETURNS = "returns"
    GOODWILL = "goodwill"
    FEES = "fees"
    LOSSES = "losses"
    OVER_SHORT = "over_short"
    UNEXPLAINED = "unexplained"


class Kind(StrEnum):
    """What an account counts. Assets and expenses grow on the debit side (+), the others on the credit side (−)."""

    ASSET = "asset"
    LIABILITY = "liability"
    INCOME = "income"
    EXPENSE = "expense"


@dataclass(frozen=True, slots=True)
class AccountInfo:
    """`by_rate`: kept by VAT rate. `subject`: what else tells its postings apart, empty for nothing."""

    kind: Kind
    by_rate: bool = False
    subject: str = ""


CHART: Final[Mapping[Account, AccountInfo]] = {
    Account.RECEIVABLE: AccountInfo(Kind.ASSET),
    Account.CLEARING: AccountInfo(Kind.ASSET, subject="provider"),
    #: What customers' banks have taken until they decide.
    Account.DISPUTED: AccountInfo(Kind.ASSET, subject="provider"),
    Account.DRIVERS: AccountInfo(Kind.ASSET, subject="driver"),
    Account.TILL: AccountInfo(Kind.ASSET),
    Account.SAFE: AccountInfo(Kind.ASSET),
    #: Cash that was taken to the bank, and that the bank has not booked yet.
    Account.IN_TRANSIT: AccountInfo(Kind.ASSET),
    Account.BANK: AccountInfo(Kind.ASSET),
    #: In our bank, and owed to whoever sent it until it is known what it is for.
    Account.UNASSIGNED: AccountInfo(Kind.LIABILITY),
    Account.CREDIT: AccountInfo(Kind.LIABILITY),
    Account.VAT: AccountInfo(Kind.LIABILITY, by_rate=True),
    Account.REVENUE: AccountInfo(Kind.INCOME, by_rate=True),
    Account.DELIVERY: AccountInfo(Kind.INCOME, by_rate=True),
    #: These two take away from income; they stand for themselves so that one sees how much.
    Account.DISCOUNTS: AccountInfo(Kind.INCOME, by_rate=True, subject="offer"),
    Account.RETURNS: AccountInfo(Kind.INCOME, by_rate=True),
    Account.GOODWILL: AccountInfo(Kind.EXPENSE),
    Account.FEES: AccountInfo(Kind.EXPENSE, subject="provider"),
    Account.LOSSES: AccountInfo(Kind.EXPENSE),
    #: What drivers brought less than they had collected, and the bank counted less than was brought there; or more.
    Account.OVER_SHORT: AccountInfo(Kind.EXPENSE),
    #: What a provider's report says and our books cannot tell; it is to be explained, and empty in the end.
    Account.UNEXPLAINED: AccountInfo(Kind.ASSET, subject="provider"),
}
