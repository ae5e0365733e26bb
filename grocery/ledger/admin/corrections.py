"""What people may add: a reversal, and the closing of an order that nobody will settle. Twice is once."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from grocery.kernel import clock
from grocery.kernel.errors import DomainError, NotFound
from grocery.kernel.reader import language
from grocery.ledger import public as ledger
from grocery.ledger.admin.asking import asker, check_may
from grocery.ledger.models import Entry, OrderBook


class Why(forms.Form):
    """In words that an auditor understands."""

    note = forms.CharField(
        label=_("Why?"), help_text=_("For whoever checks the books. No names of customers."), max_length=300
    )


def routes() -> list[URLPattern]:
    view = admin.site.admin_view
    return [
        path("reverse/<uuid:entry_id>/", view(require_POST(reverse_entry)), name="ledger_reverse"),
        path("close/<uuid:order_id>/", view(require_POST(close_order)), name="ledger_close"),
    ]


def reverse_entry(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """Book the opposite of an entry."""
    check_may(request, "add_entry")
    if not Entry.objects.of_store(asker(request).store_id).with_id(entry_id).exists():
        raise Http404
    by, note = asker(request).signed_in(), _note(request)
    _do(request, lambda: ledger.reverse(entry_id=entry_id, by=by, note=note, now=clock.now()))
    return redirect("admin:ledger_entry_change", entry_id)


def close_order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Book what is open of an order as a loss, or as none."""
    check_may(request, "add_entry")
    if not OrderBook.objects.of_store(asker(request).store_id).of_order(order_id).exists():
        raise Http404
    by, note = asker(request).signed_in(), _note(request)
    _do(request, lambda: ledger.close_order(order_id=order_id, by=by, note=note, now=clock.now()))
    return redirect("admin:ledger_order", order_id)


def _note(request: HttpRequest) -> str:
    form = Why(request.POST)
    if not form.is_valid():
        raise BadRequest("a reason is needed")
    return str(form.cleaned_data["note"])


def _do(request: HttpRequest, act: Callable[[], None]) -> None:
    try:
        act()
    except NotFound as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, error.text(language()))
    else:
        messages.success(request, str(_("Booked.")))
