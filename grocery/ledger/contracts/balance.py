"""A trial balance: what is on each account at the beginning and the end of a period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from grocery.kernel.money import Money, total
from grocery.ledger.contracts.accounts import Account


class Grain(StrEnum):
    """Over how long sums are kept."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class WrongBalance:
    """A sum of a day, month or year from `begin` on that is by `off_by` more than what it is made of.

    Nothing where both of its sides are wrong by the same.
    """

    grain: Grain
    begin: date
    account: Account
    off_by: Money


@dataclass(frozen=True, slots=True)
class BalanceLine:
    """One account, by VAT rate or provider where it is kept so. Debit balances are above zero, credit ones below."""

    account: Account
    rate: Decimal | None
    subject: str
    opening: Money
    debit: Money
    credit: Money

    @property
    def closing(self) -> Money:
        return self.opening + self.debit - self.credit


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """Days `first` to `last`, both included, on the shop's calendar."""

    first: date
    last: date
    lines: tuple[BalanceLine, ...]

    @property
    def opening(self) -> Money:
        return total(line.opening for line in self.lines)

    @property
    def debit(self) -> Money:
        return total(line.debit for line in self.lines)

    @property
    def credit(self) -> Money:
        return total(line.credit for line in self.lines)

    @property
    def closing(self) -> Money:
        return total(line.closing for line in self.lines)

    @property
    def is_balanced(self) -> bool:
        """Both sides are the same, and what is on all accounts together is nothing."""
        return self.debit == self.credit and not self.opening
