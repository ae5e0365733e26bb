"""Imports and exports over HTTP, for staff: send a file, see what it would change, take it in; have one."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from ninja import Router, Schema
from pydantic import ConfigDict, Field

from grocery.catalog import public as catalog
from grocery.catalog.public import ImportId, ImportJob, ImportState, LineKind
from grocery.kernel import clock, wire
from grocery.kernel.http import asker
from grocery.kernel.idempotency import HEADER, IdempotencyKeyRequired, fingerprint_of, idempotent, once
from grocery.kernel.inputs import Code, Id, Limit, Text

router = Router(tags=["imports"])

#: Who may change the catalogue.
ROLES = ("buyer", "manager", "admin")
_PIECE: Final = 1 << 18
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FILE: Final = {"schema": {"type": "string", "format": "binary"}}
_KEY: Final = {
    "in": "header",
    "name": HEADER,
    "required": True,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\x20-\\x7e]+$"},
    "description": "A fresh UUID per file to be imported; send it again with every retry.",
    "example": "0198c0de-7a11-7000-8000-5ca1ab1e0001",
}
Price = Annotated[int, Field(ge=1, le=1_000_000_000)]
SheetName = Annotated[Text, Field(max_length=31)]

_JOB: dict[str, Any] = {
    "id": "019aa3f2-5f00-7000-8000-0000000000c1",
    "name": "december.xlsx",
    "profile": "grocery",
    "default_price": None,
    "sheet": "",
    "dry_run": True,
    "state": "seen",
    "share": 1.0,
    "rows": 1200,
    "new": 14,
    "changed": 86,
    "unchanged": 1098,
    "rejected": 2,
    "reasons": {"invalid_gtin": 2},
    "columns": {"price": 80, "name_vi": 6},
    "failure": None,
    "created_at": "2026-11-20T05:00:00Z",
    "ended_at": "2026-11-20T05:00:04Z",
}
_DIFFERENCE: dict[str, Any] = {
    "line": 12,
    "sku": "VE0010000",
    "columns": [{"name": "price", "old": 18900, "new": 19900}],
}


class ImportSchema(Schema):
    """One file on its way. `waiting` and `running` go on by themselves; what is `seen` waits to be continued.

    `share` of the file that is done, 0 to 1, null where its length is not known yet. `reasons`: how many rows were
    rejected for each; `columns`: after a dry run, how many products would get another value of each column.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_JOB]})

    id: UUID
    name: str
    profile: str
    default_price: int | None
    sheet: str
    dry_run: bool
    state: ImportState
    share: float | None
    rows: int
    new: int
    changed: int
    unchanged: int
    rejected: int
    reasons: dict[str, int]
    columns: dict[str, int]
    failure: str | None
    created_at: datetime
    ended_at: datetime | None


class ImportsSchema(Schema):
    model_config = ConfigDict(json_schema_extra={"examples": [{"imports": [_JOB]}]})

    imports: list[ImportSchema]


class ColumnSchema(Schema):
    name: str
    old: Any
    new: Any


class DifferenceSchema(Schema):
    """A product that is new (`old` is null) or would look different. `line` of the file."""

    model_config = ConfigDict(json_schema_extra={"examples": [_DIFFERENCE]})

    line: int
    sku: str
    columns: list[ColumnSchema]


class DifferencesSchema(Schema):
    model_config = ConfigDict(json_schema_extra={"examples": [{"differences": [_DIFFERENCE]}]})

    differences: list[DifferenceSchema]


@router.post(
    "/imports",
    response={202: ImportSchema},
    summary="Import a file of products",
    openapi_extra={
        "requestBody": {"required": True, "content": {"text/csv": _FILE, _XLSX: _FILE}},
        "parameters": [_KEY],
    },
)
def start(
    request: HttpRequest,
    profile: Code = "grocery",
    name: Text = "import",
    dry_run: bool = True,  # noqa: FBT001, FBT002 - a query parameter
    default_price: Price | None = None,
    sheet: SheetName | None = None,
) -> HttpResponse:
    """The body is the file: CSV in UTF-8 or .xlsx, at most 50 MB. What it is, its first bytes say. For staff.

    Answers at once; a worker does the rest. With `dry_run` nothing is changed until it is continued. 413 for a file
    that is too large, 422 for one that cannot be read (`not_a_table`, `not_a_spreadsheet`, `wrong_header`,
    `missing_file`) or an unknown profile.
    """
    me = asker(request)
    me.require(*ROLES)
    if (key := request.headers.get(HEADER)) is None:
        raise IdempotencyKeyRequired
    with TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        digest = _receive(request, path)

        def run() -> HttpResponse:
            job = catalog.start_import(
                path=path,
                name=name,
                profile=profile,
                only_look=dry_run,
                default_price=default_price,
                sheet=sheet or "",
                by=me.id,
                now=clock.now(),
            )
            return wire.response(_job(job, me.language), status=202)

        told = fingerprint_of(request.META.get("QUERY_STRING", ""), digest)
        return once(scope=f"staff:{me.id} POST {request.path}", key=key, fingerprint=told, run=run)


@router.get("/imports", response=ImportsSchema, summary="The newest imports")
def imports(request: HttpRequest, limit: Limit = 20) -> HttpResponse:
    """Whoever began them, newest first. For staff."""
    me = asker(request)
    me.require(*ROLES)
    return wire.response({"imports": [_job(job, me.language) for job in catalog.import_jobs(limit=limit)]})


@router.get("/imports/{import_id}", response=ImportSchema, summary="How far an import is")
def one(request: HttpRequest, import_id: Id) -> HttpResponse:
    """Ask again every few seconds while it is `waiting` or `running`. For staff."""
    me = asker(request)
    me.require(*ROLES)
    return wire.response(_job(catalog.import_job(import_id=ImportId(import_id)), me.language))


@router.post("/imports/{import_id}/continue", response={202: ImportSchema}, summary="Take in what was looked at")
@idempotent(required=True)
def go_on(request: HttpRequest, import_id: Id) -> HttpResponse:
    """After a dry run the file is taken in; what stopped or failed goes on where it ended. Else 409. For staff."""
    me = asker(request)
    me.require(*ROLES)
    job = catalog.continue_import(import_id=ImportId(import_id), by=me.id, now=clock.now())
    return wire.response(_job(job, me.language), status=202)


@router.post("/imports/{import_id}/stop", response=ImportSchema, summary="Stop an import")
@idempotent(required=True)
def stop(request: HttpRequest, import_id: Id) -> HttpResponse:
    """What was taken in stays. 409 once it has ended. For staff."""
    me = asker(request)
    me.require(*ROLES)
    job = catalog.stop_import(import_id=ImportId(import_id), by=me.id, now=clock.now())
    return wire.response(_job(job, me.language))


@router.get("/imports/{import_id}/differences", response=DifferencesSchema, summary="What a dry run found")
def differences(
    request: HttpRequest, import_id: Id, kind: Literal["new", "changed"] = "changed", limit: Limit = 100
) -> HttpResponse:
    """In the order of the file: what each column says now and would say. For staff."""
    asker(request).require(*ROLES)
    catalog.import_job(import_id=ImportId(import_id))
    found = catalog.import_differences(import_id=ImportId(import_id), kind=LineKind(kind), limit=limit)
    return wire.response({"differences": [_difference(one) for one in found]})


@router.get("/imports/{import_id}/rejects", summary="Rows that were not taken, as CSV")
def rejects(request: HttpRequest, import_id: Id) -> StreamingHttpResponse:
    """Columns: line, sku, code, column, reason_en, reason_vi. For staff."""
    asker(request).require(*ROLES)
    pieces = catalog.import_rejects(import_id=ImportId(import_id))
    return StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")


@router.get("/exports/products", summary="Products as a file")
def export(
    request: HttpRequest, form: catalog.ExportForm = catalog.ExportForm.CSV, category: Code | None = None
) -> StreamingHttpResponse:
    """The columns that `POST /imports` takes in, of all products or of a category and what is below. For staff.

    Taken in again it changes nothing. 404 for an unknown category.
    """
    asker(request).require(*ROLES)
    pieces = catalog.export_products(form=form, category=category)
    answer = StreamingHttpResponse(pieces, content_type=form.content_type)
    answer["Content-Disposition"] = f'attachment; filename="products.{form}"'
    return answer


def _receive(request: HttpRequest, path: Path) -> str:
    """Write the body down piece by piece; what stands for it. Raises FileTooLarge as soon as that is known."""
    digest, size = hashlib.sha256(), 0
    if int(request.META.get("CONTENT_LENGTH") or 0) > catalog.LARGEST_UPLOAD:
        raise catalog.FileTooLarge
    with path.open("wb") as stream:
        while piece := request.read(_PIECE):
            size += len(piece)
            if size > catalog.LARGEST_UPLOAD:
                raise catalog.FileTooLarge
            digest.update(piece)
            stream.write(piece)
    return digest.hexdigest()


def _job(job: ImportJob, language: str) -> dict[str, Any]:
    done = job.progress
    return {
        "id": job.id,
        "name": job.name,
        "profile": job.profile,
        "default_price": job.default_price,
        "sheet": job.sheet,
        "dry_run": job.only_look,
        "state": job.state,
        "share": job.share,
        "rows": done.rows,
        "new": done.new,
        "changed": done.changed,
        "unchanged": done.unchanged,
        "rejected": done.rejected,
        "reasons": done.reasons,
        "columns": dict(job.columns),
        "failure": job.failure.get(language),
        "created_at": job.created_at,
        "ended_at": job.ended_at,
    }


def _difference(one: catalog.Difference) -> dict[str, Any]:
    columns = [{"name": name, "old": old, "new": new} for name, (old, new) in one.columns.items()]
    return {"line": one.line, "sku": one.sku, "columns": columns}
