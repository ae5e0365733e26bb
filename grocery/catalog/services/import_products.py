"""Take a file of products: row by row in constant memory, chunk by chunk into the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

from grocery.catalog.contracts import BadRow, CategoryDraft, ImportProgress, ProductDraft, Rejected
from grocery.catalog.gateways.csv_files import CsvFile, Line, RejectFile, Row, Seen, companion
from grocery.catalog.models.bulk import refresh_statistics
from grocery.catalog.policies import drafts, profiles
from grocery.catalog.policies.profiles.profile import Profile, ReadRow
from grocery.catalog.services.write_products import CHUNK, Outcome, write_products
from grocery.kernel.errors import Invalid

type Report = Callable[[ImportProgress], None]


def import_products(
    *,
    path: Path,
    profile: str,
    now: datetime,
    dry_run: bool,
    reject: Path | None,
    default_price: int | None,
    by: UUID | None,
    report: Report,
) -> ImportProgress:
    """Take what is right, write down what is not; a file that is not of this kind is refused before any change."""
    kind = profiles.named(profile)
    read = kind.reader(_companions(kind, path), default_price)
    with CsvFile.open(path, needs=kind.needs, knows=kind.knows if kind.strict else None) as file:
        sets = kind.sets(file.header, default_price)
        with RejectFile(reject) as rejects, Seen() as skus, Seen() as gtins:
            intake = Intake(read=read, sets=sets, now=now, by=by, dry_run=dry_run, skus=skus, gtins=gtins)
            for line in file:
                intake.take(line)
                if intake.is_full:
                    _flush(intake, rejects, report)
            _flush(intake, rejects, report)
    if not dry_run and intake.written:
        refresh_statistics()
    return intake.progress()


def known_profiles() -> dict[str, str]:
    return {name: profile.about for name, profile in profiles.PROFILES.items()}


def _companions(kind: Profile, path: Path) -> dict[str, list[Row]]:
    beside = {**kind.companions, **{n: c for n, c in kind.extras.items() if path.with_name(n).is_file()}}
    return {name: companion(path, name, columns) for name, columns in beside.items()}


def _flush(intake: Intake, rejects: RejectFile, report: Report) -> None:
    for rejected in sorted(intake.flush(), key=lambda one: one.line):
        rejects.write(rejected)
    report(intake.progress())


@dataclass(slots=True)
class Intake:
    """Rows on their way: read, checked, held until a chunk is full, then written together."""

    read: ReadRow
    sets: tuple[str, ...]
    now: datetime
    by: UUID | None
    dry_run: bool
    skus: Seen
    gtins: Seen
    rows: int = 0
    written: int = 0
    _new: int = 0
    _changed: int = 0
    _taken: int = 0
    _drafts: list[tuple[int, ProductDraft]] = field(default_factory=list)
    _categories: dict[str, CategoryDraft] = field(default_factory=dict)
    _rejected: list[Rejected] = field(default_factory=list)
    _reasons: Counter[str] = field(default_factory=Counter)

    @property
    def is_full(self) -> bool:
        return len(self._drafts) + len(self._rejected) >= CHUNK

    def take(self, line: Line) -> None:
        """Read and check one row."""
        self.rows += 1
        sku = ""
        try:
            if line.fault is not None:
                raise line.fault
            draft, trail = self.read(line.row)
            sku = draft.sku
            draft = drafts.checked(draft)
            self._only_once(draft, line.number)
        except BadRow as bad:
            self._reject(line.number, sku, bad.reason, bad.column, bad)
        except Invalid as invalid:
            self._reject(line.number, sku, f"invalid_{invalid.field}", invalid.field or "", invalid)
        else:
            self._drafts.append((line.number, draft))
            self._categories.update((category.slug, category) for category in trail)

    def flush(self) -> list[Rejected]:
        """Write what is held; everything that was rejected since the last time."""
        outcome = self._write()
        self._new += outcome.new
        self._changed += outcome.changed
        self._taken += len(self._drafts) - len(outcome.rejected)
        self.written += outcome.new + outcome.changed
        self._reasons.update(one.code for one in outcome.rejected)
        rejected = [*self._rejected, *outcome.rejected]
        self._drafts, self._rejected, self._categories = [], [], {}
        return rejected

    def _write(self) -> Outcome:
        if not self._drafts:
            return Outcome(0, 0, [])
        return write_products(
            drafts=self._drafts,
            categories=self._categories.values(),
            sets=self.sets,
            now=self.now,
            by=self.by,
            dry_run=self.dry_run,
        )

    def progress(self) -> ImportProgress:
        return ImportProgress(
            rows=self.rows,
            new=self._new,
            changed=self._changed,
            unchanged=self._taken - self._new - self._changed,
            rejected=sum(self._reasons.values()),
            reasons=dict(self._reasons),
        )

    def _only_once(self, draft: ProductDraft, line: int) -> None:
        if (earlier := self.skus.first_line(draft.sku, line)) is not None:
            raise _repeated("duplicate_sku", "sku", draft.sku, earlier)
        if draft.gtin and (earlier := self.gtins.first_line(draft.gtin, line)) is not None:
            raise _repeated("duplicate_gtin", "gtin", draft.gtin, earlier)

    def _reject(self, line: int, sku: str, code: str, column: str, why: BadRow | Invalid) -> None:
        self._reasons[code] += 1
        self._rejected.append(
            Rejected(line=line, sku=sku, code=code, column=column, en=why.text("en"), vi=why.text("vi"))
        )


def _repeated(code: str, column: str, value: str, earlier: int) -> BadRow:
    return BadRow(
        code,
        column,
        f"{value} was already on line {earlier}.",
        f"{value} đã có ở dòng {earlier}.",
    )
