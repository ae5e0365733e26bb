"""Drivers bring the cash that they have collected: a list of rounds, a page to count on, a page to look back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from grocery.kernel import clock
from grocery.kernel.admin import ReadOnly
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
from grocery.payments.models import CashHandIn
from grocery.payments.models.cash import DIFFERENCES, PLACES, CashHandInQuerySet
from grocery.payments.public import CashDifference, CashRound, Into

#: Cash that is out for longer is asked for.
_LATE: Final = timedelta(hours=24)
_LATELY: Final = 20
_HOURS_SHOWN: Final = 48


@dataclass(frozen=True, slots=True)
class Round:
    """A round as staff read it."""

    found: CashRound
    name: str
    age: str
    late: bool


class Counted(forms.Form):
    """What was counted, for which orders, and why it differs."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    order = forms.TypedMultipleChoiceField(coerce=UUID)
    counted = Amount(label=gettext_lazy("Counted, ₫"))
    reason = forms.ChoiceField(label=gettext_lazy("If it differs: why?"), choices=DIFFERENCES, required=False)
    note = forms.CharField(label=gettext_lazy("Remark (no names of customers)"), max_length=200, required=False)
    into = forms.ChoiceField(label=gettext_lazy("Where it goes"), choices=PLACES, initial=Into.SAFE.value)

    def __init__(self, found: CashRound, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.orders = [str(one.payment_id) for one in found.orders]
        cast("forms.TypedMultipleChoiceField", self.fields["order"]).choices = [(one, one) for one in self.orders]
        for name in ("reason", "note", "into"):
            self.fields[name].widget.attrs |= {"class": "input", "autocomplete": "off"}

    def chosen(self) -> set[str]:
        """The orders that are ticked: all of them, until somebody unticks one."""
        return set(cast("QueryDict", self.data).getlist("order")) if self.is_bound else set(self.orders)


@task()
def rounds(request: HttpRequest, worker: Worker) -> HttpResponse:
    """What is out, the oldest first, and what came in lately."""
    zone = zone_of(worker)
    found = payments.cash_rounds(store_id=worker.store, zone=zone.key)
    lately = list(CashHandIn.objects.of_store(worker.store).lately()[:_LATELY])
    names = named([*(one.carrier for one in found), *(one.carrier for one in lately), *(one.by for one in lately)])
    return page(
        request,
        worker,
        "payments/cash/rounds.html",
        title=_("Cash of drivers"),
        rounds=[_round(one, names, clock.now()) for one in found],
        out=sum((one.expected for one in found), start=dong(0)),
        lately=[(one, _of(one, names), f"{one.at.astimezone(zone):%d/%m %H:%M}") for one in lately],
    )


def _round(found: CashRound, names: dict[str, str], now: datetime) -> Round:
    age = now - found.since
    return Round(found, names.get(found.carrier, found.carrier), _age(age), age > _LATE)


def _of(handed: CashHandIn, names: dict[str, str]) -> str:
    return names.get(handed.carrier, handed.carrier)


def _age(age: timedelta) -> str:
    hours = int(age.total_seconds()) // 3600
    if hours < _HOURS_SHOWN:
        return ngettext("%d hour", "%d hours", hours) % hours
    return ngettext("%d day", "%d days", hours // 24) % (hours // 24)


@task()
def hand_in(request: HttpRequest, worker: Worker, carrier: str, day: str) -> HttpResponse:
    """Count what one driver brings of one day's round."""
    zone = zone_of(worker)
    found = next((one for one in _open(worker, zone) if (one.carrier, one.day.isoformat()) == (carrier, day)), None)
    if found is None:
        messages.info(request, _("All of this was handed in."))
        return redirect("admin:payments_cash")
    form = Counted(found, request.POST or None)
    if request.method == "POST" and form.is_valid() and _take(request, worker, found, form):
        return redirect("admin:payments_cash")
    return page(
        request,
        worker,
        "payments/cash/count.html",
        title=_("Cash of %(name)s") % {"name": named([carrier]).get(carrier, carrier)},
        back=reverse("admin:payments_cash"),
        round=found,
        orders=[(one, f"{one.taken_at.astimezone(zone):%H:%M}", str(one.payment_id)) for one in found.orders],
        form=form,
        own=carrier == str(worker.id),
    )


def _open(worker: Worker, zone: ZoneInfo) -> list[CashRound]:
    return payments.cash_rounds(store_id=worker.store, zone=zone.key)


def _take(request: HttpRequest, worker: Worker, found: CashRound, form: Counted) -> bool:
    asked = form.cleaned_data
    try:
        difference = payments.hand_in_cash(
            hand_in_id=asked["key"],
            store_id=worker.store,
            carrier=found.carrier,
            payment_ids=asked["order"],
            counted=dong(asked["counted"]),
            into=Into(asked["into"]),
            reason=CashDifference(asked["reason"]),
            note=asked["note"].strip(),
            by=worker.id,
            now=clock.now(),
        )
    except DomainError as error:
        messages.error(request, said(error))
        return False
    if difference > dong(0):
        messages.warning(request, _("Handed in; %(amount)s too much.") % {"amount": difference})
    elif difference:
        messages.warning(request, _("Handed in; %(amount)s is missing.") % {"amount": dong(0) - difference})
    else:
        messages.success(request, _("Handed in, to the đồng."))
    return True


@task()
def handed_in(request: HttpRequest, worker: Worker, found: UUID) -> HttpResponse:
    """What was handed in, for which orders; managers undo a slip."""
    handed = CashHandIn.objects.of_store(worker.store).with_id(found).first()
    if handed is None:
        raise NotFound("hand-in", found)
    form = Why(request.POST or None)
    if request.method == "POST" and worker.decides and form.is_valid():
        return _undo(request, worker, handed, form.cleaned_data["why"])
    zone, names = zone_of(worker), named([handed.carrier, handed.by, handed.undone_by or ""])
    return page(
        request,
        worker,
        "payments/cash/handed_in.html",
        title=_("Cash of %(name)s") % {"name": _of(handed, names)},
        back=reverse("admin:payments_cash"),
        handed=handed,
        at=f"{handed.at.astimezone(zone):%d/%m %H:%M}",
        by=names.get(str(handed.by), ""),
        undone_by=names.get(str(handed.undone_by), ""),
        form=form if worker.decides and not handed.is_undone() else None,
    )


def _undo(request: HttpRequest, worker: Worker, handed: CashHandIn, why: str) -> HttpResponse:
    try:
        payments.undo_hand_in(hand_in_id=handed.id, by=worker.id, why=why, now=clock.now())
    except DomainError as error:
        messages.error(request, said(error))
    else:
        messages.success(request, _("Undone: the driver has it again."))
    return redirect("admin:payments_cash")


def _waiting(worker: Any) -> object:
    """How many rounds are out in the worker's store, and for how long the oldest of them."""
    found = payments.cash_rounds(store_id=worker.store, zone=zone_of(worker).key)
    if not found:
        return ""
    return f"{len(found)} · {_age(clock.now() - min(one.since for one in found))}"


@admin.register(CashHandIn)
class CashHandInAdmin(ReadOnly, admin.ModelAdmin):
    """All that was ever handed in, for those who keep the books."""

    list_display = ("at", "carrier_name", "collected", "total", "difference", "reason", "note", "undone_at")
    list_filter = ("reason", "into", ("at", admin.DateFieldListFilter))
    search_fields = ("carrier", "note")
    date_hierarchy = "at"
    ordering = ("-at",)
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[CashHandIn]:
        """A store's staff see what came into their own store."""
        return cast("CashHandInQuerySet", super().get_queryset(request)).of_store(asker(request).store_id)

    @admin.display(description=gettext_lazy("carrier"), ordering="carrier")
    def carrier_name(self, handed: CashHandIn) -> str:
        return handed.carrier[:8] if len(handed.carrier) == len(str(handed.id)) else handed.carrier


route("cash/", rounds, name="payments_cash")
route("cash/<str:carrier>/<str:day>/", hand_in, name="payments_cash_round")
route("cash-in/<uuid:found>/", handed_in, name="payments_cash_handed_in")
tile(
    Tile(
        "admin:payments_cash",
        gettext_lazy("Cash of drivers"),
        "truck",
        gettext_lazy("Count what drivers bring back"),
        count=_waiting,
        roles=COUNTERS,
        rank=8,
    )
)
