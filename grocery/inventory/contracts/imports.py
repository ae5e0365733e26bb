"""Taking many lines of stock from a file."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from grocery.kernel.errors import DomainError
from grocery.kernel.quantity import Quantity


class ImportMode(StrEnum):
    """What the quantities of a file are."""

    RECEIVE = "receive"  # goods that came in
    COUNT = "count"  # what was counted


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """A line of a file that was not taken, and why; `line` as an editor numbers it."""

    line: int
    sku: str
    code: str
    en: str
    vi: str


@dataclass(frozen=True, slots=True)
class SkuDifference:
    """What a line of a dry run would do to a SKU."""

    sku: str
    before: Quantity
    after: Quantity


@dataclass(frozen=True, slots=True)
class StockImportProgress:
    """How far an import is. `skipped`: lines that an earlier run had done. `reasons`: how many were rejected, why.

    `differences`: of a dry run, the first few SKUs that would change.
    """

    lines: int = 0
    skipped: int = 0
    applied: int = 0
    rejected: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    differences: tuple[SkuDifference, ...] = ()


class NotAStockFile(DomainError):
    """The file cannot be read as lines of stock; nothing was changed."""

    code = "not_a_stock_file"
    status = 422
    en = "The file lacks these columns: {_listed}. It has: {_found}."
    vi = "Tệp thiếu các cột: {_listed}. Tệp có: {_found}."

    def __init__(self, missing: Collection[str], found: Collection[str]) -> None:
        self.missing = sorted(missing)
        self._listed, self._found = ", ".join(self.missing), ", ".join(found) or "–"


class UnknownImportProfile(DomainError):
    code = "unknown_import_profile"
    status = 422
    en = "There is no profile {profile}."
    vi = "Không có cấu hình nhập {profile}."

    def __init__(self, profile: str) -> None:
        self.profile = profile


class ReferenceUsed(DomainError):
    """Under this reference another file was imported, or the same one in another way."""

    code = "reference_used"
    status = 409
    en = "{reference} stands for another file already. Choose another reference."
    vi = "Mã {reference} đã dùng cho một tệp khác. Hãy chọn mã khác."

    def __init__(self, reference: str) -> None:
        self.reference = reference
