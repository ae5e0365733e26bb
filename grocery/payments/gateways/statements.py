"""A bank's statement as a file: CSV with comma, semicolon or tab, or a spreadsheet; one transfer per line."""

from __future__ import annotations

import csv
from collections.abc import Generator, Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from grocery.kernel import sheets
from grocery.payments.contracts import NotAStatement
from grocery.payments.gateways.bank_notices import told
from grocery.payments.policies.transfers import LARGEST, Told

#: Our names of its columns; a bank's own are given by who brings the file.
NEEDED: Final = ("booked_at", "transaction", "amount", "memo")
_MORE: Final = ("currency", "payer_name", "payer_account")
_DELIMITERS: Final = ",;\t"


def read_statement(
    path: Path, *, columns: Mapping[str, str], bank_bin: str, account: str, zone: ZoneInfo
) -> Generator[tuple[int, Told | None]]:
    """Each line's number and the transfer to us on it: None for what cannot be read. Lines of what went out are left
    out. Times without a zone are in `zone`. Raises NotAStatement, NotASheet."""
    named = {name: columns.get(name, name) for name in (*NEEDED, *_MORE)}
    with closing(sheets.rows(path) if sheets.is_sheet(path) else _csv_rows(path)) as rows:
        header = [name.strip() for name in next(rows, (1, []))[1] or []]
        if missing := [named[name] for name in NEEDED if named[name] not in header]:
            raise NotAStatement(missing)
        places = {name: header.index(theirs) for name, theirs in named.items() if theirs in header}
        for number, cells in rows:
            if cells == []:
                continue
            try:
                words = {name: (cells or [])[at].strip() for name, at in places.items() if at < len(cells or [])}
                amount = _amount(words["amount"])
                if amount > 0:
                    yield number, _line(words, amount, bank_bin, account, zone)
            except (KeyError, ValueError):
                yield number, None


def _line(words: Mapping[str, str], amount: int, bank_bin: str, account: str, zone: ZoneInfo) -> Told:
    booked = datetime.fromisoformat(words["booked_at"])
    return told(
        reference=words["transaction"],
        bank_bin=bank_bin,
        account=account,
        amount=amount,
        currency=words.get("currency") or "VND",
        memo=words.get("memo"),
        payer_name=words.get("payer_name"),
        payer_account=words.get("payer_account"),
        booked_at=booked if booked.tzinfo else booked.replace(tzinfo=zone),
    )


def _amount(text: str) -> int:
    """Whole đồng, with or without separators of thousands. Raises ValueError."""
    plain = text.replace("\N{NO-BREAK SPACE}", "").replace(" ", "")
    for mark in ".,":
        groups = plain.lstrip("+-").split(mark)
        if len(groups) > 1 and all(len(group) == 3 for group in groups[1:]) and 0 < len(groups[0]) <= 3:
            plain = plain.replace(mark, "")
    if not plain.lstrip("+-").isascii() or abs(amount := int(plain)) > LARGEST:
        raise ValueError(text)
    return amount


def _csv_rows(path: Path) -> Generator[tuple[int, list[str] | None]]:
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        header = stream.readline(10_000)
        stream.seek(0)
        reader = csv.reader(stream, delimiter=max(_DELIMITERS, key=header.count), strict=True)
        while True:
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield reader.line_num, None
            else:
                yield reader.line_num, row
