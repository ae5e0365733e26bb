"""Money that was sent to the shop: all of it, and a queue of what fits nothing with what a person may do."""

from __future__ import annotations

from typing import Any, Final, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from grocery.kernel import clock
from grocery.kernel.admin import ReadOnly, WaitingFilter
from grocery.kernel.errors import DomainError
from grocery.kernel.money import dong
from grocery.kernel.principal import Principal
from grocery.kernel.tiles import Tile, tile
from grocery.payments import public as payments
from grocery.payments.admin.asking import asker, said
from grocery.payments.admin.statements import may_import, statement
from grocery.payments.models import IncomingTransfer
from grocery.payments.models.deposits import DEPOSIT_DIFFERENCES
from grocery.payments.models.transfers import IncomingTransferQuerySet
from grocery.payments.policies.transfers import UNDOABLE, Oddity, Standing
from grocery.payments.public import CashDifference

_SAID: Final[dict[str, Promise]] = {
    "assign": _("The transfer is with its order."),
    "sent_back": _("Noted: it was sent back."),
    "credit": _("The customer can spend it now."),
    "deposit": _("It is cash of ours, and at the bank."),
    "reopen": _("It waits for somebody again."),
    "other_amount": _("The other amount counts; it waits for somebody."),
    "settled": _("Noted: it is settled with the bank."),
}


#: What is in no account of ours, or of an amount that the bank has yet to say.
_NOT_OURS: Final = frozenset({Oddity.OTHER_ACCOUNT, Oddity.OTHER_CURRENCY, Oddity.OTHERWISE})


class SeenTo(forms.Form):
    """What is to be done, and why."""

    order_number = forms.CharField(label=_("Order number"), max_length=32, required=False)
    slip = forms.CharField(label=_("Number of the bank's slip"), max_length=40, required=False)
    reason = forms.ChoiceField(label=_("If it differs: why?"), choices=DEPOSIT_DIFFERENCES, required=False)
    note = forms.CharField(
        label=_("Why, and how can it be found again?"),
        help_text=_("For example: the customer named the order on the phone; number of the transfer back. No names."),
        max_length=200,
    )

    def clean(self) -> dict[str, Any]:
        if self.data.get("do") == "assign" and not self.cleaned_data.get("order_number"):
            self.add_error("order_number", str(_("Which order is it for?")))
        if self.data.get("do") == "deposit" and not self.cleaned_data.get("slip"):
            self.add_error("slip", str(_("Which slip is it?")))
        return self.cleaned_data


class OpenFilter(WaitingFilter):
    everything = _("all transfers")

    def waiting(self, found: IncomingTransferQuerySet) -> IncomingTransferQuerySet:
        return found.open()


@admin.register(IncomingTransfer)
class IncomingTransferAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("money", "oddity", "order_number", "memo", "standing", "reference", "received_at")
    list_filter = (OpenFilter,)
    list_select_related = ("payment",)
    search_fields = ("reference", "memo", "payment__order_number")
    search_help_text = _("bank's reference, memo, order number")
    ordering = ("received_at", "id")
    list_per_page = 50
    change_list_template = "payments/transfers.html"

    def get_urls(self) -> list[URLPattern]:
        upload = path("statement/", self.admin_site.admin_view(statement), name="payments_statement")
        return [upload, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {**(extra_context or {}), "may_import": may_import(request)})

    def get_queryset(self, request: HttpRequest) -> QuerySet[IncomingTransfer]:
        """A store's staff see what is for their own store, and what may be for any."""
        queryset = cast("IncomingTransferQuerySet", super().get_queryset(request))
        return queryset.of_store(asker(request).store_id).select_related("payment")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One transfer, and what can be done about it."""
        transfer = self.get_object(request, object_id)
        if transfer is None or not self.has_view_permission(request, transfer):
            raise PermissionDenied
        form = SeenTo(request.POST if request.POST.get("do") in _SAID else None)
        if request.method == "POST":
            if not _may_act(request):
                raise PermissionDenied
            if form.is_valid():
                return _act(request, transfer, form)
        may_act = _may_act(request)
        context = {
            **self.admin_site.each_context(request),
            "title": _("%(amount)s were sent") % {"amount": transfer.total},
            "transfer": transfer,
            "form": form,
            "other_amount": dong(transfer.told_otherwise) if transfer.told_otherwise else None,
            "may_assign": may_act and transfer.may_be_seen_to() and transfer.oddity != Oddity.OTHERWISE,
            "may_choose": may_act and transfer.oddity == Oddity.OTHERWISE and transfer.standing == Standing.OPEN,
            "may_settle": may_act and transfer.was_paid_otherwise(),
            "may_send_back": may_act and transfer.may_be_seen_to(),
            "may_credit": may_act and transfer.may_be_seen_to() and transfer.oddity not in _NOT_OURS,
            "may_deposit": may_act and transfer.standing == Standing.OPEN and transfer.oddity not in _NOT_OURS,
            "may_reopen": may_act and transfer.standing in UNDOABLE,
            "opts": self.opts,
        }
        return TemplateResponse(request, "payments/transfer.html", context)

    @admin.display(description=_("order"), ordering="payment__order_number")
    def order_number(self, transfer: IncomingTransfer) -> str:
        return transfer.payment.order_number if transfer.payment else "–"

    @admin.display(description=_("amount"), ordering="amount")
    def money(self, transfer: IncomingTransfer) -> str:
        return str(transfer.total) if transfer.currency == "VND" else f"{transfer.amount} {transfer.currency}"


def _act(request: HttpRequest, transfer: IncomingTransfer, form: SeenTo) -> HttpResponse:
    do = request.POST["do"]
    try:
        _do(do, transfer, asker(request), form)
    except DomainError as error:
        messages.error(request, said(error))
        return redirect(request.path)
    messages.success(request, str(_SAID[do]))
    return redirect("admin:payments_incomingtransfer_changelist")


def _do(do: str, transfer: IncomingTransfer, who: Principal, form: SeenTo) -> None:
    about = {"transfer_id": transfer.id, "by": who.signed_in(), "now": clock.now(), "note": form.cleaned_data["note"]}
    match do:
        case "assign":
            payments.assign_transfer(order_number=form.cleaned_data["order_number"], **about)
        case "credit":
            payments.make_credit(order_number=form.cleaned_data["order_number"], **about)
        case "deposit":
            reason = CashDifference(form.cleaned_data["reason"])
            payments.settle_as_deposit(slip=form.cleaned_data["slip"], reason=reason, **about)
        case "sent_back":
            payments.record_sent_back(**about)
        case "reopen":
            payments.reopen_transfer(**about)
        case "settled":
            payments.settle_other_amount(**about)
        case _:
            payments.believe_other_amount(**about)


def _may_act(request: HttpRequest) -> bool:
    return request.user.has_perm("payments.change_incomingtransfer")


def _waiting(worker: Any) -> object:
    """How many wait that may concern the worker's store."""
    return IncomingTransfer.objects.open().of_store(worker.store).count() or ""


tile(
    Tile(
        "admin:payments_incomingtransfer_changelist",
        _("Transfers that fit nothing"),
        "alert",
        _("Money that was sent to us and whose order is not clear"),
        count=_waiting,
        roles=frozenset({"support", "manager", "admin"}),
        rank=43,
    )
)
