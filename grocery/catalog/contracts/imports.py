"""Files that are taken in: how far one is, and what can be wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field

from grocery.kernel.errors import DomainError


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportProgress:
    """How far an import is. `ok` = `new` + `changed` + `unchanged`."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    reasons: dict[str, int] = field(default_factory=dict)

    @property
    def ok(self) -> int:
        return self.new + self.changed + self.unchanged


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A row that was not taken: its line in the file, which reason, for which column."""

    line: int
    sku: str
    code: str
    column: str
    en: str
    vi: str


class WrongHeader(DomainError):
    """The file is not what the profile reads; nothing of it was taken."""

    code = "wrong_header"

    def __init__(self, missing: list[str], found: list[str], unknown: list[str] | None = None) -> None:
        self.missing, self.found, self.unknown = missing, found[:50], unknown or []

    def text(self, language: str) -> str:
        found = (", ".join(self.found) or "—")[:500]
        if self.missing:
            names = ", ".join(self.missing)
            en = f"The file lacks the columns {names}; it has: {found}."
            vi = f"Tệp thiếu các cột {names}; các cột hiện có: {found}."
        elif self.unknown:
            names = ", ".join(self.unknown)
            en, vi = f"The file has columns that are not known: {names}.", f"Tệp có các cột lạ: {names}."
        else:
            en, vi = f"The file repeats a column: {found}.", f"Tệp lặp lại một cột: {found}."
        return vi if language == "vi" else en


class MissingFile(DomainError):
    """A profile reads a second file beside the first; it is not there."""

    code = "missing_file"
    en = "The file {name} is missing; it belongs beside the one to import."
    vi = "Thiếu tệp {name}; tệp này phải nằm cạnh tệp cần nhập."

    def __init__(self, name: str) -> None:
        self.name = name


class UnknownProfile(DomainError):
    """There is no such way to read a file."""

    code = "unknown_profile"
    en = "There is no profile {profile}. There are: {known}."
    vi = "Không có mẫu {profile}. Các mẫu hiện có: {known}."

    def __init__(self, profile: str, known: list[str]) -> None:
        self.profile, self.known = profile, ", ".join(known)


class BadRow(DomainError):
    """One row of a file cannot be taken."""

    code = "bad_row"

    def __init__(self, reason: str, column: str, en: str, vi: str) -> None:
        self.reason, self.column, self._en, self._vi = reason, column, en, vi

    def text(self, language: str) -> str:
        return self._vi if language == "vi" else self._en
