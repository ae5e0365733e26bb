"""Take a file of products: row by row in constant memory, chunk by chunk into the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

from grocery.catalog.contracts import BadRow, CategoryDraft, Difference, ImportProgress, ProductDraft, Rejected
from grocery.catalog.gateways.csv_files import Line, Row, Seen, companion
from grocery.catalog.gateways.tables import Table, open_table
from grocery.catalog.policies import drafts
from grocery.catalog.policies.profiles.profile import Profile, ReadRow
from grocery.catalog.services.write_products import CHUNK, Outcome, compare_products, write_products
from grocery.kernel.errors import Invalid


@contextmanager
def opened(
    path: Path, kind: Profile, *, sheet: str, default_price: int | None, only_look: bool
) -> Iterator[tuple[Table, Intake]]:
    """The file and what takes its rows in. Raises what is wrong with the file, before anything is changed."""
    read = kind.reader(_companions(kind, path), default_price)
    knows = kind.knows if kind.strict else None
    with (
        open_table(path, needs=kind.needs, knows=knows, sheet=sheet) as file,
        Seen() as skus,
        Seen() as gtins,
    ):
        sets = kind.sets(file.header, default_price)
        yield file, Intake(read=read, sets=sets, only_look=only_look, skus=skus, gtins=gtins)


def companions_beside(kind: Profile, path: Path) -> list[str]:
    """Names of the files beside it that the profile reads."""
    return [*kind.companions, *(name for name in kind.extras if path.with_name(name).is_file())]


def _companions(kind: Profile, path: Path) -> dict[str, list[Row]]:
    columns = {**kind.companions, **kind.extras}
    return {name: companion(path, name, columns[name]) for name in companions_beside(kind, path)}


@dataclass(slots=True)
class Intake:
    """Rows on their way: read, checked, held until a chunk is full, then written together."""

    read: ReadRow
    sets: tuple[str, ...]
    only_look: bool
    skus: Seen
    gtins: Seen
    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    #: How many products would get another value of each column.
    columns: Counter[str] = field(default_factory=Counter)
    _drafts: list[tuple[int, ProductDraft]] = field(default_factory=list)
    _categories: dict[str, CategoryDraft] = field(default_factory=dict)
    _rejected: list[Rejected] = field(default_factory=list)

    def go_on_from(self, done: ImportProgress, columns: dict[str, int]) -> None:
        """Count on from there; the rows before it are then given to `recall`."""
        self.new, self.changed, self.unchanged = done.new, done.changed, done.unchanged
        self.reasons, self.columns = Counter(done.reasons), Counter(columns)

    def recall(self, line: Line) -> None:
        """A row that is done: what it holds may not come again."""
        self.rows += 1
        self._checked(line)

    @property
    def is_full(self) -> bool:
        return len(self._drafts) + len(self._rejected) >= CHUNK

    def take(self, line: Line) -> None:
        """Read and check one row."""
        self.rows += 1
        taken = self._checked(line)
        if isinstance(taken, Rejected):
            self._rejected.append(taken)
            return
        draft, trail = taken
        self._drafts.append((line.number, draft))
        self._categories.update((category.slug, category) for category in trail)

    def flush(self, *, now: datetime, by: UUID | None) -> list[Rejected | Difference]:
        """Write what is held, or compare it; what was rejected since the last time, and what would be different."""
        outcome = self._write(now, by)
        rejected = sorted([*self._rejected, *outcome.rejected], key=lambda one: one.line)
        self.new += outcome.new
        self.changed += outcome.changed
        self.unchanged += len(self._drafts) - len(outcome.rejected) - outcome.new - outcome.changed
        self.reasons.update(one.code for one in rejected)
        self.columns.update(name for one in outcome.differences for name in one.columns)
        self._drafts, self._rejected, self._categories = [], [], {}
        return [*rejected, *outcome.differences]

    def _write(self, now: datetime, by: UUID | None) -> Outcome:
        if not self._drafts:
            return Outcome(0, 0, [])
        categories = self._categories.values()
        if self.only_look:
            return compare_products(drafts=self._drafts, categories=categories, sets=self.sets)
        return write_products(drafts=self._drafts, categories=categories, sets=self.sets, now=now, by=by)

    def progress(self) -> ImportProgress:
        return ImportProgress(
            rows=self.rows,
            new=self.new,
            changed=self.changed,
            unchanged=self.unchanged,
            rejected=sum(self.reasons.values()),
            reasons=dict(self.reasons),
        )

    def _checked(self, line: Line) -> tuple[ProductDraft, tuple[CategoryDraft, ...]] | Rejected:
        sku = ""
        try:
            if line.fault is not None:
                raise line.fault
            draft, trail = self.read(line.row)
            sku = draft.sku
            draft = drafts.checked(draft)
            self._only_once(draft, line.number)
        except BadRow as bad:
            return _rejected(line.number, sku, bad.reason, bad.column, bad)
        except Invalid as invalid:
            return _rejected(line.number, sku, f"invalid_{invalid.field}", invalid.field or "", invalid)
        return draft, trail

    def _only_once(self, draft: ProductDraft, line: int) -> None:
        if (earlier := self.skus.first_line(draft.sku, line)) is not None:
            raise _repeated("duplicate_sku", "sku", draft.sku, earlier)
        if draft.gtin and (earlier := self.gtins.first_line(draft.gtin, line)) is not None:
            raise _repeated("duplicate_gtin", "gtin", draft.gtin, earlier)


def _rejected(line: int, sku: str, code: str, column: str, why: BadRow | Invalid) -> Rejected:
    return Rejected(line=line, sku=sku, code=code, column=column, en=why.text("en"), vi=why.text("vi"))


def _repeated(code: str, column: str, value: str, earlier: int) -> BadRow:
    return BadRow(
        code,
        column,
        f"{value} was already on line {earlier}.",
        f"{value} đã có ở dòng {earlier}.",
    )
