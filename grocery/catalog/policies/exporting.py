"""Products as rows that the profile `grocery` takes in again, column by column."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from grocery.catalog.policies.formulas import guarded
from grocery.catalog.policies.profiles.grocery import GROCERY
from grocery.kernel.quantity import plain

type Cell = str | int | Decimal

#: What the profile also reads, and another column says.
_SAID_ELSEWHERE: Final = {"vat_rate", "salt"}
#: An empty cell says that nothing is known; this word that there is none.
_NONE: Final = "none"
COLUMNS: Final = tuple(name for name in (*GROCERY.needs, *GROCERY.knows) if name not in _SAID_ELSEWHERE)


def cells(values: Sequence[object]) -> list[Cell]:
    """The values of `COLUMNS`: numbers stay numbers, words never are formulas."""
    return [_cell(name, value) for name, value in zip(COLUMNS, values, strict=True)]


def _cell(column: str, value: object) -> Cell:
    match value:
        case None:
            return ""
        case bool():
            return int(value)
        case int():
            return value
        case Decimal():
            return Decimal(plain(value))
        case list():
            return " ".join(value) or (_NONE if column == "allergens" else "")
    return guarded(str(value))
