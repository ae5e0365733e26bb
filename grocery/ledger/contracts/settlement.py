"""What payment providers say of our money, and whether our books say the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from grocery.kernel.errors import DomainError


class LineKind(StrEnum):
    """payment: taken from a customer · refund: given back to one · fee: kept by the provider for nothing in
    particular · payout: sent to our bank."""

    PAYMENT = "payment"
    REFUND = "refund"
    FEE = "fee"
    PAYOUT = "payout"


class LineState(StrEnum):
    """matched: our books say the same · missing_here: we know nothing of it · missing_there: we have it, the
    provider's report does not · other_amount: both have it, of another amount · explained: a person knows why."""

    MATCHED = "matched"
    MISSING_HERE = "missing_here"
    MISSING_THERE = "missing_there"
    OTHER_AMOUNT = "other_amount"
    EXPLAINED = "explained"


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One line of a report, both amounts in đồng and not below nothing; `fee` is what the provider kept of it."""

    number: int
    day: date
    reference: str
    kind: LineKind
    amount: int
    fee: int


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a report. `again`: lines that an earlier report had already."""

    lines: int
    again: int
    matched: int
    different: int


COLUMNS: Final = ("date", "reference", "kind", "amount", "fee")


class ReportUnreadable(DomainError):
    """Nothing of the report was taken."""

    code = "settlement_unreadable"
    status = 422
    en = "Line {line}: {why_en}."
    vi = "Dòng {line}: {why_vi}."

    def __init__(self, line: int, why_en: str, why_vi: str) -> None:
        self.line, self.why_en, self.why_vi = line, why_en, why_vi


class AlreadyExplained(DomainError):
    """It is no difference, or no longer one."""

    code = "difference_explained"
    status = 409
    en = "Somebody has already explained this, or it has matched since."
    vi = "Khoản này đã có người giải trình, hoặc đã khớp."
