"""Reading a provider's report, and what it is in the books. Pure."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime
from typing import Final

from grocery.ledger.contracts import Account, Draft, EntryKind, Line
from grocery.ledger.contracts.settlement import COLUMNS, LineKind, ReportLine, ReportUnreadable

#: What one payment may be at most, a thousand times over: more is a slip.
_MOST: Final = 10**13


def read(text: str) -> list[ReportLine]:
    """The lines of a CSV with the columns date, reference, kind, amount, fee. Raises ReportUnreadable.

    Dates as 2026-11-30, amounts in whole đồng without separators; `fee` may be empty. A reference stands once per
    kind.
    """
    rows = csv.DictReader(text.lstrip("\N{ZERO WIDTH NO-BREAK SPACE}").splitlines())
    if missing := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
        raise ReportUnreadable(1, f"no column {', '.join(missing)}", f"thiếu cột {', '.join(missing)}")
    found = [_line(rows.line_num, row) for row in rows]
    seen: set[tuple[str, str]] = set()
    for line in found:
        if (line.kind, line.reference) in seen:
            raise ReportUnreadable(line.number, f"{line.reference} stands twice", f"{line.reference} bị lặp")
        seen.add((line.kind, line.reference))
    return found


def _line(number: int, row: dict[str, str | None]) -> ReportLine:
    said = {name: (row[name] or "").strip() for name in COLUMNS}
    try:
        day = date.fromisoformat(said["date"])
    except ValueError:
        raise ReportUnreadable(number, "a date is written 2026-11-30", "ngày ghi là 2026-11-30") from None
    if said["kind"] not in set(LineKind):
        raise ReportUnreadable(
            number, f"kind is one of {', '.join(LineKind)}", f"kind là một trong {', '.join(LineKind)}"
        )
    if not 0 < len(said["reference"]) <= 100 or "\x00" in said["reference"]:
        raise ReportUnreadable(number, "a reference of up to 100 characters", "cần mã tham chiếu, tối đa 100 ký tự")
    amount, fee = _amount(number, said["amount"]), _amount(number, said["fee"] or "0")
    return ReportLine(number, day, said["reference"], LineKind(said["kind"]), amount, fee)


def _amount(number: int, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 15 and int(text) < _MOST):
        raise ReportUnreadable(number, "whole đồng, without separators", "số đồng nguyên, không dấu phân cách")
    return int(text)


def booked(line: ReportLine, *, provider: str, at: datetime) -> Iterator[Draft]:
    """What of a line our books cannot know otherwise: fees, and what went to the bank."""
    of = f"{provider}:{line.kind}:{line.reference}"
    kept = line.fee + (line.amount if line.kind is LineKind.FEE else 0)
    if kept:
        yield _from_clearing(line, EntryKind.FEE, f"fee:{of}"[:100], provider, at, (Account.FEES, provider), kept)
    if line.kind is LineKind.PAYOUT and line.amount:
        yield _from_clearing(
            line, EntryKind.PAYOUT, f"payout:{of}"[:100], provider, at, (Account.BANK, ""), line.amount
        )


def explained(*, source: str, provider: str, at: datetime, more: int, reference: str, note: str) -> Draft:
    """The provider has so much more (below nothing: less) for us than our books say; what it is is in the note."""
    return Draft(
        kind=EntryKind.DIFFERENCE,
        source=source,
        at=at,
        reference=reference,
        note=note,
        lines=(Line(Account.CLEARING, more, subject=provider), Line(Account.UNEXPLAINED, -more, subject=provider)),
    )


def _from_clearing(
    line: ReportLine, kind: EntryKind, source: str, provider: str, at: datetime, to: tuple[Account, str], amount: int
) -> Draft:
    account, subject = to
    return Draft(
        kind=kind,
        source=source,
        at=at,
        reference=line.reference,
        lines=(Line(account, amount, subject=subject), Line(Account.CLEARING, -amount, subject=provider)),
    )
