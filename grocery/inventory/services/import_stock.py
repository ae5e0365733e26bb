"""Take a file of stock: line by line in constant memory, chunk by chunk into the database, each chunk once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from itertools import batched, islice
from pathlib import Path
from typing import Final
from uuid import UUID

from django.db import transaction

from grocery.catalog import public as catalog
from grocery.inventory.contracts import (
    ChangesDone,
    ImportMode,
    ReferenceUsed,
    RejectedLine,
    SkuDifference,
    StockImportProgress,
    UnknownImportProfile,
)
from grocery.inventory.gateways import stock_files as files
from grocery.inventory.gateways.stock_files import FileLine, RejectFile
from grocery.inventory.models import Lot, StockImport, StockItem
from grocery.inventory.policies import stock_files as rules
from grocery.inventory.policies.changes import Refusal
from grocery.inventory.policies.stock_files import ReadLine
from grocery.inventory.services.change_stock import change_by_line
from grocery.inventory.services.days import today
from grocery.kernel.errors import Conflict
from grocery.kernel.quantity import ZERO

CHUNK: Final = 2000
_SHOWN: Final = 20
_NO_COLUMNS: Mapping[str, str] = {}


def stock_import_profiles() -> dict[str, str]:
    """The kinds of files that can be imported, by name, each in a few words."""
    return {name: profile.about for name, profile in rules.PROFILES.items()}


def import_stock(
    *,
    path: Path,
    location: UUID,
    mode: ImportMode,
    reference: str,
    now: datetime,
    by: UUID | None = None,
    profile: str = "grocery",
    columns: Mapping[str, str] = _NO_COLUMNS,
    dry_run: bool = False,
    reject: Path | None = None,
    report: Callable[[StockImportProgress], None] = lambda _progress: None,
) -> StockImportProgress:
    """Take a file of any size, CSV or .xlsx, into a store, 2,000 lines per transaction; call outside a transaction.

    Lines that are right are done, the others written to `reject` with a code and the reason in both languages; SKUs
    that the catalogue does not know are among these. `columns` names columns that the `profile` names otherwise
    (ours: theirs). The same file under the same `reference` goes on where an earlier run ended, and changes nothing
    once it is done. A dry run does the same and takes each chunk back. Raises NotAStockFile, NotASheet,
    UnknownImportProfile, ReferenceUsed, NotFound for the store; Conflict if somebody else imports it at this moment.
    """
    if profile not in rules.PROFILES:
        raise UnknownImportProfile(profile)
    kind = rules.PROFILES[profile]
    named = {**kind.columns, **columns}
    files.check(path, columns=named, needed=rules.NEEDED)
    catalog.store(store_id=catalog.StoreId(location))
    intake = Intake(location, mode, reference, kind.day_format, now, by, dry_run=dry_run)
    intake.begin(files.digest(path, mode, str(sorted(named.items()))))
    with (
        closing(files.lines(path, columns=named, needed=rules.NEEDED)) as source,
        files.rejects(reject, go_on=intake.skipped > 0) as rejected,
    ):
        for chunk in batched(islice(source, intake.skipped, None), CHUNK):
            intake.take(chunk, rejected)
            report(intake.progress())
    if intake.applied and not dry_run:
        Lot.objects.analyze()
    return intake.progress()


@dataclass(slots=True)
class Intake:
    """A file on its way into stock."""

    location: UUID
    mode: ImportMode
    reference: str
    day_format: str
    now: datetime
    by: UUID | None
    dry_run: bool
    skipped: int = 0
    lines: int = 0
    applied: int = 0
    _import: UUID | None = None
    _reasons: Counter[str] = field(default_factory=Counter)
    _differences: list[SkuDifference] = field(default_factory=list)

    def begin(self, digest: str) -> None:
        """Find out how far an earlier run came."""
        if self.dry_run:
            return
        found = StockImport.objects.begin(
            location=self.location, reference=self.reference, digest=digest, now=self.now
        )
        if found.digest != digest:
            raise ReferenceUsed(self.reference)
        self._import, self.skipped = found.id, found.lines_done

    def take(self, chunk: Sequence[FileLine], rejected: RejectFile) -> None:
        """Do the lines that are right, all together with the note that they are done."""
        read, refused = self._read(chunk)
        with transaction.atomic():
            self._note(len(chunk))
            before = self._levels(read) if self.dry_run else {}
            done = self._change([line for _number, line in read])
            if self.dry_run:
                self._compare(before, done)
                transaction.set_rollback(True)
        numbers = [number for number, _line in read]
        refused += [
            RejectedLine(numbers[one.line - 1], one.sku, one.code, one.en, one.vi)
            for one in done.refused
            if one.line <= len(numbers)  # a threshold goes the way of its line
        ]
        for line in sorted(refused, key=lambda line: line.line):
            rejected.write(line)
        self._reasons.update(line.code for line in refused)
        self.lines += len(chunk)
        self.applied += len(chunk) - len(refused)

    def progress(self) -> StockImportProgress:
        return StockImportProgress(
            lines=self.lines,
            skipped=self.skipped,
            applied=self.applied,
            rejected=sum(self._reasons.values()),
            reasons=dict(self._reasons),
            differences=tuple(self._differences),
        )

    def _read(self, chunk: Iterable[FileLine]) -> tuple[list[tuple[int, ReadLine]], list[RejectedLine]]:
        read: list[tuple[int, ReadLine]] = []
        refused: list[RejectedLine] = []
        for line in chunk:
            try:
                read.append((line.number, rules.read(line.row, mode=self.mode, day_format=self.day_format)))
            except Refusal as why:
                sku = (line.row or {}).get("sku", "")[:64]
                refused.append(RejectedLine(line.number, sku, why.code, why.en, why.vi))
        return read, refused

    def _note(self, lines: int) -> None:
        """These lines are done, if nobody else has done them meanwhile."""
        if self._import is None:
            return
        found = StockImport.objects.locked(self._import)
        if found.lines_done != self.skipped + self.lines:
            raise Conflict
        found.lines_done += lines
        found.save(update_fields=["lines_done"])

    def _change(self, read: Sequence[ReadLine]) -> ChangesDone:
        return change_by_line(
            location=self.location,
            changes=[line.change for line in read],
            now=self.now,
            by=self.by,
            reference=f"import:{self.reference}",
            thresholds={line.change.sku: line.threshold for line in read if line.threshold is not None},
            catalogued=True,
        )

    def _levels(self, read: Sequence[tuple[int, ReadLine]]) -> dict[str, SkuDifference]:
        day = today(self.location, now=self.now)
        skus = {line.change.sku for _number, line in read}
        levels = StockItem.objects.levels(skus, location=self.location, day=day)
        return {level.sku: SkuDifference(level.sku, level.on_hand, level.on_hand) for level in levels}

    def _compare(self, before: Mapping[str, SkuDifference], done: ChangesDone) -> None:
        for level in done.levels[: _SHOWN - len(self._differences)]:
            was = before[level.sku].before if level.sku in before else ZERO
            self._differences.append(SkuDifference(level.sku, was, level.on_hand))
