"""Staff bring a file of products, see what it would change, and take it in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grocery.catalog import public as catalog
from grocery.catalog.models import ImportJob
from grocery.catalog.public import Difference, ImportId, LineKind
from grocery.kernel import clock
from grocery.kernel.admin import ReadOnly
from grocery.kernel.errors import DomainError
from grocery.kernel.idempotency import fingerprint_of, once
from grocery.kernel.ids import new_id
from grocery.kernel.money import dong
from grocery.kernel.reader import language

#: Of each kind, so many are on the page.
_SHOWN: Final = 100
#: What is told of a product that would be new.
_BRIEF: Final = ("name_vi", "category", "price")
_DEAREST: Final = 1_000_000_000


class Upload(forms.Form):
    """A file and how it is read."""

    file = forms.FileField(label=gettext_lazy("File"), help_text=gettext_lazy("CSV in UTF-8 or .xlsx; at most 50 MB"))
    profile = forms.ChoiceField(label=gettext_lazy("Profile"))
    default_price = forms.IntegerField(
        label=gettext_lazy("Default price, ₫"),
        required=False,
        min_value=1,
        max_value=_DEAREST,
        help_text=gettext_lazy("For rows without a price; without it they are not put on sale."),
    )
    sheet = forms.CharField(
        label=gettext_lazy("Sheet"),
        required=False,
        max_length=31,
        help_text=gettext_lazy("Of a spreadsheet; else the first that shows."),
    )
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        profiles = catalog.import_profiles(alone=True).items()
        cast("forms.ChoiceField", self.fields["profile"]).choices = [
            (name, f"{name}: {about}") for name, about in profiles
        ]

    def clean_file(self) -> UploadedFile:
        file = cast("UploadedFile", self.cleaned_data["file"])
        if (file.size or 0) > catalog.LARGEST_UPLOAD:
            raise forms.ValidationError(catalog.FileTooLarge().text(language()))
        return file


@admin.register(ImportJob)
class ImportJobAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["name", "created_at", "state", "rows", "new", "changed", "unchanged", "rejected"]
    list_filter = ["state", "profile"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["name"]
    ordering = ["-created_at", "-id"]
    change_list_template = "catalog/imports.html"

    class Media:
        css = {"all": ["catalog/admin.css"]}

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("upload/", wrap(self.upload_view), name="catalog_import_upload"),
            path("<uuid:job_id>/rejects.csv", wrap(self.rejects_view), name="catalog_import_rejects"),
            *super().get_urls(),
        ]

    def upload_view(self, request: HttpRequest) -> HttpResponse:
        """Bring a file; it is looked at, and nothing is changed."""
        _check_may(request)
        form = Upload(request.POST or None, request.FILES or None, initial={"key": new_id().hex})
        if request.method == "POST" and form.is_valid():
            try:
                return _begin(request, form)
            except DomainError as error:
                form.add_error("file", error.text(language()))
        context = {**self.admin_site.each_context(request), "title": _("Import a file"), "form": form}
        return TemplateResponse(request, "catalog/import_upload.html", {**context, "opts": self.opts})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """How far it is, what it would change, and what can be done about it. Twice is once."""
        found = cast("ImportJob | None", self.get_object(request, object_id))
        if found is None or not self.has_view_permission(request, found):
            raise Http404
        if request.method == "POST":
            _check_may(request)
            return _do(request, ImportId(found.id), request.POST.get("do", ""))
        context = {**self.admin_site.each_context(request), **_shown(found), "opts": self.opts}
        return TemplateResponse(request, "catalog/import.html", {**context, "may_write": _may(request)})

    def rejects_view(self, request: HttpRequest, job_id: UUID) -> StreamingHttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            pieces = catalog.import_rejects(import_id=ImportId(job_id))
        except DomainError as error:
            raise Http404 from error
        answer = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="rejected.csv"'
        return answer


def _may(request: HttpRequest) -> bool:
    return bool(request.user.has_perm("catalog.add_importjob"))


def _check_may(request: HttpRequest) -> None:
    if not _may(request):
        raise PermissionDenied


def _begin(request: HttpRequest, form: Upload) -> HttpResponse:
    """Once per form that was shown, however often it is sent."""
    given = form.cleaned_data

    def run() -> HttpResponse:
        with TemporaryDirectory() as folder:
            here = Path(folder) / "upload"
            with here.open("wb") as stream:
                stream.writelines(given["file"].chunks())
            job = catalog.start_import(
                path=here,
                name=given["file"].name,
                profile=given["profile"],
                default_price=given["default_price"],
                sheet=given["sheet"],
                by=cast("UUID", request.user.pk),
                now=clock.now(),
            )
        return redirect("admin:catalog_importjob_change", job.id)

    told = repr([given[name] for name in ("profile", "default_price", "sheet")] + [given["file"].size])
    return once(scope=f"staff:{request.user.pk} import", key=given["key"], fingerprint=fingerprint_of(told), run=run)


def _do(request: HttpRequest, job_id: ImportId, what: str) -> HttpResponse:
    doing = {"continue": catalog.continue_import, "stop": catalog.stop_import}.get(what)
    if doing is None:
        raise Http404
    try:
        doing(import_id=job_id, by=cast("UUID", request.user.pk), now=clock.now())
    except DomainError as error:
        messages.warning(request, error.text(language()))
    return redirect("admin:catalog_importjob_change", job_id)


def _shown(found: ImportJob) -> dict[str, Any]:
    job = catalog.import_job(import_id=ImportId(found.id))
    done = job.progress
    return {
        "job": job,
        "title": found.name,
        "state": found.get_state_display(),
        "percent": round((job.share or 0) * 100),
        "failure": job.failure.get(language()),
        "default_price": dong(job.default_price) if job.default_price else "",
        "figures": [
            (_("rows"), done.rows),
            (_("new"), done.new),
            (_("changed"), done.changed),
            (_("unchanged"), done.unchanged),
            (_("rejected"), done.rejected),
        ],
        "would_change": done.new + done.changed > 0,
        "reasons": sorted(done.reasons.items(), key=lambda one: -one[1]),
        "columns": sorted(job.columns.items(), key=lambda one: -one[1]),
        "changed": _rows(job.id, LineKind.CHANGED),
        "new": _rows(job.id, LineKind.NEW),
        "brief": _BRIEF,
    }


def _rows(job_id: ImportId, kind: LineKind) -> list[dict[str, Any]]:
    return [_row(one) for one in catalog.import_differences(import_id=job_id, kind=kind, limit=_SHOWN)]


def _row(one: Difference) -> dict[str, Any]:
    return {"sku": one.sku, "columns": [(name, _said(old), _said(new)) for name, (old, new) in one.columns.items()]}


def _said(value: object) -> str:
    """A value as people read it: nothing for none, words with blanks between them."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {of}" for name, of in value.items())
    if isinstance(value, Iterable) and not isinstance(value, str):
        return " ".join(map(str, value)) or "none"
    return str(value)
