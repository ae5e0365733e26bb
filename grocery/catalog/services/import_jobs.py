"""Imports that survive whoever works on them: each chunk is committed with the place in the file that it ends at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Final
from uuid import UUID

import structlog
from django.db import transaction
from prometheus_client import Counter

from grocery.catalog.contracts import AT_WORK, Difference, ImportProgress, ImportState, LineKind, NotInThatState
from grocery.catalog.contracts import ImportJob as View
from grocery.catalog.contracts import Rejected as RejectedLine
from grocery.catalog.gateways import import_files, reject_files
from grocery.catalog.gateways.tables import about_rows
from grocery.catalog.models import ImportJob, ImportLine
from grocery.catalog.models.bulk import refresh_statistics
from grocery.catalog.models.imports import ATTEMPTS, keep_lines
from grocery.catalog.policies import profiles
from grocery.catalog.services.import_products import Intake, companions_beside, opened
from grocery.kernel.errors import DomainError, NotFound
from grocery.kernel.ids import new_id

type Report = Callable[[ImportProgress], None]
type Clock = Callable[[], datetime]

#: So many new and so many changed products of a look are kept, to be shown; all are counted.
SHOWN: Final = 1_000
#: What the file is called where it is worked on; the others keep the names that their profile knows.
_FILE: Final = "products"

ROWS = Counter("grocery_catalog_import_rows", "Rows of products that were imported.", ["outcome"])
log = structlog.get_logger()


class Lost(Exception):
    """The import is no longer this runner's."""


def start(
    *,
    path: Path,
    name: str,
    profile: str,
    default_price: int | None,
    sheet: str,
    only_look: bool,
    by: UUID | None,
    now: datetime,
) -> View:
    """Keep the file, and what belongs beside it, until somebody works on it; one that cannot be read is refused."""
    kind = profiles.named(profile)
    with opened(path, kind, sheet=sheet, default_price=default_price, only_look=only_look):
        beside = companions_beside(kind, path)
    job_id = new_id()
    job = ImportJob(
        id=job_id,
        name=name[:200],
        files=import_files.keep(job_id, {_FILE: path, **{other: path.with_name(other) for other in beside}}),
        profile=profile,
        default_price=default_price,
        sheet=sheet,
        only_look=only_look,
        expected=about_rows(path),
        created_at=now,
        created_by=by,
    )
    job.save(force_insert=True)
    return job.view()


def work(*, clock: Clock, job_id: UUID | None = None, report: Report = lambda _progress: None) -> bool:
    """Bring the import that waits longest, or this one, to its end. False where there was nothing to do.

    Unless one is named, only one is worked on at a time: they would wait for each other chunk by chunk.
    """
    runner = new_id()
    job = _claim(runner, clock(), job_id)
    if job is None:
        return False
    try:
        _run(job, runner, clock, report)
    except Lost:
        log.info("catalog.import_lost", job=str(job.id))
    except (DomainError, OSError) as error:
        _fail(job.id, runner, error, clock())
    return True


@transaction.atomic
def _claim(runner: UUID, now: datetime, job_id: UUID | None) -> ImportJob | None:
    if job_id is None and ImportJob.objects.is_any_running(now):
        return None
    job = ImportJob.objects.next_due(now, job_id)
    if job is None:
        return None
    if job.attempts >= ATTEMPTS:
        job.failure = {
            "en": "It was begun several times and never got further.",
            "vi": "Đã thử lại nhiều lần nhưng không đi tiếp được.",
        }
        job.end(ImportState.FAILED, now)
    else:
        job.hold(runner, now)
    job.save()
    return job if job.state == ImportState.RUNNING else None


def _run(job: ImportJob, runner: UUID, clock: Clock, report: Report) -> None:
    kind, price = profiles.named(job.profile), job.default_price
    with (
        import_files.fetched(job.files) as path,
        opened(path, kind, sheet=job.sheet, default_price=price, only_look=job.only_look) as (table, intake),
    ):
        intake.go_on_from(job.progress, job.columns)
        lines = iter(table)
        for line in islice(lines, job.rows):
            intake.recall(line)
        for line in lines:
            intake.take(line)
            if intake.is_full:
                report(_commit(job.id, runner, intake, clock(), is_last=False))
        report(_commit(job.id, runner, intake, clock(), is_last=True))
    if not job.only_look and intake.new + intake.changed:
        refresh_statistics()


def _commit(job_id: UUID, runner: UUID, intake: Intake, now: datetime, *, is_last: bool) -> ImportProgress:
    """What is held, and how far the import is with it, all together or not at all. Raises Lost."""
    before = intake.progress()
    with transaction.atomic():
        job = ImportJob.objects.held_by(runner, job_id)
        if job is None:
            raise Lost
        became = intake.flush(now=now, by=job.taken_by or job.created_by)
        keep_lines(job.id, _to_keep(became, before))
        progress = intake.progress()
        job.advance(progress, dict(intake.columns), now)
        if is_last:
            job.end(ImportState.SEEN if job.only_look else ImportState.DONE, now)
        job.save()
    if not job.only_look:
        for outcome in ("new", "changed", "unchanged", "rejected"):
            ROWS.labels(outcome).inc(getattr(progress, outcome) - getattr(before, outcome))
    if is_last:
        log.info("catalog.import_ended", job=str(job_id), only_look=job.only_look, rows=progress.rows)
    return progress


def _to_keep(
    became: Iterable[RejectedLine | Difference], before: ImportProgress
) -> Iterator[RejectedLine | Difference]:
    """Every row that was rejected; of what is different, as many as are shown."""
    room = {LineKind.NEW: SHOWN - before.new, LineKind.CHANGED: SHOWN - before.changed}
    for one in became:
        if isinstance(one, Difference):
            room[one.kind] -= 1
            if room[one.kind] < 0:
                continue
        yield one


@transaction.atomic
def _fail(job_id: UUID, runner: UUID, error: DomainError | OSError, now: datetime) -> None:
    job = ImportJob.objects.held_by(runner, job_id)
    if job is None:
        return
    if isinstance(error, DomainError):
        job.failure = {"en": error.text("en"), "vi": error.text("vi")}
    else:
        job.failure = {"en": "The file cannot be fetched any more.", "vi": "Không lấy được tệp nữa."}
    log.warning("catalog.import_failed", job=str(job_id), error=str(error))
    job.end(ImportState.FAILED, now)
    job.save()


@transaction.atomic
def go_on(*, job_id: UUID, by: UUID | None, now: datetime) -> View:
    """Take in what was looked at; or go on with what was stopped or failed, where it ended. Raises NotInThatState."""
    job = _locked(job_id)
    if job.state not in {ImportState.SEEN, ImportState.STOPPED, ImportState.FAILED}:
        raise NotInThatState(job.state)
    if job.state == ImportState.SEEN:
        ImportLine.objects.forget(job.id)
        job.begin_anew()
        job.only_look, job.taken_by = False, by
    job.state, job.attempts, job.failure, job.ended_at = ImportState.WAITING, 0, {}, None
    job.save()
    log.info("catalog.import_goes_on", job=str(job_id), by=str(by), at=now.isoformat())
    return job.view()


@transaction.atomic
def stop(*, job_id: UUID, by: UUID | None, now: datetime) -> View:
    """Nothing more of it is taken in; what is, stays. Raises NotInThatState once it has ended."""
    job = _locked(job_id)
    if job.state not in AT_WORK:
        raise NotInThatState(job.state)
    job.end(ImportState.STOPPED, now)
    job.save()
    log.info("catalog.import_stopped", job=str(job_id), by=str(by))
    return job.view()


def _locked(job_id: UUID) -> ImportJob:
    if (job := ImportJob.objects.locked(job_id)) is None:
        raise NotFound("import", job_id)
    return job


def look(job_id: UUID) -> View:
    if (job := ImportJob.objects.with_id(job_id)) is None:
        raise NotFound("import", job_id)
    return job.view()


def newest(most: int) -> list[View]:
    return [job.view() for job in ImportJob.objects.newest(most)]


def rejects(job_id: UUID) -> Iterator[str]:
    """The rows that were not taken as CSV, piece by piece. Raises NotFound."""
    look(job_id)
    return reject_files.as_csv(ImportLine.objects.rejects(job_id))


def differences(job_id: UUID, kind: LineKind, most: int) -> list[Difference]:
    return ImportLine.objects.differences(job_id, kind, most)


def forget(*, before: datetime) -> int:
    """Files and rows of what ended and began before that; how many imports."""
    old = list(ImportJob.objects.ended_before(before))
    for job in old:
        import_files.drop(job.files)
        ImportLine.objects.forget(job.id)
        job.delete()
    return len(old)


#: For so long an import can be looked up, and gone on with.
KEPT: Final = timedelta(days=30)
