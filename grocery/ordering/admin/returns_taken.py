"""Goods that are not wanted: noted at the door, entered for a customer, and received in the store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from grocery.kernel import clock
from grocery.kernel.errors import DomainError
from grocery.kernel.quantity import plain
from grocery.kernel.reader import language
from grocery.ordering import public as ordering
from grocery.ordering.admin.desk import SUPPORTERS
from grocery.ordering.admin.picking import as_key
from grocery.ordering.admin.returns import RETURNERS, Line, Row, lines_of, zone_of
from grocery.ordering.admin.wording import amount, grams, small_unit
from grocery.ordering.admin.work import Worker, page, route, said, task
from grocery.ordering.models import RETURN_REASONS, Order
from grocery.ordering.public import GoodsFate, Returnable, ReturnReason, UnwantedLine


@dataclass(frozen=True, slots=True)
class Offered:
    """A line of which something may be given back; `chosen` is what was sent before it was refused."""

    line: Returnable
    chosen: str
    part: str
    reason: str
    note: str

    @property
    def name(self) -> str:
        return self.line.name(language())

    @property
    def left(self) -> str:
        return amount(self.line.left, self.line.unit)

    @property
    def amounts(self) -> list[tuple[str, str]]:
        return [(plain(one), amount(one, self.line.unit)) for one in self.line.amounts]

    @property
    def small_unit(self) -> str:
        return small_unit(self.line.unit)

    @property
    def most(self) -> int:
        """All that is left, in the unit in which a part is typed."""
        return grams(self.line.left)


type Take = Callable[[UUID, list[UnwantedLine], Worker, str], object]


def _asks(request: HttpRequest, worker: Worker, order: UUID, take: Take, words: dict[str, Any]) -> HttpResponse:
    """Ask what is not wanted and why; do it once for each key."""
    found = ordering.order(order_id=order, store_id=worker.by.store_id)
    lines = ordering.returnable(order_id=order, by=worker.by, now=clock.now())
    if request.method == "POST":
        try:
            unwanted = ordering.unwanted_as_typed(request.POST, [line.sku for line in lines])
            take(order, unwanted, worker, request.POST.get("key", "")[:64])
        except DomainError as error:
            messages.error(request, said(error))
        else:
            messages.success(request, words["done"])
            return redirect("admin:ordering_returns")
    return page(
        request,
        worker,
        "ordering/returns/unwanted.html",
        back=reverse("admin:ordering_order_change", args=[order]),
        order=found,
        lines=[_offered(request, line) for line in lines if line.left],
        reasons=RETURN_REASONS,
        **words,
    )


def _offered(request: HttpRequest, line: Returnable) -> Offered:
    default = ReturnReason.WRONG_SUBSTITUTE if line.stands_in else ReturnReason.NOT_AS_ORDERED
    sent = request.POST
    return Offered(
        line,
        sent.get(f"quantity-{line.sku}", "0"),
        sent.get(f"part-{line.sku}", ""),
        sent.get(f"reason-{line.sku}", default.value),
        sent.get(f"note-{line.sku}", ""),
    )


@task(RETURNERS)
def at_door(request: HttpRequest, worker: Worker, order: UUID) -> HttpResponse:
    """What the customer does not take."""

    def take(order_id: UUID, lines: list[UnwantedLine], worker: Worker, key: str) -> object:
        return ordering.reject_at_door(order_id=order_id, unwanted=lines, by=worker.by, now=clock.now(), key=key)

    words = {
        "title": _("Refused at the door"),
        "about": _("Less is collected, or goes back to the card. The goods come back to the store."),
        "button": _("Not taken"),
        "done": _("Noted. What is not taken is not paid for."),
    }
    return _asks(request, worker, order, take, words)


@task(SUPPORTERS)
def for_customer(request: HttpRequest, worker: Worker, order: UUID) -> HttpResponse:
    """A return that a customer asked for on the phone; it is decided next."""

    def take(order_id: UUID, lines: list[UnwantedLine], worker: Worker, key: str) -> object:
        return ordering.ask_return(order_id=order_id, unwanted=lines, by=worker.by, now=clock.now(), key=key)

    words = {
        "title": _("Enter a return"),
        "about": _("For a customer who called. Decide it in the queue afterwards."),
        "button": _("Enter"),
        "done": _("Entered. It waits to be decided."),
    }
    return _asks(request, worker, order, take, words)


@task(RETURNERS)
def goods(request: HttpRequest, worker: Worker, found: UUID) -> HttpResponse:
    """What is in the store again: on the shelf, or away."""
    work = ordering.return_work(return_id=found, store_id=worker.by.store_id)
    lines = [line for line in lines_of(work) if line.coming]
    if not lines or (request.method == "POST" and _received(request, worker, found, lines)):
        return redirect("admin:ordering_returns")
    return page(
        request,
        worker,
        "ordering/returns/goods.html",
        title=_("Goods of %(number)s") % {"number": work.seen.number},
        back=reverse("admin:ordering_returns"),
        row=Row(work.seen, zone_of(worker)),
        lines=lines,
    )


def _received(request: HttpRequest, worker: Worker, found: UUID, lines: list[Line]) -> bool:
    fates, lots = {}, {}
    for line in lines:
        fate, __, lot = request.POST.get(f"answer-{line.line.sku}", "").partition(":")
        if fate in GoodsFate and fate != GoodsFate.COMING:
            fates[line.line.sku] = GoodsFate(fate)
            if lot:
                lots[line.line.sku] = as_key(lot)
    try:
        ordering.receive_returned(return_id=found, fates=fates, lots=lots, by=worker.by, now=clock.now())
    except DomainError as error:
        messages.error(request, said(error))
        return False
    messages.success(request, _("The goods are booked."))
    return True


def ways_back(order: Order) -> list[tuple[str, str]]:
    """What can be done on an order's page about goods that come back: words and address."""
    state, pickup = ordering.OrderState(order.state), order.mode == "pickup"
    ways = []
    if state is ordering.OrderState.OUT_FOR_DELIVERY or (pickup and state is ordering.OrderState.PACKED):
        ways.append((_("Refused at the door"), "admin:ordering_refused"))
        ways.append((_("Not delivered"), "admin:ordering_came_back"))
    elif state is ordering.OrderState.UNDELIVERED:
        ways.append((_("How does it go on?"), "admin:ordering_came_back"))
    elif state is ordering.OrderState.DELIVERED:
        ways.append((_("Enter a return"), "admin:ordering_return_enter"))
        ways.append((_("Refund"), "admin:ordering_refund"))
    return [(words, reverse(name, args=[order.pk])) for words, name in ways]


route("orders/<uuid:order>/refused/", at_door, name="ordering_refused")
route("orders/<uuid:order>/return/", for_customer, name="ordering_return_enter")
route("returns/<uuid:found>/goods/", goods, name="ordering_return_goods")
