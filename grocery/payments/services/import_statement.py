"""A statement of the shop's account: what the bank has not told us of comes in, the rest is there already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings

from grocery.payments.contracts import StatementTaken
from grocery.payments.gateways.statements import read_statement
from grocery.payments.policies.transfers import Source, Told
from grocery.payments.services.take_transfer import take_transfer


def import_statement(
    *, path: Path, columns: Mapping[str, str], now: datetime, dry_run: bool = False
) -> StatementTaken:
    """Book each transfer to us on it, a transaction for each; again is harmless. Call outside a transaction.

    `columns` names columns that the file names otherwise (ours: theirs). Raises NotAStatement, NotASheet.
    """
    kept, known, unreadable = 0, 0, []
    for number, told in transfers_on(path, columns):
        if told is None:
            unreadable.append(number)
        elif not dry_run and take_transfer(told, Source.STATEMENT, now=now) == "duplicate":
            known += 1
        else:
            kept += 1
    return StatementTaken(kept, known, tuple(unreadable))


def transfers_on(path: Path, columns: Mapping[str, str]) -> Iterator[tuple[int, Told | None]]:
    """Each line's number, and the transfer to us on it; None for one that nobody can read."""
    return read_statement(
        path,
        columns=columns,
        bank_bin=settings.BANK_BIN,
        account=settings.BANK_ACCOUNT,
        zone=ZoneInfo(settings.TIME_ZONE),
    )
