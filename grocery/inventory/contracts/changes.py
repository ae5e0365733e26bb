"""What staff do to lots, and why a line of it may be refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from grocery.inventory.contracts.levels import StockLevel
from grocery.kernel.errors import DomainError
from grocery.kernel.quantity import Quantity


class ChangeKind(StrEnum):
    """What staff may do to a lot."""

    RECEIVE = "receive"  # goods came in: +quantity
    WASTE = "waste"  # goods were thrown away: -quantity
    ADJUST = "adjust"  # a correction: ±quantity
    COUNT = "count"  # somebody counted: the lot now holds quantity


@dataclass(frozen=True, slots=True)
class StockChange:
    """One line of what happened to a lot; the lot is named by code and expiry, either may be left out.

    Receiving opens the lot that is named. The other kinds need it to exist: what is named must point at one lot.
    `exact`: nothing is left out, an empty name means the lot without one; for who has the lot before their eyes.
    """

    kind: ChangeKind
    sku: str
    quantity: Quantity
    lot_code: str = ""
    expires_on: date | None = None
    reason: str = ""
    exact: bool = False


@dataclass(frozen=True, slots=True)
class StockLine:
    """One line of a delivery that fills a store: a lot, and when its SKU counts as low (None: as before)."""

    sku: str
    quantity: Quantity
    expires_on: date | None = None
    lot_code: str = ""
    low_stock_threshold: Quantity | None = None


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """Why one line of several was refused; `line` counts from 1."""

    line: int
    sku: str
    code: str
    en: str
    vi: str


@dataclass(frozen=True, slots=True)
class ChangesDone:
    """What came of lines that were done one by one: the SKUs that changed as they are now, and the lines left out."""

    levels: tuple[StockLevel, ...]
    refused: tuple[RefusedLine, ...]


class ChangesRefused(DomainError):
    """Some lines are wrong, so none was applied."""

    code = "stock_changes_refused"
    status = 422
    en = (
        "Nothing was changed: {_count} of the lines cannot be applied. Line {_first.line} ({_first.sku}): {_first.en}"
    )
    vi = "Chưa thay đổi gì: {_count} dòng không thực hiện được. Dòng {_first.line} ({_first.sku}): {_first.vi}"

    def __init__(self, lines: Sequence[RefusedLine]) -> None:
        self.lines, self._first, self._count = tuple(lines), lines[0], len(lines)

    def extra(self) -> Mapping[str, Any]:
        return {"lines": [asdict(line) for line in self.lines]}
