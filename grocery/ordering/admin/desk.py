"""The order desk: find, filter, and act on many at once, with what became of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from grocery.catalog import public as catalog
from grocery.kernel import clock, phones
from grocery.kernel.errors import DomainError
from grocery.kernel.tiles import Tile, tile
from grocery.ordering import public as ordering
from grocery.ordering.admin.picking import as_key
from grocery.ordering.admin.work import DESK, PICKERS, Worker, page, route, said, task
from grocery.ordering.models import METHODS, MOTIVES, Order

_SHOWN: Final = 50
#: The most that is done at once.
_MOST: Final = 100
DISPATCHERS: Final = PICKERS | {"dispatcher"}
SUPPORTERS: Final = frozenset({"support", "manager", "admin"})
_STATES: Final = dict(Order._meta.get_field("state").flatchoices)


@dataclass(frozen=True, slots=True)
class Row:
    """One order as the desk says it."""

    row: ordering.DeskRow

    @property
    def state(self) -> Any:
        return _STATES[self.row.state.value]

    @property
    def method(self) -> Any:
        return METHODS[self.row.method]

    @property
    def window(self) -> str:
        return _window(self.row)

    @property
    def phone(self) -> str:
        return phones.spoken(self.row.phone)


@dataclass(slots=True)
class Slot:
    """One slot with its orders by state."""

    value: str
    window: str
    states: list[tuple[Any, int]]


@task(DESK)
def desk(request: HttpRequest, worker: Worker) -> HttpResponse:
    """Today's figures, the slots, and the orders that were looked for."""
    now = clock.now()
    offset = _number(request.GET.get("from", ""))
    seen = ordering.order_desk(
        store_id=worker.store, wanted=_wanted(request.GET), limit=_SHOWN, offset=offset, now=now
    )
    asked = {name: request.GET.get(name, "") for name in ("q", "state", "slot", "method", "late", "asked", "short")}
    words = dict(MOTIVES)
    further = urlencode({**asked, "from": offset + _SHOWN}) if seen.total > offset + _SHOWN else ""
    return page(
        request,
        worker,
        "ordering/desk/desk.html",
        title=_("Order desk"),
        back=reverse("admin:index"),
        rows=[Row(row) for row in seen.rows],
        total=seen.total,
        asked=asked,
        further=further,
        slots=_slots(seen.counts),
        states=[(value, text) for value, text in _STATES.items()],
        methods=list(METHODS.items()),
        flags=[("late", _("late")), ("asked", _("question open")), ("short", _("short"))],
        figures=_figures(worker, now),
        motives=[(motive.value, words[motive.value]) for motive in ordering.motives(by=worker.by)],
        may={
            "wave": not worker.roles.isdisjoint(PICKERS),
            "dispatch": not worker.roles.isdisjoint(DISPATCHERS),
            "cancel": not worker.roles.isdisjoint(SUPPORTERS),
        },
    )


@task(DESK)
def act(request: HttpRequest, worker: Worker) -> HttpResponse:
    """Do one thing with all that is ticked; each order by itself, so that one refusal stops no other."""
    orders = [as_key(order) for order in request.POST.getlist("order")[:_MOST]]
    what = request.POST.get("do", "")
    if not orders:
        messages.error(request, _("Tick some orders first."))
    elif what == "labels":
        return redirect(f"{reverse('admin:ordering_labels')}?{urlencode([('order', order) for order in orders])}")
    elif what == "wave":
        return _wave(request, worker, orders)
    elif what == "dispatch":
        _allowed(worker, DISPATCHERS)
        _each(request, orders, lambda order: ordering.dispatch(order_id=order, by=worker.by, now=clock.now()))
    elif what == "cancel":
        _allowed(worker, SUPPORTERS)
        _each(request, orders, _cancelling(request.POST, worker))
    return redirect(f"{reverse('admin:ordering_desk')}?{request.POST.get('back', '')[:500]}")


def _wave(request: HttpRequest, worker: Worker, orders: list[UUID]) -> HttpResponse:
    _allowed(worker, PICKERS)
    try:
        ordering.take_wave(store_id=worker.store, order_ids=orders, by=worker.by, now=clock.now())
    except DomainError as error:
        messages.error(request, said(error))
        return redirect("admin:ordering_desk")
    return redirect("admin:ordering_pick")


def _cancelling(answers: QueryDict, worker: Worker) -> Callable[[UUID], None]:
    known = {motive.value: motive for motive in ordering.motives(by=worker.by)}
    motive = known.get(answers.get("motive", ""), ordering.CancelMotive.UNSAID)
    reason = answers.get("reason", "")[:1000].strip()

    def cancel(order: UUID) -> None:
        ordering.cancel(order_id=order, by=worker.by, now=clock.now(), reason=reason, motive=motive)

    return cancel


def _each(request: HttpRequest, orders: list[UUID], do: Callable[[UUID], None]) -> None:
    """Do it with each; say how many it went well with, and why not with the others."""
    refused = []
    for order in orders:
        try:
            do(order)
        except DomainError as error:
            refused.append(said(error))
    if done := len(orders) - len(refused):
        messages.success(request, ngettext("%(done)d order done.", "%(done)d orders done.", done) % {"done": done})
    for why in refused:
        messages.error(request, _("Refused: %(why)s") % {"why": why})


def _allowed(worker: Worker, roles: frozenset[str]) -> None:
    if worker.roles.isdisjoint(roles):
        raise PermissionDenied


def _wanted(asked: QueryDict) -> ordering.DeskFilter:
    state = asked.get("state", "")
    slot = parse_datetime(asked.get("slot", "")[:40]) if asked.get("slot") else None
    return ordering.DeskFilter(
        words=asked.get("q", "")[:100].replace("\x00", "").strip(),
        state=ordering.OrderState(state) if state in _STATES else None,
        slot_starts_at=slot if slot and slot.tzinfo else None,
        method=asked.get("method", "") if asked.get("method") in METHODS else "",
        late=bool(asked.get("late")),
        asked=bool(asked.get("asked")),
        short=bool(asked.get("short")),
    )


def _slots(counts: tuple[ordering.SlotCount, ...]) -> list[Slot]:
    slots: dict[datetime, Slot] = {}
    for count in counts:
        slot = slots.setdefault(
            count.slot_starts_at, Slot(count.slot_starts_at.isoformat().replace("+00:00", "Z"), _window(count), [])
        )
        slot.states.append((_STATES[count.state.value], count.orders))
    return list(slots.values())


def _figures(worker: Worker, now: datetime) -> list[tuple[str, str]]:
    """How the day goes, on the store's clock."""
    zone = ZoneInfo(catalog.store(store_id=catalog.StoreId(worker.store)).zone)
    since = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    seen = ordering.day_figures(store_id=worker.store, since=since, now=now)
    rate = {_("found"): seen.found, _("substituted"): seen.substituted, _("on time"): seen.on_time}
    hourly = str(seen.lines_per_hour) if seen.lines_per_hour is not None else "–"
    return [
        (str(seen.sealed), _("packed today")),
        (hourly, _("lines per hour")),
        *((f"{value:.0%}" if value is not None else "–", name) for name, value in rate.items()),
    ]


def _window(of: ordering.DeskRow | ordering.SlotCount) -> str:
    """`20/11 16:00–18:00` on the store's clock."""
    zone = ZoneInfo(of.zone)
    return f"{of.slot_starts_at.astimezone(zone):%d/%m %H:%M}–{of.slot_ends_at.astimezone(zone):%H:%M}"


def _number(text: str) -> int:
    return min(int(text), 1_000_000) if text.isascii() and text.isdecimal() and len(text) < 8 else 0


route("desk/", desk, name="ordering_desk")
route("desk/act/", require_POST(act), name="ordering_desk_act")
tile(
    Tile(
        "admin:ordering_desk",
        gettext_lazy("Order desk"),
        "search",
        gettext_lazy("Find orders, print, send off, cancel"),
        roles=DESK,
        rank=6,
    )
)
