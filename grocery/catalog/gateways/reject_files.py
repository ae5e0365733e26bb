"""Rows that were not taken, as CSV for people: where, which reason, and the reason in both languages."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from grocery.catalog.contracts import Rejected
from grocery.catalog.gateways.product_files import Echo
from grocery.catalog.policies.formulas import guarded

_HEADER = ("line", "sku", "code", "column", "reason_en", "reason_vi")


def as_csv(rejected: Iterable[Rejected]) -> Iterator[str]:
    """Line by line; with a byte order mark, so that Excel reads it as UTF-8."""
    writer: Any = csv.writer(Echo())
    yield f"\ufeff{writer.writerow(_HEADER)}"
    for one in rejected:
        cells = (one.sku, one.code, one.column, one.en, one.vi)
        yield writer.writerow([one.line, *map(guarded, cells)])
