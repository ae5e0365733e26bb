"""A bank's statement is uploaded, looked at, and taken in: what the bank did not tell of comes in, once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, cast

from django import forms
from django.contrib import admin, messages
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grocery.kernel import clock
from grocery.kernel.errors import DomainError
from grocery.kernel.ids import new_id
from grocery.kernel.reader import language
from grocery.payments import public as payments
from grocery.payments.admin.asking import asker
from grocery.payments.models import IncomingTransfer
from grocery.payments.models.transfers import ODDITIES

#: A month of a busy account is far below.
_LARGEST: Final = 2 << 20
#: For so long a statement that was looked at may be taken in without bringing it again.
_KEPT: Final = 30 * 60
#: Our names of its columns, and what they hold.
_COLUMNS: Final = {
    "booked_at": gettext_lazy("day or time"),
    "transaction": gettext_lazy("bank's reference"),
    "amount": gettext_lazy("amount"),
    "memo": gettext_lazy("memo"),
    "payer_name": gettext_lazy("sender"),
    "payer_account": gettext_lazy("sender's account"),
}
_LINES_NAMED: Final = 20


class Statement(forms.Form):
    """The bank's file, and what it calls its columns."""

    file = forms.FileField(
        label=gettext_lazy("Statement"), help_text=gettext_lazy("CSV or .xlsx, as the bank gives it; at most 2 MB")
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, words in _COLUMNS.items():
            self.fields[name] = forms.CharField(
                label=words, max_length=60, required=False, widget=forms.TextInput(attrs={"placeholder": name})
            )

    def clean_file(self) -> UploadedFile:
        file = cast("UploadedFile", self.cleaned_data["file"])
        if (file.size or 0) > _LARGEST:
            raise forms.ValidationError(_("The file is too large."))
        return file

    def columns(self) -> dict[str, str]:
        """Ours to theirs, where they differ."""
        return {name: theirs for name in _COLUMNS if (theirs := self.cleaned_data[name].strip())}


def may_import(request: HttpRequest) -> bool:
    """A statement is of the whole chain: whoever works for one store takes none in."""
    allowed = request.user.has_perm("payments.change_incomingtransfer")
    return bool(allowed) and asker(request).store_id is None


def statement(request: HttpRequest) -> HttpResponse:
    """Bring it, look at what it would do, take it in."""
    if not may_import(request):
        raise PermissionDenied
    if request.method == "POST" and "token" in request.POST:
        return _take_in(request, _key(request, request.POST["token"]))
    form = Statement(request.POST or None, request.FILES or None)
    seen, token = None, new_id().hex
    if request.method == "POST" and form.is_valid():
        seen = _look(form, _key(request, token))
    context = {
        **admin.site.each_context(request),
        "title": _("Import a statement"),
        "form": form,
        "seen": seen,
        "odd": [(dict[str, Any](ODDITIES).get(reason, reason), many) for reason, many in seen.odd] if seen else [],
        "unreadable": ", ".join(map(str, seen.unreadable[:_LINES_NAMED])) if seen else "",
        "token": token,
        "opts": IncomingTransfer._meta,
    }
    return TemplateResponse(request, "payments/statement.html", context)


def _look(form: Statement, key: str) -> payments.StatementSeen | None:
    """What it would bring; it is kept for a while, so that it can be taken in as it was looked at."""
    content, columns = form.cleaned_data["file"].read(), form.columns()
    try:
        with TemporaryDirectory() as folder:
            seen = payments.preview_statement(path=_file(folder, content), columns=columns, now=clock.now())
    except DomainError as error:
        form.add_error("file", error.text(language()))
        return None
    cache.set(key, {"content": content, "columns": columns}, _KEPT)
    return seen


def _take_in(request: HttpRequest, key: str) -> HttpResponse:
    """Twice is once: each transfer counts once."""
    kept: Mapping[str, Any] | None = cache.get(key)
    if kept is None:
        messages.error(request, _("It was looked at too long ago. Please bring the statement again."))
        return redirect("admin:payments_statement")
    try:
        with TemporaryDirectory() as folder:
            path = _file(folder, kept["content"])
            taken = payments.import_statement(path=path, columns=kept["columns"], now=clock.now())
    except DomainError as error:
        messages.error(request, error.text(language()))
        return redirect("admin:payments_statement")
    said = _("%(new)d new transfers, %(known)d known before.") % {"new": taken.new, "known": taken.known}
    messages.success(request, said)
    return redirect("admin:payments_incomingtransfer_changelist")


def _file(folder: str, content: bytes) -> Path:
    path = Path(folder) / "statement"
    path.write_bytes(content)
    return path


def _key(request: HttpRequest, token: str) -> str:
    """Of whoever looked at it alone."""
    return f"payments.statement.{request.user.pk}.{token[:64]}"
