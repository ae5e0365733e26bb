"""Where a walk ends: what is short is replaced, asked about or left out; crates are closed."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from grocery.kernel import clock
from grocery.kernel.errors import DomainError
from grocery.kernel.quantity import Quantity
from grocery.kernel.reader import language
from grocery.ordering import public as ordering
from grocery.ordering.admin.picking import as_key
from grocery.ordering.admin.wording import KEPT, amount
from grocery.ordering.admin.work import Worker, page, route, said, task


@dataclass(frozen=True, slots=True)
class Instead:
    """A candidate as the page says it."""

    candidate: ordering.Candidate

    @property
    def name(self) -> str:
        return self.candidate.name(language())

    @property
    def quantity(self) -> str:
        return amount(self.candidate.quantity, self.candidate.unit)


@task()
def short(request: HttpRequest, worker: Worker, order: UUID, sku: str) -> HttpResponse:
    """What is missing, what could stand in, and what the customer chose for that case."""
    item = _item(worker, order, sku)
    if request.method == "POST":
        return _settle(request, worker, item)
    try:
        found = ordering.instead_of(order_id=order, sku=sku, by=worker.by, now=clock.now())
    except DomainError as error:
        messages.error(request, said(error))
        return redirect("admin:ordering_pick")
    return page(
        request,
        worker,
        "ordering/picking/short.html",
        title=_("%(name)s is short") % {"name": item.name(language())},
        back=reverse("admin:ordering_pick"),
        item=item,
        missing=amount(Quantity(item.ordered - item.found), item.unit),
        found=amount(item.found, item.unit),
        ordered=amount(item.ordered, item.unit),
        candidates=[Instead(one) for one in found] if item.choice != "none" else [],
    )


def _settle(request: HttpRequest, worker: Worker, item: ordering.WalkItem) -> HttpResponse:
    chosen = None if "leave" in request.POST else request.POST.get("with_sku", "")[:64]
    if chosen == "":
        messages.error(request, _("Choose what to take instead, or leave it out."))
        return redirect("admin:ordering_pick_short", item.order_id, item.sku)
    shortage = ordering.Shortage(as_key(request.POST.get("key", "")), item.order_id, item.sku, chosen)
    try:
        outcome = ordering.pick_short(shortage=shortage, by=worker.by, now=clock.now())
    except DomainError as error:
        messages.error(request, said(error))
        return redirect("admin:ordering_pick_short", item.order_id, item.sku)
    told = {
        ordering.ShortOutcome.ASKED: _("The customer is asked. Pick on meanwhile."),
        ordering.ShortOutcome.REPLACED: _("Replaced: fetch the other one."),
        ordering.ShortOutcome.LEFT_OUT: _("Left out; it is not charged."),
    }
    messages.success(request, told[outcome])
    return redirect("admin:ordering_pick")


@task()
def seal(request: HttpRequest, worker: Worker, order: UUID) -> HttpResponse:
    """How many crates, with which numbers; then the order is packed."""
    wave = ordering.wave_of(picker_id=worker.id)
    items = ordering.walk(wave_id=wave.id).of_order(order) if wave else ()
    if not items:
        raise Http404
    if request.method == "POST" and _sealed(request, worker, order):
        return redirect("admin:ordering_sealed", order)
    kinds = sorted({item.spot.cold for item in items})
    guesses = {cold: f"{items[0].number}-{position}" for position, cold in enumerate(kinds, start=1)}
    return page(
        request,
        worker,
        "ordering/picking/seal.html",
        title=_("Close %(number)s") % {"number": items[0].number},
        back=reverse("admin:ordering_pick"),
        items=[(item, amount(item.found, item.unit)) for item in items],
        open=[item.name(language()) for item in items if item.state is not ordering.ItemState.DONE],
        fields=[
            (f"crates_{cold.value}", KEPT[cold], request.POST.get(f"crates_{cold.value}", guesses.get(cold, "")))
            for cold in ordering.Cold
            if cold in guesses or cold is ordering.Cold.AMBIENT
        ],
    )


def _sealed(request: HttpRequest, worker: Worker, order: UUID) -> bool:
    crates = [
        ordering.NewCrate(number, cold)
        for cold in ordering.Cold
        for number in request.POST.get(f"crates_{cold.value}", "")[:2000].split()
    ]
    try:
        ordering.seal(order_id=order, crates=crates, by=worker.by, now=clock.now())
    except DomainError as error:
        messages.error(request, said(error))
        return False
    return True


@task()
def sealed(request: HttpRequest, worker: Worker, order: UUID) -> HttpResponse:
    """The crates are closed: print what sticks to them, go on."""
    box = ordering.sealed_order(order_id=order, store_id=worker.by.store_id)
    return page(
        request,
        worker,
        "ordering/picking/sealed.html",
        title=box.order.number,
        back=reverse("admin:ordering_picking"),
        order=box.order,
        crates=[(crate.number, KEPT[crate.cold]) for crate in box.crates],
        more=ordering.wave_of(picker_id=worker.id),
    )


def _item(worker: Worker, order: UUID, sku: str) -> ordering.WalkItem:
    wave = ordering.wave_of(picker_id=worker.id)
    item = ordering.walk(wave_id=wave.id).item(order, sku) if wave else None
    if item is None:
        raise Http404
    return item


route("pick/<uuid:order>/<str:sku>/short/", short, name="ordering_pick_short")
route("pick/<uuid:order>/seal/", seal, name="ordering_seal")
route("pick/<uuid:order>/sealed/", sealed, name="ordering_sealed")
