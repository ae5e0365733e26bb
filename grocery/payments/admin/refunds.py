"""Money that is owed to customers: a queue, and a page on which a person says that it was handed back."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from grocery.kernel import clock
from grocery.kernel.admin import ReadOnly, WaitingFilter
from grocery.kernel.errors import DomainError
from grocery.payments import public as payments
from grocery.payments.admin.asking import asker
from grocery.payments.models import RefundPart
from grocery.payments.models.refunds import RefundPartQuerySet
from grocery.payments.public import RefundState


class HandedBack(forms.Form):
    """How it was given back, so that it can be found again."""

    note = forms.CharField(
        label=_("How was it given back?"),
        help_text=_("For example: in cash at the counter; bank transfer and its number. No names."),
        max_length=200,
    )


class OwedFilter(WaitingFilter):
    now, everything = _("owed now"), _("all refunds")

    def waiting(self, found: RefundPartQuerySet) -> RefundPartQuerySet:
        return found.owed()


@admin.register(RefundPart)
class RefundPartAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("order_number", "money", "how", "state", "since", "why")
    list_filter = (OwedFilter,)
    list_select_related = ("refund", "payment")
    search_fields = ("payment__order_number", "reference")
    ordering = ("refund__requested_at", "id")
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[RefundPart]:
        """A store's staff see what their own store owes."""
        queryset = cast("RefundPartQuerySet", super().get_queryset(request))
        return queryset.of_store(asker(request).store_id).select_related("refund", "payment")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One that is owed, and what can be done about it. Twice is once: what is settled stays so."""
        part = self.get_object(request, object_id)
        if part is None or not self.has_view_permission(request, part):
            raise PermissionDenied
        form = HandedBack(request.POST if request.POST.get("do") == "handed_back" else None)
        if request.method == "POST":
            _check_may_act(request)
            if request.POST.get("do") == "retry" or form.is_valid():
                return self._act(request, part, form)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Give back %(amount)s for order %(number)s")
            % {"amount": part.total, "number": part.payment.order_number},
            "part": part,
            "form": form,
            "held": part.is_held(),
            "open": part.state == RefundState.OWED and not part.is_held() and _may_act(request),
            "by_provider": bool(part.payment.provider),
            "opts": self.opts,
        }
        return TemplateResponse(request, "payments/give_back.html", context)

    def _act(self, request: HttpRequest, part: RefundPart, form: HandedBack) -> HttpResponse:
        try:
            said = _do(request, part.id, form)
        except DomainError as error:
            messages.error(request, error.text(asker(request).language))
        else:
            messages.success(request, str(said))
        return redirect("admin:payments_refundpart_changelist")

    @admin.display(description=_("order"), ordering="payment__order_number")
    def order_number(self, part: RefundPart) -> str:
        return part.payment.order_number

    @admin.display(description=_("amount"), ordering="amount")
    def money(self, part: RefundPart) -> str:
        return str(part.total)

    @admin.display(description=_("paid by"))
    def how(self, part: RefundPart) -> str:
        return part.payment.get_method_display()

    @admin.display(description=_("reason"))
    def why(self, part: RefundPart) -> str:
        code = _("waits for the end of a dispute") if part.is_held() else part.failure_code
        return f"{part.refund.reason} · {code}" if code else part.refund.reason

    @admin.display(description=_("since"), ordering="refund__requested_at")
    def since(self, part: RefundPart) -> Any:
        return part.refund.requested_at


def _do(request: HttpRequest, part_id: UUID, form: HandedBack) -> Any:
    if request.POST["do"] == "retry":
        payments.retry_refund(part_id=part_id, now=clock.now(), by=asker(request).signed_in())
        return _("The provider is asked once more.")
    payments.record_handed_back(
        part_id=part_id, by=asker(request).signed_in(), note=form.cleaned_data["note"], now=clock.now()
    )
    return _("Noted: the customer has the money.")


def _may_act(request: HttpRequest) -> bool:
    return request.user.has_perm("payments.change_refundpart")


def _check_may_act(request: HttpRequest) -> None:
    if not _may_act(request):
        raise PermissionDenied
