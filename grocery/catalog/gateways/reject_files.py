"""Rows that were not taken, as CSV for people: where, which reason, and the reason in both languages."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from grocery.catalog.contracts import Rejected

_HEADER = ("line", "sku", "code", "column", "reason_en", "reason_vi")


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def as_csv(rejected: Iterable[Rejected]) -> Iterator[str]:
    """Line by line; with a byte order mark, so that Excel reads it as UTF-8."""
    writer: Any = csv.writer(_Echo())
    yield f"\ufeff{writer.writerow(_HEADER)}"
    for one in rejected:
        cells = (one.sku, one.code, one.column, one.en, one.vi)
        yield writer.writerow([one.line, *map(harmless, cells)])


def harmless(cell: str) -> str:
    """A spreadsheet takes what begins like this for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
