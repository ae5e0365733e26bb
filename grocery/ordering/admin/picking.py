"""The walk: one item after the other, scanned, weighed, into the crate."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from math import ceil
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from grocery.kernel import clock
from grocery.kernel.errors import DomainError
from grocery.kernel.quantity import Quantity
from grocery.kernel.reader import language
from grocery.ordering import public as ordering
from grocery.ordering.admin.wording import KEPT, about, amount, day, grams, small_unit
from grocery.ordering.admin.work import Worker, page, route, said, task

_THOUSAND: Final = Decimal(1000)
#: How many of what comes next are shown.
_NEXT: Final = 5
WHY_BY_HAND: Final = [
    ("label damaged", gettext_lazy("The label is damaged")),
    ("no label", gettext_lazy("There is no label")),
    ("scanner broken", gettext_lazy("The scanner does not work")),
]


class HandfulForm(forms.Form):
    """What goes into the crate. A weight is typed in grams, a volume in millilitres."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    code = forms.CharField(max_length=200, required=False, strip=False, widget=forms.HiddenInput)
    by_hand = forms.ChoiceField(choices=[("", ""), *WHY_BY_HAND], required=False)
    quantity = forms.IntegerField(min_value=1, max_value=999_999)
    more_follows = forms.BooleanField(required=False)
    ask = forms.BooleanField(required=False)


@dataclass(slots=True)
class InHand:
    """What the last scan said of the item that is shown: the right one, or why not."""

    code: str = ""
    checked: ordering.Checked | None = None
    error: str = ""


@dataclass(slots=True)
class Shown:
    """One item as the page says it."""

    item: ordering.WalkItem
    letters: bool
    hand: InHand = field(default_factory=InHand)

    @property
    def name(self) -> str:
        return self.item.name(language())

    @property
    def zone(self) -> str:
        return str(KEPT[self.item.spot.cold]).capitalize()

    @property
    def place(self) -> str:
        return " · ".join(part for part in (self.item.spot.aisle, self.item.spot.shelf) if part)

    @property
    def lot(self) -> ordering.LotToTake | None:
        """The lot to take first."""
        return self.item.lots[0] if self.item.lots else None

    @property
    def best_before(self) -> str:
        return day(self.lot.expires_on) if self.lot else ""

    @property
    def left(self) -> Quantity:
        return Quantity(self.item.ordered - self.item.found)

    @property
    def wanted(self) -> str:
        return (
            about(self.item.ordered, self.item.unit, self.item.piece_weight)
            if self.item.weighed
            else f"{amount(self.left)} ×"
        )

    @property
    def unit(self) -> str:
        return small_unit(self.item.unit)

    @property
    def least(self) -> int:
        return max(0, grams(Quantity(self.item.least - self.item.found)))

    @property
    def most(self) -> int:
        return grams(Quantity(self.item.most - self.item.found))

    @property
    def found(self) -> str:
        return amount(self.item.found, self.item.unit) if self.item.found else ""

    @property
    def guess(self) -> str:
        """What is filled in: all that is left of pieces; of what is weighed only what the code says."""
        said = self.hand.checked.quantity if self.hand.checked else None
        if self.item.weighed:
            return str(grams(said)) if said else ""
        return amount(min(said, self.left) if said else self.left)

    @property
    def price(self) -> int:
        return self.item.price.minor


@dataclass(frozen=True, slots=True)
class Asked:
    """A line about which the customer is being asked."""

    item: ordering.WalkItem
    now: datetime

    @property
    def name(self) -> str:
        return self.item.name(language())

    @property
    def minutes(self) -> int:
        """How long the customer still has, in whole minutes."""
        return max(0, ceil((self.item.answer_by - self.now).total_seconds() / 60)) if self.item.answer_by else 0


@task()
def walk(request: HttpRequest, worker: Worker) -> HttpResponse:
    """The next item of the worker's wave; or the one that was asked for."""
    wave = ordering.wave_of(picker_id=worker.id)
    if wave is None:
        return redirect("admin:ordering_picking")
    if wave.paused_at:
        return redirect("admin:ordering_picking")
    seen = ordering.walk(wave_id=wave.id)
    item = _asked_for(request, seen) or seen.next()
    shown = Shown(item, len(wave.orders) > 1, _scanned(request, item, worker)) if item else None
    return page(
        request,
        worker,
        "ordering/picking/walk.html",
        title=item.number if item else _("Pick orders"),
        back=reverse("admin:ordering_picking"),
        walk=seen,
        shown=shown,
        window=_window(seen, item),
        orders=_orders(seen),
        next=[Shown(one, len(wave.orders) > 1) for one in _after(seen, item)],
        asked=[Asked(one, clock.now()) for one in seen.items if one.state is ordering.ItemState.ASKED],
        cold=sum(one.spot.cold > 0 and one.state is ordering.ItemState.OPEN for one in seen.items),
        why_by_hand=WHY_BY_HAND,
        number=seen.done + (1 if item else 0),
    )


@task()
def put(request: HttpRequest, worker: Worker, order: UUID, sku: str) -> HttpResponse:
    """A handful goes into the crate; then the next item. What is wrong is said where it can be mended."""
    again = f"{reverse('admin:ordering_pick')}?order={order}&sku={sku}"
    form = HandfulForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say how much, in whole numbers."))
        return redirect(again)
    answers = form.cleaned_data
    handful = ordering.Handful(
        id=answers["key"],
        order_id=order,
        sku=sku,
        quantity=_quantity(worker, order, sku, answers["quantity"]),
        code=answers["code"],
        by_hand=answers["by_hand"],
        more_follows=answers["more_follows"],
        ask=answers["ask"],
    )
    try:
        ordering.pick(handful=handful, by=worker.by, now=clock.now())
    except DomainError as error:
        messages.error(request, said(error))
        return redirect(again)
    return redirect("admin:ordering_pick")


@task()
def take_out(request: HttpRequest, worker: Worker, order: UUID, sku: str) -> HttpResponse:
    """What does not come, or is too much, goes back to the shelf."""
    try:
        ordering.take_out(order_id=order, sku=sku, by=worker.by, now=clock.now())
    except DomainError as error:
        messages.error(request, said(error))
    return redirect("admin:ordering_pick")


@task()
def undo(request: HttpRequest, worker: Worker, wave: UUID) -> HttpResponse:
    """The last handful goes back."""
    try:
        ordering.undo_pick(wave_id=wave, by=worker.by, now=clock.now())
        messages.success(request, _("Undone: it is out of the crate again."))
    except DomainError as error:
        messages.error(request, said(error))
    return redirect("admin:ordering_pick")


def as_key(text: str) -> UUID:
    """The key of a form; a form without one is not ours."""
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


def _quantity(worker: Worker, order_id: UUID, sku: str, typed: int) -> Quantity:
    order = ordering.order(order_id=order_id, store_id=worker.by.store_id)
    line = next((line for line in order.lines if line.sku == sku), None)
    if line is None:
        raise Http404
    return Quantity(Decimal(typed) if line.unit == "piece" else Decimal(typed) / _THOUSAND)


def _asked_for(request: HttpRequest, seen: ordering.Walk) -> ordering.WalkItem | None:
    order, sku = request.GET.get("order", ""), request.GET.get("sku", "")
    return next((item for item in seen.items if str(item.order_id) == order and item.sku == sku), None)


def _scanned(request: HttpRequest, item: ordering.WalkItem, worker: Worker) -> InHand:
    code = request.GET.get("code", "")[:200].strip(" ")
    if not code:
        return InHand()
    try:
        goods = ordering.check_goods(order_id=item.order_id, sku=item.sku, code=code, by=worker.by, now=clock.now())
    except DomainError as error:
        return InHand(code, error=said(error))
    return InHand(code, goods)


def _after(seen: ordering.Walk, item: ordering.WalkItem | None) -> list[ordering.WalkItem]:
    return [one for one in seen.items if one.state is ordering.ItemState.OPEN and one != item][:_NEXT]


def _orders(seen: ordering.Walk) -> list[dict[str, Any]]:
    """The orders of the wave and how far each is."""
    return [
        {
            "order": order,
            "items": len(items),
            "done": sum(item.state is ordering.ItemState.DONE for item in items),
            "ready": bool(items) and all(item.state is ordering.ItemState.DONE for item in items),
        }
        for order in seen.wave.orders
        if (items := seen.of_order(order.order_id))
    ]


def _window(seen: ordering.Walk, item: ordering.WalkItem | None) -> str:
    order = next((one for one in seen.wave.orders if item is None or one.order_id == item.order_id), None)
    if order is None:
        return ""
    starts, ends = (moment.astimezone(ZoneInfo(order.zone)) for moment in (order.slot_starts_at, order.slot_ends_at))
    return f"{starts:%H:%M}–{ends:%H:%M}"


route("pick/", walk, name="ordering_pick")
route("pick/<uuid:order>/<str:sku>/put/", require_POST(put), name="ordering_pick_put")
route("pick/<uuid:order>/<str:sku>/take-out/", require_POST(take_out), name="ordering_pick_take_out")
route("pick/<uuid:wave>/undo/", require_POST(undo), name="ordering_pick_undo")
