"""What a profile is: how the rows of one kind of file become products."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from grocery.catalog.contracts import BadRow, CategoryDraft, ProductDraft

type Row = Mapping[str, str]
#: Rows of the files that lie beside the one that is imported, by file name.
type Companions = Mapping[str, list[Row]]
type ReadRow = Callable[[Row], tuple[ProductDraft, tuple[CategoryDraft, ...]]]

_WHOLE: Final = re.compile(r"-?[0-9]{1,12}")
_DECIMAL: Final = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,3})?")
_TRUE: Final = frozenset({"1", "true", "yes", "x", "có"})
_FALSE: Final = frozenset({"", "0", "false", "no", "không"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One kind of file.

    `needs` are columns that must be there; `knows` are the further ones that are read, and with `strict` any other
    is a mistake. `companions` name the files beside it and their columns, `extras` those that may lie there.
    `reader` gets their rows and the default price, and gives what turns a row into a product and the categories,
    from the department down, that it stands in. `sets`: what is written over a product that exists, by the columns
    of the header.
    """

    name: str
    about: str
    needs: tuple[str, ...]
    reader: Callable[[Companions, int | None], ReadRow]
    sets: Callable[[Iterable[str], int | None], tuple[str, ...]]
    knows: tuple[str, ...] = ()
    strict: bool = False
    companions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    extras: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def text(row: Row, column: str) -> str:
    """A cell that must not be empty."""
    if value := row.get(column, "").strip():
        return value
    raise BadRow("missing", column, f"{column} is empty.", f"{column} bị trống.")


def whole(row: Row, column: str) -> int | None:
    """A whole number, as in `125000`; None for an empty cell."""
    value = row.get(column, "").strip()
    if value and not _WHOLE.fullmatch(value):
        raise _not_a_number(column, value)
    return int(value) if value else None


def decimal(row: Row, column: str) -> Decimal | None:
    """A number with at most three decimals, as in `0.35`; None for an empty cell."""
    value = row.get(column, "").strip()
    if value and not _DECIMAL.fullmatch(value):
        raise _not_a_number(column, value)
    return Decimal(value) if value else None


def flag(row: Row, column: str, *, default: bool = False) -> bool:
    if column not in row:
        return default
    value = row[column].strip().lower()
    if value not in _TRUE | _FALSE:
        raise BadRow("not_yes_or_no", column, f"{column}: write 1 or 0.", f"{column}: ghi 1 hoặc 0.")
    return value in _TRUE


def _not_a_number(column: str, value: str) -> BadRow:
    shown = value[:40]
    return BadRow(
        "not_a_number",
        column,
        f"{column}: {shown!r} is not a number such as 125000 or 0.35.",
        f"{column}: {shown!r} không phải là số, ví dụ 125000 hoặc 0.35.",
    )
