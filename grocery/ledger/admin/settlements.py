"""Settlement with providers: a report is uploaded, and what differs is explained."""

from __future__ import annotations

from typing import Any, Final, cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from grocery.kernel import clock
from grocery.kernel.admin import ReadOnly, WaitingFilter
from grocery.kernel.errors import DomainError
from grocery.kernel.money import dong
from grocery.kernel.reader import language
from grocery.ledger import public as ledger
from grocery.ledger.admin.asking import asker, check_may
from grocery.ledger.admin.corrections import Why
from grocery.ledger.models import SettlementLine, SettlementLineQuerySet

#: A day of payments is far below; more is not a report.
_LARGEST: Final = 20 << 20


class Report(forms.Form):
    """A provider's report of a day or more."""

    provider = forms.RegexField(label=_("Provider"), regex=r"^[a-z][a-z0-9_]{1,31}$", initial="stripe")
    file = forms.FileField(
        label=_("Report"), help_text=_("CSV with the columns date, reference, kind, amount, fee; see docs/ledger.md")
    )


class Explanation(Why):
    """Why it differs."""

    into_books = forms.BooleanField(
        label=_("The provider is right: book the difference"), required=False, initial=False
    )


class DifferentFilter(WaitingFilter):
    now, everything = _("to be explained"), _("all lines")

    def waiting(self, found: SettlementLineQuerySet) -> SettlementLineQuerySet:
        return found.different()


@admin.register(SettlementLine)
class SettlementLineAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("reference", "state", "day", "provider", "kind", "said", "ours", "order_number", "note")
    list_filter = (DifferentFilter, "provider", "kind", "state")
    search_fields = ("=reference", "order_number")
    ordering = ("-day", "-id")
    list_per_page = 50
    show_full_result_count = False
    change_list_template = "ledger/settlements.html"

    class Media:
        css = {"all": ["ledger/admin.css"]}

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Providers settle with the whole chain: whoever works for one store sees nothing of it."""
        return super().has_view_permission(request, obj) and asker(request).store_id is None

    def get_urls(self) -> list[URLPattern]:
        upload = path("import/", self.admin_site.admin_view(self.upload_page), name="ledger_settlement_import")
        return [upload, *super().get_urls()]

    def upload_page(self, request: HttpRequest) -> HttpResponse:
        """Take a report in, whole; again, it says the same."""
        _check_may(request)
        form = Report(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid() and _take(request, form):
            return redirect("admin:ledger_settlementline_changelist")
        context = {**self.admin_site.each_context(request), "title": _("Import a report"), "form": form}
        return TemplateResponse(request, "ledger/report.html", {**context, "opts": self.opts})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """A line, and what can be said about it. Twice is once."""
        line = self.get_object(request, object_id)
        if line is None or not self.has_view_permission(request, line):
            raise Http404
        form = Explanation(request.POST or None)
        if request.method == "POST":
            _check_may(request)
            if form.is_valid():
                return _explain(request, line.id, form)
        context = {
            **self.admin_site.each_context(request),
            "title": f"{line.get_kind_display()} {line.reference}",
            "line": line,
            "form": form if line.is_different and request.user.has_perm("ledger.add_entry") else None,
            "said": _money(line.amount),
            "ours": _money(line.booked),
            "opts": self.opts,
        }
        return TemplateResponse(request, "ledger/difference.html", context)

    @admin.display(description=_("the provider says"))
    def said(self, line: SettlementLine) -> str:
        return _money(line.amount)

    @admin.display(description=_("our books say"))
    def ours(self, line: SettlementLine) -> str:
        return _money(line.booked)


def _take(request: HttpRequest, form: Report) -> bool:
    file = cast("UploadedFile", form.cleaned_data["file"])
    try:
        if (file.size or 0) > _LARGEST:
            raise ledger.ReportUnreadable(1, "the file is too large", "tệp quá lớn")
        text = file.read().decode("utf-8-sig")
        done = ledger.import_report(provider=form.cleaned_data["provider"], text=text, now=clock.now())
    except UnicodeDecodeError:
        form.add_error("file", str(_("This is no text in UTF-8.")))
        return False
    except DomainError as error:
        form.add_error("file", error.text(language()))
        return False
    said = _("%(lines)d lines, %(again)d of them known; %(different)d to be explained.")
    messages.success(request, said % {"lines": done.lines, "again": done.again, "different": done.different})
    return True


def _explain(request: HttpRequest, line_id: UUID, form: Explanation) -> HttpResponse:
    note, into_books = form.cleaned_data["note"], form.cleaned_data["into_books"]
    try:
        ledger.explain(
            line_id=line_id, note=note, by=asker(request).signed_in(), into_books=into_books, now=clock.now()
        )
    except DomainError as error:
        messages.error(request, error.text(language()))
    else:
        messages.success(request, str(_("Noted.")))
    return redirect("admin:ledger_settlementline_changelist")


def _check_may(request: HttpRequest) -> None:
    check_may(request, "add_entry")
    if asker(request).store_id is not None:
        raise Http404


def _money(amount: int | None) -> str:
    return "–" if amount is None else str(dong(amount))
