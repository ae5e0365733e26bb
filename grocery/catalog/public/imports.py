"""The face of imports: files of products are looked at and taken in by jobs that survive their process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

from grocery.catalog.contracts import (
    LARGEST_UPLOAD,
    Difference,
    ExportForm,
    FileTooLarge,
    ImportFailed,
    ImportId,
    ImportJob,
    ImportProgress,
    ImportState,
    LineKind,
    MissingFile,
    NotATable,
    NotInThatState,
    Sku,
    UnknownProfile,
    WrongHeader,
)
from grocery.catalog.policies import profiles as _profiles
from grocery.catalog.services import export_products as _export
from grocery.catalog.services import generate_demo_catalogue as _demo
from grocery.catalog.services import import_jobs as _jobs


def import_profiles(*, alone: bool = False) -> dict[str, str]:
    """The kinds of files that can be imported, by name, each in a few words; `alone`: without files beside them."""
    return {name: profile.about for name, profile in _profiles.PROFILES.items() if not (alone and profile.companions)}


def start_import(
    *,
    path: Path,
    name: str,
    profile: str,
    now: datetime,
    only_look: bool = True,
    default_price: int | None = None,
    sheet: str = "",
    by: UUID | None = None,
) -> ImportJob:
    """Keep a file that is to be imported; somebody will work on it soon. Call outside a transaction.

    `name` is what its owner calls it. `default_price`: đồng, for rows without one; without it such products are not
    on sale. `sheet` of a spreadsheet; else the first that shows. With `only_look` it is compared and
    nothing is changed, until `continue_import` takes it in. Raises UnknownProfile, NotATable, NotASheet, WrongHeader,
    MissingFile; then nothing is kept.
    """
    return _jobs.start(
        path=path,
        name=name,
        profile=profile,
        default_price=default_price,
        sheet=sheet,
        only_look=only_look,
        by=by,
        now=now,
    )


def work_on_imports(
    *,
    clock: Callable[[], datetime],
    import_id: ImportId | None = None,
    report: Callable[[ImportProgress], None] = lambda _progress: None,
) -> bool:
    """Bring the import that has waited longest, or this one, to its end. False where there was nothing to do.

    5,000 rows per transaction, in which the job's place in the file is kept, too: whoever takes over from one that
    died (after a minute without a sign of life) goes on there. Call outside a transaction.
    """
    return _jobs.work(clock=clock, job_id=import_id, report=report)


def continue_import(*, import_id: ImportId, now: datetime, by: UUID | None = None) -> ImportJob:
    """Take in what was looked at, from the first row; or go on where one stopped or failed.

    Raises NotFound, and NotInThatState where it is at work or taken in.
    """
    return _jobs.go_on(job_id=import_id, by=by, now=now)


def stop_import(*, import_id: ImportId, now: datetime, by: UUID | None = None) -> ImportJob:
    """Stop after the chunk at hand; what was taken in stays. Raises NotFound, NotInThatState once it has ended."""
    return _jobs.stop(job_id=import_id, by=by, now=now)


def import_job(*, import_id: ImportId) -> ImportJob:
    """One import and how far it is. Raises NotFound."""
    return _jobs.look(import_id)


def import_jobs(*, limit: int = 20) -> list[ImportJob]:
    """The newest imports, whoever began them."""
    return _jobs.newest(limit)


def import_rejects(*, import_id: ImportId) -> Iterator[str]:
    """The rows that were not taken, with reasons in both languages, as pieces of a CSV file. Raises NotFound."""
    return _jobs.rejects(import_id)


def import_differences(*, import_id: ImportId, kind: LineKind, limit: int = 100) -> list[Difference]:
    """What a look found new or changed, in the order of the file; of each kind the first 1,000 are kept."""
    return _jobs.differences(import_id, kind, limit)


def export_products(
    *, form: ExportForm, category: str | None = None, skus: Iterable[Sku] | None = None
) -> Iterator[bytes]:
    """Products as pieces of a file with the columns of the profile `grocery`, in nearly constant memory.

    All of them, those of a category (a slug) and what is below, or these; sold or not. Taken in again it changes
    nothing. Words that a spreadsheet would take for formulas are marked by an apostrophe, which the profile takes
    off. Raises NotFound for an unknown category.
    """
    return _export.export(form=form, category=category, skus=skus)


def forget_old_imports(*, now: datetime) -> int:
    """Forget the files and rows of imports that ended, a month after they began; how many."""
    return _jobs.forget(before=now - _jobs.KEPT)


def import_products(
    *,
    path: Path,
    profile: str,
    clock: Callable[[], datetime],
    dry_run: bool = False,
    reject: Path | None = None,
    default_price: int | None = None,
    sheet: str = "",
    by: UUID | None = None,
    report: Callable[[ImportProgress], None] = lambda _progress: None,
) -> ImportProgress:
    """Start an import, work on it here until it has ended, write what was rejected to `reject`.

    Raises as `start_import` does, and ImportFailed where a file breaks off on the way.
    """
    job = start_import(
        path=path,
        name=path.name,
        profile=profile,
        now=clock(),
        only_look=dry_run,
        default_price=default_price,
        sheet=sheet,
        by=by,
    )
    work_on_imports(clock=clock, import_id=job.id, report=report)
    done = import_job(import_id=job.id)
    if reject is not None:
        with reject.open("w", encoding="utf-8", newline="") as stream:
            stream.writelines(import_rejects(import_id=job.id))
    if done.state is not (ImportState.SEEN if dry_run else ImportState.DONE):
        raise ImportFailed(done.id, done.failure)
    return done.progress


def generate_demo_catalogue(
    *, count: int, seed: int, now: datetime, report: Callable[[ImportProgress], None] = lambda _progress: None
) -> ImportProgress:
    """Fill the shop with `count` believable groceries in eight departments; call outside a transaction.

    The same seed makes the same catalogue, and a SKU names the same product under every seed. Raises Invalid for a
    count that the raw material is not good for (it is for 50,000).
    """
    return _demo.generate_demo_catalogue(count=count, seed=seed, now=now, report=report)


__all__ = [
    "LARGEST_UPLOAD",
    "Difference",
    "ExportForm",
    "FileTooLarge",
    "ImportFailed",
    "ImportId",
    "ImportJob",
    "ImportProgress",
    "ImportState",
    "LineKind",
    "MissingFile",
    "NotATable",
    "NotInThatState",
    "UnknownProfile",
    "WrongHeader",
    "continue_import",
    "export_products",
    "forget_old_imports",
    "generate_demo_catalogue",
    "import_differences",
    "import_job",
    "import_jobs",
    "import_products",
    "import_profiles",
    "import_rejects",
    "start_import",
    "stop_import",
    "work_on_imports",
]
