"""Counting blind: shelf by shelf, lot by lot, without what the books say; then the differences, for who decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from random import SystemRandom
from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from grocery.catalog import public as catalog
from grocery.inventory import public as inventory
from grocery.inventory.admin.finding import names_of
from grocery.inventory.admin.task_forms import AmountField, DayField, LineField, TaskForm
from grocery.inventory.admin.wording import amount, lot
from grocery.inventory.admin.work import DECIDERS, Tile, Worker, page, route, said, task, tile
from grocery.inventory.models import Count
from grocery.inventory.public import Choice, CountState
from grocery.kernel import clock
from grocery.kernel.errors import DomainError, NotFound
from grocery.kernel.idempotency import fingerprint_of, once
from grocery.kernel.ids import new_id
from grocery.kernel.quantity import Quantity, plain
from grocery.kernel.reader import language

_SHOWN = 20
_SKUS = 200
_CHOICES = {
    Choice.SAMPLE: gettext_lazy("a few at random, more of what sells most"),
    Choice.LOW: gettext_lazy("what is low"),
    Choice.EXPIRED: gettext_lazy("what has expired"),
    Choice.NEVER: gettext_lazy("what was never counted"),
    Choice.CATEGORY: gettext_lazy("a category"),
    Choice.SKUS: gettext_lazy("a shelf: these SKUs"),
}
_TITLES = {
    Choice.SAMPLE: gettext_lazy("Random sample"),
    Choice.LOW: gettext_lazy("Low stock"),
    Choice.EXPIRED: gettext_lazy("Expired goods"),
    Choice.NEVER: gettext_lazy("Never counted"),
    Choice.CATEGORY: gettext_lazy("Category"),
    Choice.SKUS: gettext_lazy("Shelf"),
}


class NewCountForm(TaskForm):
    choice = forms.TypedChoiceField(
        label=gettext_lazy("what to count"), coerce=Choice, choices=list(_CHOICES.items())
    )
    category = forms.ChoiceField(label=gettext_lazy("category"), required=False)
    skus = LineField(
        label=gettext_lazy("SKUs"),
        max_length=10_000,
        required=False,
        help_text=gettext_lazy("With blanks in between."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        departments = [(one.slug, one.name(language())) for one in catalog.categories()]
        cast("forms.ChoiceField", self.fields["category"]).choices = [("", "–"), *departments]

    def title(self) -> str:
        """What the count will be called: in English, for whoever reads it is shown it in their language."""
        said = self.cleaned_data
        if said["choice"] is Choice.CATEGORY and said["category"]:
            return catalog.category(said["category"]).name("vi")
        with translation.override("en"):
            return str(_TITLES[said["choice"]])


class ShelfForm(TaskForm):
    """What is there of one SKU: a field for each lot, and one lot that nobody knew of."""

    lot_code = forms.RegexField(r"^[!%-?A-Z_a-z\"]{0,64}$", label=gettext_lazy("lot"), required=False, max_length=64)
    expires_on = DayField(label=gettext_lazy("expires on"), required=False)
    quantity = AmountField(label=gettext_lazy("quantity"), required=False)

    def __init__(self, *args: Any, sku: str, lines: list[inventory.CountLine], **kwargs: Any) -> None:
        self.sku, self.lines = sku, lines
        super().__init__(*args, **kwargs)
        for line in lines:
            field = AmountField(label=lot(line.lot_code, line.expires_on), required=False, least=Decimal(0))
            field.widget.attrs |= {"class": "input", "placeholder": _("how much is there?")}
            if line.again:
                field.help_text = _("Please count once more.")
            self.fields[f"line-{line.id}"] = field

    def found(self) -> list[inventory.CountedLot]:
        """What was filled in."""
        answers = self.cleaned_data
        lots = [
            inventory.CountedLot(line.sku, Quantity(there), line.lot_code, line.expires_on)
            for line in self.lines
            if (there := answers.get(f"line-{line.id}")) is not None
        ]
        if answers.get("quantity") is None:
            return lots
        new = inventory.CountedLot(
            self.sku, Quantity(answers["quantity"]), answers["lot_code"], answers["expires_on"]
        )
        return [*lots, new]

    def shelf(self) -> list[Any]:
        return [self[f"line-{line.id}"] for line in self.lines]


@dataclass(frozen=True, slots=True)
class Shelf:
    """One SKU of a count, as the list beside shows it."""

    sku: str
    name: str
    state: str  # "open", "again", "done"


@task()
def counts(request: HttpRequest, worker: Worker) -> HttpResponse:
    """Those that are open or wait, a form for another, and the last ones that are done."""
    form = NewCountForm(request.POST or None, initial={"key": new_id()})
    if request.method == "POST" and form.is_valid():
        try:
            return _once(request, worker, form.cleaned_data["key"], lambda: _start(worker, form))
        except DomainError as error:
            form.refuse(error)
    here = Count.objects.at(worker.store).order_by("-made_at", "-id")
    return page(
        request,
        worker,
        "inventory/counts.html",
        title=_("Count stock"),
        form=form,
        under_way=[(one, _(one.title)) for one in here.under_way()[:_SHOWN]],
        done=[(one, _(one.title)) for one in here.ended()[:_SHOWN]],
    )


@task()
def count(request: HttpRequest, worker: Worker, count: UUID) -> HttpResponse:
    """Count one SKU after the other; when it is finished, what differs."""
    found = _mine(worker, count)
    if found.state != CountState.OPEN:
        return _report(request, worker, found)
    shelves = _shelves(found)
    sku = _next(request.GET.get("sku", ""), shelves)
    lines = [line for line in found.lines if line.sku == sku]
    form = ShelfForm(request.POST or None, initial={"key": new_id()}, sku=sku, lines=lines)
    if request.method == "POST" and form.is_valid():
        try:
            return _once(request, worker, form.cleaned_data["key"], lambda: _record(worker, found, form))
        except DomainError as error:
            form.refuse(error)
    done = sum(shelf.state == "done" for shelf in shelves)
    return page(
        request,
        worker,
        "inventory/count.html",
        title=_(found.title),
        back=reverse("admin:inventory_counts"),
        count=found,
        shelves=shelves,
        sku=sku,
        name=next(shelf.name for shelf in shelves if shelf.sku == sku),
        form=form,
        done=done,
        finished=all(shelf.state == "done" for shelf in shelves),
    )


@task()
def finish(request: HttpRequest, worker: Worker, count: UUID) -> HttpResponse:
    """Done counting."""
    found = _mine(worker, count)
    try:
        state = inventory.finish_count(count=found.id, now=clock.now(), by=worker.id).state
    except DomainError as error:
        messages.error(request, said(error))
        return redirect("admin:inventory_count", found.id)
    if state == CountState.WAITING:
        messages.warning(request, _("Thank you. Much differs, so somebody else looks at it before it is booked."))
    else:
        messages.success(request, _("Thank you. The count is booked."))
    return redirect("admin:inventory_counts")


@task(DECIDERS)
def approve(request: HttpRequest, worker: Worker, count: UUID) -> HttpResponse:
    """Book what differs."""
    return _decide(
        request,
        worker,
        count,
        lambda found: inventory.approve_count(count=found.id, now=clock.now(), by=worker.id),
        _("Approved: the differences are booked."),
    )


@task(DECIDERS)
def recount(request: HttpRequest, worker: Worker, count: UUID) -> HttpResponse:
    """These lots are to be counted again."""
    lines = [UUID(line) for line in request.POST.getlist("line") if _is_id(line)]
    return _decide(
        request,
        worker,
        count,
        lambda found: inventory.recount(count=found.id, lines=lines),
        _("The count is open again."),
    )


@task(DECIDERS)
def cancel(request: HttpRequest, worker: Worker, count: UUID) -> HttpResponse:
    """Book nothing."""
    return _decide(
        request,
        worker,
        count,
        lambda found: inventory.cancel_count(count=found.id, now=clock.now(), by=worker.id),
        _("Cancelled: nothing was booked."),
    )


def _decide(
    request: HttpRequest,
    worker: Worker,
    count: UUID,
    do: Callable[[inventory.Count], inventory.Count],
    told: str,
) -> HttpResponse:
    found = _mine(worker, count)
    try:
        do(found)
        messages.success(request, told)
    except DomainError as error:
        messages.error(request, said(error))
    return redirect("admin:inventory_count", found.id)


def _start(worker: Worker, form: NewCountForm) -> HttpResponse:
    said = form.cleaned_data
    now = clock.now()
    skus = inventory.choose_for_count(
        location=worker.store,
        choice=said["choice"],
        now=now,
        skus=said["skus"].split()[:_SKUS],
        category=said["category"] or "-",
        seed=SystemRandom().getrandbits(32),
    )
    made = inventory.start_count(location=worker.store, skus=skus, title=form.title(), now=now, by=worker.id)
    return redirect("admin:inventory_count", made.id)


def _record(worker: Worker, found: inventory.Count, form: ShelfForm) -> HttpResponse:
    if lots := form.found():
        inventory.record_count(count=found.id, found=lots, now=clock.now(), by=worker.id)
    return redirect("admin:inventory_count", found.id)


def _report(request: HttpRequest, worker: Worker, found: inventory.Count) -> HttpResponse:
    """What was found against the books: for those who decide; others learn that it is being looked at."""
    names = names_of(found.skus)
    rows = [
        {
            "id": line.id,
            "name": names.get(line.sku, line.sku),
            "lot": lot(line.lot_code, line.expires_on),
            "book": amount(line.book or Decimal(0)),
            "counted": amount(line.counted),
            "variance": _signed(line.variance),
            "differs": line.variance != 0,
        }
        for line in sorted(found.lines, key=lambda line: -abs(line.variance))
        if line.counted is not None
    ]
    return page(
        request,
        worker,
        "inventory/count_report.html",
        title=_(found.title),
        back=reverse("admin:inventory_counts"),
        count=found,
        rows=rows,
        differing=sum(bool(row["differs"]) for row in rows),
    )


def _signed(variance: Decimal) -> str:
    digits = plain(abs(variance)).replace(".", ",") if language() == "vi" else plain(abs(variance))
    return f"+{digits}" if variance > 0 else f"−{digits}" if variance < 0 else "0"


def _shelves(found: inventory.Count) -> list[Shelf]:
    names = names_of(found.skus)
    shelves = []
    for sku in found.skus:
        lines = [line for line in found.lines if line.sku == sku]
        again, uncounted = any(line.again for line in lines), any(line.counted is None for line in lines)
        shelves.append(Shelf(sku, names.get(sku, sku), "again" if again else "open" if uncounted else "done"))
    return shelves


def _next(asked: str, shelves: list[Shelf]) -> str:
    """The SKU that was asked for, or the first that is not done."""
    known = [shelf.sku for shelf in shelves]
    return asked if asked in known else next((shelf.sku for shelf in shelves if shelf.state != "done"), known[0])


def _mine(worker: Worker, count: UUID) -> inventory.Count:
    """The count, if it is in a store of the worker's; 404 otherwise."""
    try:
        found = inventory.look_at_count(count=count)
    except NotFound:
        raise Http404 from None
    if not worker.at_home(found.location):
        raise Http404
    return found


def _once(request: HttpRequest, worker: Worker, key: UUID, run: Callable[[], HttpResponse]) -> HttpResponse:
    """A form that is sent twice is done once: a count said twice would pass for a second look."""
    asked = sorted((name, value) for name, value in request.POST.items() if name != "csrfmiddlewaretoken")
    return once(
        scope=f"staff:{worker.id} {request.path}", key=key.hex, fingerprint=fingerprint_of(repr(asked)), run=run
    )


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _waiting(worker: Worker) -> object:
    here = Count.objects.at(worker.store)
    return (here.under_way() if worker.decides else here.open()).count() or ""


tile(
    Tile(
        "admin:inventory_counts",
        gettext_lazy("Count stock"),
        "count",
        gettext_lazy("Say what is there, without looking at the books"),
        count=_waiting,
    )
)
route("counts/", counts, name="inventory_counts")
route("counts/<uuid:count>/", count, name="inventory_count")
route("counts/<uuid:count>/finish/", require_POST(finish), name="inventory_count_finish")
route("counts/<uuid:count>/approve/", require_POST(approve), name="inventory_count_approve")
route("counts/<uuid:count>/recount/", require_POST(recount), name="inventory_count_recount")
route("counts/<uuid:count>/cancel/", require_POST(cancel), name="inventory_count_cancel")
