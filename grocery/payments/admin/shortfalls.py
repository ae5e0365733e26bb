"""Money that was not charged: a queue, and a page on which a person says what is done about it."""

from __future__ import annotations

from typing import Any, Final, cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from grocery.kernel import clock
from grocery.kernel.admin import ReadOnly, WaitingFilter
from grocery.kernel.errors import DomainError
from grocery.kernel.tiles import Tile, tile
from grocery.payments import public as payments
from grocery.payments.admin.asking import asker
from grocery.payments.models import Payment, Shortfall
from grocery.payments.models.shortfalls import ShortfallQuerySet
from grocery.payments.public import PaymentState

_SAID: Final[dict[str, Promise]] = {
    "retry": _("The provider is asked once more."),
    "collected": _("Noted: the customer has paid it otherwise."),
    "written_off": _("Noted: it is written off."),
}


class HowSeenTo(forms.Form):
    """What was done, so that it can be found again."""

    note = forms.CharField(
        label=_("How was it settled?"),
        help_text=_("For example: a transfer and its number; why it is written off. No names."),
        max_length=200,
    )


class OpenFilter(WaitingFilter):
    def waiting(self, found: ShortfallQuerySet) -> ShortfallQuerySet:
        return found.open()


@admin.register(Shortfall)
class ShortfallAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("order_number", "money", "since", "code", "outcome", "note")
    list_filter = (OpenFilter,)
    list_select_related = ("payment",)
    search_fields = ("payment__order_number",)
    ordering = ("opened_at", "id")
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[Shortfall]:
        """A store's staff see what their own store lacks."""
        queryset = cast("ShortfallQuerySet", super().get_queryset(request))
        return queryset.of_store(asker(request).store_id).select_related("payment")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One that waits, and what can be done about it. Twice is once: what is settled stays so."""
        shortfall = self.get_object(request, object_id)
        if shortfall is None or not self.has_view_permission(request, shortfall):
            raise PermissionDenied
        form = HowSeenTo(request.POST if request.POST.get("do") in {"collected", "written_off"} else None)
        if request.method == "POST":
            if not _may_act(request):
                raise PermissionDenied
            if request.POST.get("do") == "retry" or form.is_valid():
                return _act(request, shortfall, form)
        context = {
            **self.admin_site.each_context(request),
            "title": _("%(amount)s of order %(number)s was not charged")
            % {"amount": shortfall.missing, "number": shortfall.payment.order_number},
            "shortfall": shortfall,
            "form": form,
            "open": shortfall.is_open() and _may_act(request),
            "may_retry": _is_held(shortfall.payment),
            "opts": self.opts,
        }
        return TemplateResponse(request, "payments/shortfall.html", context)

    @admin.display(description=_("order"), ordering="payment__order_number")
    def order_number(self, shortfall: Shortfall) -> str:
        return shortfall.payment.order_number

    @admin.display(description=_("amount"), ordering="amount")
    def money(self, shortfall: Shortfall) -> str:
        return str(shortfall.missing)

    @admin.display(description=_("since"), ordering="opened_at")
    def since(self, shortfall: Shortfall) -> Any:
        return shortfall.opened_at


def _act(request: HttpRequest, shortfall: Shortfall, form: HowSeenTo) -> HttpResponse:
    do = request.POST.get("do", "")
    try:
        _do(do, shortfall.id, asker(request).signed_in(), form)
    except DomainError as error:
        messages.error(request, error.text(asker(request).language))
    else:
        messages.success(request, str(_SAID[do]))
    return redirect("admin:payments_shortfall_changelist")


def _do(do: str, shortfall_id: UUID, by: UUID, form: HowSeenTo) -> None:
    now = clock.now()
    if do == "retry":
        payments.retry_capture(shortfall_id=shortfall_id, by=by, now=now)
    elif do == "collected":
        payments.record_collected(shortfall_id=shortfall_id, by=by, note=form.cleaned_data["note"], now=now)
    else:
        payments.write_off(shortfall_id=shortfall_id, by=by, note=form.cleaned_data["note"], now=now)


def _is_held(payment: Payment) -> bool:
    return payment.state == PaymentState.AUTHORISED and payment.is_live()


def _may_act(request: HttpRequest) -> bool:
    return request.user.has_perm("payments.change_shortfall")


def _waiting(worker: Any) -> object:
    """How much waits in the worker's store."""
    return Shortfall.objects.open().of_store(worker.store).count() or ""


tile(
    Tile(
        "admin:payments_shortfall_changelist",
        _("Not charged"),
        "alert",
        _("Money that was to be taken for packed orders and was not"),
        count=_waiting,
        roles=frozenset({"support", "manager", "admin"}),
        rank=41,
    )
)
