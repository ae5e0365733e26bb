"""Cash is taken to the bank: what is in the safe and on its way, a page to write one down, a page for each."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grocery.kernel import clock
from grocery.kernel.admin import ReadOnly
from grocery.kernel.clock import local_date
from grocery.kernel.errors import DomainError, NotFound
from grocery.kernel.money import dong
from grocery.kernel.tiles import Tile, tile
from grocery.payments import public as payments
from grocery.payments.admin.asking import (
    COUNTERS,
    Amount,
    Why,
    Worker,
    asker,
    named,
    page,
    route,
    said,
    task,
    zone_of,
)
from grocery.payments.models import CashDeposit
from grocery.payments.models.deposits import CashDepositQuerySet
from grocery.payments.public import DepositState

_LATELY: Final = 20
_LIST: Final = "admin:payments_deposits"


class Written(forms.Form):
    """What was taken to the bank, as it stands on the slip."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    amount = Amount(label=gettext_lazy("Amount, ₫"))
    slip = forms.CharField(
        label=gettext_lazy("Number of the bank's slip"),
        help_text=gettext_lazy("The bank names it when it books the money; that is how we find it."),
        max_length=40,
    )
    taken_on = forms.DateField(
        label=gettext_lazy("Taken to the bank on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    note = forms.CharField(label=gettext_lazy("Remark (no names of customers)"), max_length=200, required=False)

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        for name in ("slip", "taken_on", "note"):
            self.fields[name].widget.attrs |= {"class": "input", "autocomplete": "off"}


@task()
def deposits(request: HttpRequest, worker: Worker) -> HttpResponse:
    """What is in the safe, what the bank has yet to book, and what it has booked lately."""
    mine = CashDeposit.objects.of_store(worker.store)
    return page(
        request,
        worker,
        "payments/deposits/list.html",
        title=_("Cash to the bank"),
        there=payments.in_the_safe(store_id=worker.store),
        open=[(one, _is_late(one, clock.now())) for one in mine.open()],
        over=mine.over()[:_LATELY],
    )


def _is_late(deposit: CashDeposit, now: datetime) -> bool:
    return deposit.is_on_its_way() and deposit.at <= now - settings.DEPOSIT_SEEN


@task()
def write_down(request: HttpRequest, worker: Worker) -> HttpResponse:
    """Write down what was taken to the bank."""
    today = local_date(clock.now(), zone=zone_of(worker).key)
    form = Written(request.POST or None, initial={"taken_on": today})
    if request.method == "POST" and form.is_valid() and _write(request, worker, form):
        return redirect(_LIST)
    return page(
        request,
        worker,
        "payments/deposits/new.html",
        title=_("Take cash to the bank"),
        back=reverse(_LIST),
        there=payments.in_the_safe(store_id=worker.store),
        alone=dong(settings.REFUND_FOUR_EYES),
        form=form,
    )


def _write(request: HttpRequest, worker: Worker, form: Written) -> bool:
    asked = form.cleaned_data
    try:
        state = payments.deposit_cash(
            deposit_id=asked["key"],
            store_id=worker.store,
            amount=dong(asked["amount"]),
            slip=asked["slip"],
            taken_on=asked["taken_on"],
            note=asked["note"].strip(),
            by=worker.id,
            now=clock.now(),
        )
    except DomainError as error:
        messages.error(request, said(error))
        return False
    if state is DepositState.WAITING:
        messages.warning(request, _("Written down. A second person has to agree."))
    elif state is DepositState.AT_BANK:
        messages.success(request, _("Written down, and the bank has booked it already."))
    else:
        messages.success(request, _("Written down: it is on its way to the bank."))
    return True


@task()
def deposit(request: HttpRequest, worker: Worker, found: UUID) -> HttpResponse:
    """One deposit and what became of it; managers agree to what others wrote down, and undo."""
    one = CashDeposit.objects.of_store(worker.store).with_id(found).select_related("transfer").first()
    if one is None:
        raise NotFound("deposit", found)
    form = Why(request.POST if request.POST.get("do") == "undo" else None)
    if request.method == "POST" and worker.decides and (request.POST.get("do") == "agree" or form.is_valid()):
        return _decide(request, worker, one, form)
    names = named([who for who in (one.by, one.agreed_by, one.undone_by, one.arrived_by) if who])
    return page(
        request,
        worker,
        "payments/deposits/one.html",
        title=_("Cash to the bank"),
        back=reverse(_LIST),
        deposit=one,
        late=_is_late(one, clock.now()),
        at=f"{one.at.astimezone(zone_of(worker)):%d/%m %H:%M}",
        names={what: names.get(str(getattr(one, what)), "") for what in ("by", "agreed_by", "undone_by")},
        may_agree=worker.decides and one.is_waiting() and one.by != worker.id,
        own=one.is_waiting() and one.by == worker.id,
        form=form if worker.decides and one.is_open() else None,
    )


def _decide(request: HttpRequest, worker: Worker, one: CashDeposit, form: Why) -> HttpResponse:
    try:
        if request.POST["do"] == "agree":
            payments.agree_to_deposit(deposit_id=one.id, by=worker.id, now=clock.now())
            messages.success(request, _("Agreed: it is on its way to the bank."))
        else:
            why = form.cleaned_data["why"]
            payments.undo_deposit(deposit_id=one.id, by=worker.id, why=why, now=clock.now())
            messages.success(request, _("Undone: it is in the safe."))
    except DomainError as error:
        messages.error(request, said(error))
    return redirect(_LIST)


def _to_do(worker: Any) -> object:
    """How many of the worker's store need a person: a second one, or one who asks the bank."""
    mine = CashDeposit.objects.of_store(worker.store)
    return mine.waiting().count() + mine.unseen(clock.now() - settings.DEPOSIT_SEEN).count() or ""


@admin.register(CashDeposit)
class CashDepositAdmin(ReadOnly, admin.ModelAdmin):
    """All that was ever taken to the bank, for those who keep the books."""

    list_display = ("at", "slip", "total", "state", "taken_on", "difference", "reason", "arrived_at")
    list_filter = ("state", "reason", ("at", admin.DateFieldListFilter))
    search_fields = ("slip", "note")
    date_hierarchy = "at"
    ordering = ("-at",)
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[CashDeposit]:
        """A store's staff see what left their own store."""
        return cast("CashDepositQuerySet", super().get_queryset(request)).of_store(asker(request).store_id)


route("cash-to-bank/", deposits, name="payments_deposits")
route("cash-to-bank/new/", write_down, name="payments_deposit_new")
route("cash-to-bank/<uuid:found>/", deposit, name="payments_deposit")
tile(
    Tile(
        _LIST,
        gettext_lazy("Cash to the bank"),
        "swap",
        gettext_lazy("Write down what is taken from the safe to the bank"),
        count=_to_do,
        roles=COUNTERS,
        rank=9,
    )
)
