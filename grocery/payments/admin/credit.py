"""Customers' store credit: what each has and how it came about; giving some with a reason, and taking it back."""

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

from grocery.accounts import public as accounts
from grocery.kernel import clock
from grocery.kernel.admin import ReadOnly
from grocery.kernel.errors import DomainError, NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.money import dong
from grocery.payments import public as payments
from grocery.payments.admin.asking import Amount, asker
from grocery.payments.models import CreditAccount, CreditEntry, Payment
from grocery.payments.models.credit import CreditAccountQuerySet

_LATEST = 100


class Grant(forms.Form):
    """How much, and why; the customer can read it."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    amount = Amount(label=_("Amount, ₫"))
    reason = forms.CharField(
        label=_("Why?"), help_text=_("The customer can read it. No names."), max_length=200, strip=True
    )


class GrantToSomebody(Grant):
    """Who it is for, as a customer can say it."""

    whom = forms.CharField(label=_("Number of an order of theirs"), max_length=40, strip=True)

    field_order = ("whom", "amount", "reason")


class TakeBack(forms.Form):
    reason = forms.CharField(label=_("Why?"), max_length=200, strip=True)


@admin.register(CreditAccount)
class CreditAccountAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("customer_id", "money")
    search_fields = ("customer_id", "entries__order_number")
    search_help_text = _("customer's id, number of an order that used or gave credit")
    ordering = ("-balance", "customer_id")
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[CreditAccount]:
        """A store's staff see who has bought in their own store."""
        queryset = cast("CreditAccountQuerySet", super().get_queryset(request))
        return queryset.of_store(asker(request).store_id)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may change what somebody has may give somebody the first."""
        return _may_act(request)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Give some to the customer of an order."""
        _check_may_act(request)
        form = GrantToSomebody(request.POST or None, initial={"key": new_id()})
        if request.method == "POST" and form.is_valid():
            store_id = asker(request).store_id
            customer_id = Payment.objects.payer_of(form.cleaned_data["whom"], store_id=store_id)
            if customer_id is None:
                form.add_error("whom", _("There is no such order."))
            elif self._granted(request, customer_id, form):
                return redirect("admin:payments_creditaccount_change", customer_id)
        context = {"title": _("Give store credit"), "grant": form}
        return self._page(request, context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One customer's: what moved it, newest first; each form once."""
        account = self.get_object(request, object_id)
        if account is None or not self.has_view_permission(request, account):
            raise PermissionDenied
        grant = Grant(request.POST if "amount" in request.POST else None, initial={"key": new_id()})
        if request.method == "POST":
            _check_may_act(request)
            if "take_back" in request.POST:
                self._taken_back(request, account)
                return redirect(request.path)
            if grant.is_valid() and self._granted(request, account.customer_id, grant):
                return redirect(request.path)
        name = accounts.names(user_ids=[account.customer_id]).get(account.customer_id, str(account.customer_id))
        context = {
            "title": _("Store credit of %(name)s") % {"name": name},
            "account": account,
            "entries": _told(CreditEntry.objects.of_customer(account.customer_id)[:_LATEST]),
            "grant": grant if _may_act(request) else None,
            "why": TakeBack(),
        }
        return self._page(request, context)

    def _page(self, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, "payments/credit.html", context)

    def _granted(self, request: HttpRequest, customer_id: UUID, form: Grant) -> bool:
        given = form.cleaned_data
        try:
            entry = payments.grant_credit(
                customer_id=customer_id,
                amount=dong(given["amount"]),
                reason=given["reason"],
                by=asker(request).signed_in(),
                key=given["key"],
                now=clock.now(),
            )
        except DomainError as error:
            form.add_error(None, error.text(asker(request).language))
            return False
        self._noted(request, entry)
        return True

    def _taken_back(self, request: HttpRequest, account: CreditAccount) -> None:
        form = TakeBack(request.POST)
        if not form.is_valid():
            messages.error(request, str(_("Say why.")))
            return
        try:
            entry_id = _entry_of(account, request.POST["take_back"])
            by = asker(request).signed_in()
            why = form.cleaned_data["reason"]
            self._noted(request, payments.take_back_credit(entry_id=entry_id, reason=why, by=by, now=clock.now()))
        except DomainError as error:
            messages.error(request, error.text(asker(request).language))

    def _noted(self, request: HttpRequest, entry: payments.CreditEntryView) -> None:
        """In the admin's own log beside the entry, which says who and why for ever."""
        account = CreditAccount.objects.get(customer_id=entry.customer_id)
        self.log_change(request, account, f"{entry.kind.value} {entry.amount}")
        messages.success(request, str(_("Booked: %(amount)s.") % {"amount": entry.amount}))

    @admin.display(description=_("balance"), ordering="balance")
    def money(self, account: CreditAccount) -> str:
        return str(account.money)


def _told(entries: QuerySet[CreditEntry]) -> list[dict[str, Any]]:
    """With who did it, and whether it is a grant that nobody has taken back."""
    rows = list(entries)
    names = accounts.names(user_ids={entry.by for entry in rows if entry.by})
    gone = {entry.key.removeprefix("take_back:") for entry in rows if entry.key.startswith("take_back:")}
    return [
        {
            "entry": entry,
            "by": names.get(entry.by, "") if entry.by else "",
            "open": entry.kind == payments.CreditKind.GRANTED and str(entry.id) not in gone,
        }
        for entry in rows
    ]


def _entry_of(account: CreditAccount, text: str) -> UUID:
    """One of this account's. Raises NotFound."""
    for entry in CreditEntry.objects.of_customer(account.customer_id):
        if str(entry.id) == text:
            return entry.id
    raise NotFound("store credit", text)


def _may_act(request: HttpRequest) -> bool:
    return request.user.has_perm("payments.change_creditaccount")


def _check_may_act(request: HttpRequest) -> None:
    if not _may_act(request):
        raise PermissionDenied
