"""Imports that outlive the process which works on them: what they are, how far they are, why one cannot be had."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NewType
from uuid import UUID

from grocery.catalog.contracts.imports import ImportProgress
from grocery.kernel.errors import Conflict, DomainError

ImportId = NewType("ImportId", UUID)

#: Of a file that is brought over the web; the command line takes any.
LARGEST_UPLOAD: Final = 50 << 20


class ImportState(StrEnum):
    """Where an import stands. What is `waiting` or `running` goes on by itself."""

    WAITING = "waiting"
    RUNNING = "running"
    SEEN = "seen"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


class ExportForm(StrEnum):
    """What a file of products is given out as."""

    CSV = "csv"
    XLSX = "xlsx"

    @property
    def content_type(self) -> str:
        return _CONTENT_TYPES[self]


_CONTENT_TYPES: Final = {
    ExportForm.CSV: "text/csv; charset=utf-8",
    ExportForm.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


#: Somebody works on it, or will.
AT_WORK: Final = (ImportState.WAITING, ImportState.RUNNING)


class LineKind(StrEnum):
    """What became of a row, or would become of it."""

    NEW = "new"
    CHANGED = "changed"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportJob:
    """One file on its way in.

    `only_look`: a dry run; when it is SEEN it may be taken in. `share` of the file, 0 to 1, None where its length is
    not known. `columns`: how many products get another value of each column, known after a look. `failure` in both
    languages, by "en" and "vi".
    """

    id: ImportId
    name: str
    profile: str
    default_price: int | None
    sheet: str
    only_look: bool
    state: ImportState
    progress: ImportProgress
    share: float | None
    columns: Mapping[str, int]
    failure: Mapping[str, str]
    created_at: datetime
    created_by: UUID | None
    ended_at: datetime | None

    @property
    def is_at_work(self) -> bool:
        return self.state in AT_WORK


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A product that is new or would look different: what each column says now (None: nothing) and would say."""

    line: int
    sku: str
    kind: LineKind
    columns: Mapping[str, tuple[object, object]]


class NotATable(DomainError):
    """The file is neither CSV in UTF-8 nor a spreadsheet; nothing of it was taken."""

    code = "not_a_table"
    en = "The file cannot be read: {why_en}."
    vi = "Không đọc được tệp: {why_vi}."

    def __init__(self, why_en: str, why_vi: str) -> None:
        self.why_en, self.why_vi = why_en, why_vi


class FileTooLarge(DomainError):
    """More than may be brought over the web."""

    code = "file_too_large"
    status = 413
    en = "A file has at most {most} MB here; the command line takes larger ones."
    vi = "Tệp tải lên tối đa {most} MB; tệp lớn hơn hãy nhập bằng dòng lệnh."

    def __init__(self) -> None:
        self.most = LARGEST_UPLOAD >> 20


class NotInThatState(Conflict):
    """The import has gone on, or ended, since somebody looked."""

    code = "import_not_in_that_state"
    en = "The import has moved on since you looked. Please look again."
    vi = "Lần nhập này đã chuyển sang bước khác. Vui lòng xem lại."

    def __init__(self, state: str) -> None:
        self.state = state


class ImportFailed(DomainError):
    """It broke off, or somebody stopped it; what was taken in until then stays."""

    code = "import_failed"

    def __init__(self, import_id: UUID, failure: Mapping[str, str]) -> None:
        self.import_id, self._failure = str(import_id), failure

    def text(self, language: str) -> str:
        stopped = {"en": "The import was stopped.", "vi": "Lần nhập đã bị dừng."}
        return self._failure.get(language) or stopped["vi" if language == "vi" else "en"]
