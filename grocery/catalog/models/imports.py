"""Imports on their way, what became of their rows, and who may work on which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final, Self
from uuid import UUID

from django.db import connection, models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from psycopg.types.json import Jsonb

from grocery.catalog.contracts import AT_WORK, Difference, ImportProgress, ImportState, LineKind, Rejected
from grocery.catalog.contracts import ImportJob as View
from grocery.catalog.contracts.import_jobs import ImportId
from grocery.kernel.ids import new_id

#: Whoever is silent for so long is thought dead, and the import goes on elsewhere. A chunk takes seconds.
LEASE: Final = timedelta(minutes=1)
#: So often an import is taken up without getting a chunk further.
ATTEMPTS: Final = 5

_COPY_LINES: Final = """
COPY catalog_importline (job_id, line, sku, kind, columns, code, "column", en, vi) FROM STDIN
"""


class ImportJobQuerySet(models.QuerySet["ImportJob"]):
    def due(self, now: datetime) -> Self:
        """What waits for somebody, and what somebody died over."""
        return self.filter(Q(state=ImportState.WAITING) | Q(state=ImportState.RUNNING, lease_until__lt=now))

    def is_any_running(self, now: datetime) -> bool:
        return self.filter(state=ImportState.RUNNING, lease_until__gte=now).exists()

    def next_due(self, now: datetime, job_id: UUID | None) -> ImportJob | None:
        """The one that waits longest, or this one; locked. None where somebody else is taking it up."""
        due = self.due(now) if job_id is None else self.due(now).filter(id=job_id)
        return due.select_for_update(skip_locked=True).order_by("created_at", "id").first()

    def held_by(self, runner: UUID, job_id: UUID) -> ImportJob | None:
        """Locked until the transaction ends; None once it was stopped or taken from this runner."""
        return self.filter(id=job_id, runner=runner, state=ImportState.RUNNING).select_for_update().first()

    def locked(self, job_id: UUID) -> ImportJob | None:
        return self.filter(id=job_id).select_for_update().first()

    def with_id(self, job_id: UUID) -> ImportJob | None:
        return self.filter(id=job_id).first()

    def newest(self, most: int) -> Self:
        return self.order_by("-created_at", "-id")[:most]

    def ended_before(self, moment: datetime) -> Self:
        return self.exclude(state__in=AT_WORK).filter(created_at__lt=moment)


class ImportJob(models.Model):
    """One file on its way in. `rows` of it are done; they are counted in the transaction that does them."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("file"), max_length=200)
    #: The name that a profile knows a file by, and where it is kept; the first is the one that is imported.
    files = models.JSONField(default=dict)
    profile = models.CharField(_("profile"), max_length=40)
    default_price = models.BigIntegerField(_("default price, ₫"), null=True)
    sheet = models.CharField(_("sheet"), max_length=31, blank=True, default="")
    only_look = models.BooleanField(_("only looked at"))
    state = models.CharField(
        _("state"),
        max_length=8,
        default=ImportState.WAITING.value,
        choices=[
            (ImportState.WAITING.value, _("waiting")),
            (ImportState.RUNNING.value, _("running")),
            (ImportState.SEEN.value, _("looked at")),
            (ImportState.DONE.value, _("taken in")),
            (ImportState.STOPPED.value, _("stopped")),
            (ImportState.FAILED.value, _("failed")),
        ],
    )
    expected = models.PositiveIntegerField(_("about so many rows"), null=True)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    new = models.PositiveIntegerField(_("new"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    rejected = models.PositiveIntegerField(_("rejected"), default=0)
    reasons = models.JSONField(default=dict)
    columns = models.JSONField(default=dict)
    failure = models.JSONField(default=dict)
    runner = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(_("since"))
    created_by = models.UUIDField(_("by"), null=True)
    taken_by = models.UUIDField(_("taken in by"), null=True)
    ended_at = models.DateTimeField(_("until"), null=True)

    objects = ImportJobQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering: ClassVar[list[str]] = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[s.value for s in ImportState]), name="import_state_known"),
            models.CheckConstraint(
                condition=~Q(state=ImportState.RUNNING.value) | Q(runner__isnull=False, lease_until__isnull=False),
                name="import_running_has_runner",
            ),
            models.CheckConstraint(
                condition=Q(rows=F("new") + F("changed") + F("unchanged") + F("rejected")),
                name="import_rows_add_up",
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at", "id"], condition=Q(state__in=[s.value for s in AT_WORK]), name="import_at_work"
            ),
            models.Index(fields=["-created_at", "-id"], name="import_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.created_at:%Y-%m-%d %H:%M})"

    @property
    def progress(self) -> ImportProgress:
        return ImportProgress(
            rows=self.rows,
            new=self.new,
            changed=self.changed,
            unchanged=self.unchanged,
            rejected=self.rejected,
            reasons=dict(self.reasons),
        )

    def hold(self, runner: UUID, now: datetime) -> None:
        """Be worked on by this runner."""
        self.state, self.runner, self.lease_until = ImportState.RUNNING, runner, now + LEASE
        self.attempts += 1

    def end(self, state: ImportState, now: datetime) -> None:
        self.state, self.runner, self.lease_until, self.ended_at = state, None, None, now

    def advance(self, progress: ImportProgress, columns: dict[str, int], now: datetime) -> None:
        """So far it is now; whoever works on it is alive."""
        self.rows, self.new, self.changed = progress.rows, progress.new, progress.changed
        self.unchanged, self.rejected, self.reasons = progress.unchanged, progress.rejected, progress.reasons
        self.columns, self.attempts, self.lease_until = columns, 0, now + LEASE

    def begin_anew(self) -> None:
        """What a look has counted is forgotten; its rows are about how many there will be."""
        self.expected = self.rows or self.expected
        self.rows = self.new = self.changed = self.unchanged = self.rejected = self.attempts = 0
        self.reasons, self.columns, self.failure = {}, {}, {}

    def view(self) -> View:
        is_over = self.state in {ImportState.SEEN, ImportState.DONE}
        share = min(self.rows / self.expected, 0.99) if self.expected else None
        return View(
            id=ImportId(self.id),
            name=self.name,
            profile=self.profile,
            default_price=self.default_price,
            sheet=self.sheet,
            only_look=self.only_look,
            state=ImportState(self.state),
            progress=self.progress,
            share=1.0 if is_over else share,
            columns=dict(self.columns),
            failure=dict(self.failure),
            created_at=self.created_at,
            created_by=self.created_by,
            ended_at=self.ended_at,
        )


class ImportLineQuerySet(models.QuerySet["ImportLine"]):
    def of(self, job_id: UUID) -> Self:
        return self.filter(job_id=job_id).order_by("line")

    def rejects(self, job_id: UUID) -> Iterator[Rejected]:
        """What was not taken, in the order of the file."""
        columns = ("line", "sku", "code", "column", "en", "vi")
        rows = self.of(job_id).filter(kind=LineKind.REJECTED).values_list(*columns).iterator(2_000)
        return (Rejected(**dict(zip(columns, row, strict=True))) for row in rows)

    def differences(self, job_id: UUID, kind: LineKind, most: int) -> list[Difference]:
        rows = self.of(job_id).filter(kind=kind).values_list("line", "sku", "columns")[:most]
        return [
            Difference(line=line, sku=sku, kind=kind, columns={name: tuple(pair) for name, pair in columns.items()})
            for line, sku, columns in rows
        ]

    def forget(self, job_id: UUID) -> None:
        self.filter(job_id=job_id)._raw_delete(self.db)


class ImportLine(models.Model):
    """A row of a file that was rejected, or, of a look, that is new or changes something."""

    id = models.BigAutoField(primary_key=True)
    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="lines", db_index=False)
    line = models.PositiveIntegerField(_("line"))
    sku = models.TextField("SKU")
    kind = models.CharField(_("kind"), max_length=8, choices=[(kind.value, kind.value) for kind in LineKind])
    columns = models.JSONField(default=dict)
    code = models.TextField(blank=True, default="")
    column = models.TextField(blank=True, default="")
    en = models.TextField(blank=True, default="")
    vi = models.TextField(blank=True, default="")

    objects = ImportLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of imports")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=[k.value for k in LineKind]), name="importline_kind_known")
        ]
        indexes = [models.Index(fields=["job", "kind", "line"], name="importline_of_job")]

    def __str__(self) -> str:
        return f"{self.line} {self.sku}"


def keep_lines(job_id: UUID, lines: Iterable[Rejected | Difference]) -> None:
    """Write down what became of these rows, in one statement however many they are."""
    with connection.cursor() as cursor, cursor.copy(_COPY_LINES) as copy:
        for one in lines:
            copy.write_row(_cells(job_id, one))


def _cells(job_id: UUID, one: Rejected | Difference) -> list[Any]:
    if isinstance(one, Difference):
        return [job_id, one.line, one.sku, one.kind, Jsonb(one.columns), "", "", "", ""]
    told = (one.code, one.column, one.en, one.vi)
    return [job_id, one.line, _kept(one.sku), LineKind.REJECTED, Jsonb({}), *map(_kept, told)]


def _kept(text: str) -> str:
    """As PostgreSQL can keep it: what was no UTF-8 and NUL become question marks."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "?")
