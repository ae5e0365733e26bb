"""The daily settlement: a provider's report against our books."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from prometheus_client import Counter

from grocery.kernel.clock import local_date
from grocery.kernel.errors import NotFound
from grocery.ledger.contracts.settlement import AlreadyExplained, Imported, LineKind, LineState, ReportLine
from grocery.ledger.models import SettlementLine
from grocery.ledger.policies import reports
from grocery.ledger.services.balance import span
from grocery.ledger.services.book import book

LINES = Counter("ledger_settlement_lines", "Lines of providers' reports, by what became of them", ["state"])
type _Booked = tuple[int, datetime, str]
_OURS = {LineKind.PAYMENT, LineKind.REFUND}


@transaction.atomic
def import_report(*, provider: str, text: str, now: datetime) -> Imported:
    """Take a provider's report (CSV: date, reference, kind, amount, fee), whole or not at all; its lines count once.

    Fees and payouts are booked under the report's day. Payments and refunds are matched with what our books have on
    that provider's clearing account by reference; what differs waits in a queue, and what our books have of the
    report's days and the report has not. A later report that has it settles it. Raises ReportUnreadable.
    """
    lines = reports.read(text)
    if not lines:
        return Imported(0, 0, 0, 0)
    begin, end = span(min(line.day for line in lines), max(line.day for line in lines))
    ours = SettlementLine.objects.booked(provider, [line.reference for line in lines], begin, end)
    mine = SettlementLine.objects.of_provider(provider)
    known = mine.known([*(line.reference for line in lines), *(reference for _, reference in ours)])
    rows = [_row(provider, line, ours, known, now) for line in lines]
    fresh = [row for row in rows if row is not None]
    missing = list(_missing(provider, ours, {*known, *((row.kind, row.reference) for row in fresh)}, now))
    _write([*fresh, *missing])
    book([draft for line in lines for draft in reports.booked(line, provider=provider, at=_noon(line.day))], now=now)
    different = [row for row in (*fresh, *missing) if row.is_different]
    return Imported(len(lines), len(lines) - len(fresh), len(fresh) + len(missing) - len(different), len(different))


def _row(
    provider: str,
    line: ReportLine,
    ours: dict[tuple[str, str], _Booked],
    known: dict[tuple[str, str], SettlementLine],
    now: datetime,
) -> SettlementLine | None:
    """What the line says and what our books say; None: an earlier report had it."""
    key = (line.kind.value, line.reference)
    before = known.get(key)
    if before and before.amount is not None:
        return None
    row = before or SettlementLine(provider=provider, kind=line.kind.value, reference=line.reference)
    booked = ours.get(key)
    row.day, row.amount, row.fee, row.imported_at = line.day, line.amount, line.fee, now
    row.booked, row.order_number = (booked[0], booked[2]) if booked else (None, "")
    row.state = _state(line, row.booked).value
    return row


def _state(line: ReportLine, booked: int | None) -> LineState:
    if line.kind not in _OURS or booked == line.amount:
        return LineState.MATCHED
    return LineState.MISSING_HERE if booked is None else LineState.OTHER_AMOUNT


def _missing(
    provider: str, ours: dict[tuple[str, str], _Booked], there: set[tuple[str, str]], now: datetime
) -> Iterable[SettlementLine]:
    for (kind, reference), (amount, at, number) in ours.items():
        if (kind, reference) not in there:
            yield SettlementLine(
                provider=provider,
                kind=kind,
                reference=reference,
                day=_day(at),
                booked=amount,
                order_number=number,
                state=LineState.MISSING_THERE.value,
                imported_at=now,
            )


def _write(rows: Sequence[SettlementLine]) -> None:
    for row in rows:
        LINES.labels(row.state).inc()
        row.save()


@transaction.atomic
def explain(*, line_id: UUID, note: str, by: UUID, into_books: bool, now: datetime) -> None:
    """Say why a line differs, once; `into_books`: have our books say what the provider says, and count the difference
    as one to be explained. Raises NotFound, AlreadyExplained."""
    line = SettlementLine.objects.locked(line_id)
    if line is None:
        raise NotFound("settlement line", line_id)
    if not line.is_different:
        raise AlreadyExplained
    if into_books and line.more:
        more, source = line.more.minor, f"difference:{line.id}"
        draft = reports.explained(
            source=source, provider=line.provider, at=now, more=more, reference=line.reference, note=note
        )
        book([draft], now=now)
    line.state, line.note, line.explained_by, line.explained_at = LineState.EXPLAINED.value, note, by, now
    line.save(update_fields=["state", "note", "explained_by", "explained_at"])


def _noon(day: date) -> datetime:
    """In the middle of the shop's day, so that nothing falls on another."""
    begin, end = span(day, day)
    return begin + (end - begin) / 2


def _day(at: datetime) -> date:
    return local_date(at, zone=settings.TIME_ZONE)
