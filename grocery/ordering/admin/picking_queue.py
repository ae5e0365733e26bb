"""What waits to be picked, and who picks what: the page from which a walk begins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from grocery.accounts import public as accounts
from grocery.kernel import clock
from grocery.kernel.errors import DomainError, NotFound
from grocery.kernel.tiles import Tile, tile
from grocery.ordering import public as ordering
from grocery.ordering.admin.work import PICKERS, TaskView, Worker, page, route, said, task

_SHOWN = 100


@dataclass(frozen=True, slots=True)
class SlotOfQueue:
    """The waiting orders of one slot."""

    window: str
    day: str
    orders: list[QueuedOrder]


@dataclass(frozen=True, slots=True)
class QueuedOrder:
    id: UUID
    number: str
    lines: int
    start_by: str
    late: bool
    soon: bool
    begun: bool


@task()
def queue(request: HttpRequest, worker: Worker) -> HttpResponse:
    """Orders by slot, the next first; tick some, or take the next few."""
    now = clock.now()
    waiting = ordering.picking_queue(store_id=worker.store, now=now, limit=_SHOWN)
    waves = ordering.waves(store_id=worker.store)
    names = accounts.names(user_ids={wave.picker_id for wave in waves})
    return page(
        request,
        worker,
        "ordering/picking/queue.html",
        title=_("Pick orders"),
        slots=_by_slot(waiting),
        waiting=len(waiting),
        late=sum(order.urgency is ordering.Urgency.LATE for order in waiting),
        mine=next((wave for wave in waves if wave.picker_id == worker.id), None),
        others=[(wave, names.get(wave.picker_id, "–")) for wave in waves if wave.picker_id != worker.id],
    )


@task()
def take(request: HttpRequest, worker: Worker) -> HttpResponse:
    """Take what was ticked, or the next ones."""
    ticked = [UUID(order) for order in request.POST.getlist("order") if _is_id(order)]
    try:
        ordering.take_wave(store_id=worker.store, order_ids=ticked or None, by=worker.by, now=clock.now())
    except DomainError as error:
        messages.error(request, said(error))
        return redirect("admin:ordering_picking")
    return redirect("admin:ordering_pick")


def _step(move: Callable[..., None], done: Any, *, then: str) -> TaskView:
    """A button on a wave: one call, and what came of it."""

    @task()
    def view(request: HttpRequest, worker: Worker, wave: UUID) -> HttpResponse:
        try:
            move(wave_id=wave, by=worker.by, now=clock.now())
        except NotFound:
            messages.info(request, _("This wave is over."))
            return redirect("admin:ordering_picking")
        except DomainError as error:
            messages.error(request, said(error))
            return redirect("admin:ordering_picking")
        if done:
            messages.success(request, done)
        return redirect(then)

    return view


def _by_slot(waiting: tuple[ordering.WaitingOrder, ...]) -> list[SlotOfQueue]:
    slots: dict[tuple[datetime, datetime], SlotOfQueue] = {}
    for order in waiting:
        zone = ZoneInfo(order.zone)
        starts, ends = order.slot_starts_at.astimezone(zone), order.slot_ends_at.astimezone(zone)
        slot = slots.setdefault(
            (starts, ends), SlotOfQueue(window=f"{starts:%H:%M}–{ends:%H:%M}", day=f"{starts:%d/%m}", orders=[])
        )
        slot.orders.append(
            QueuedOrder(
                id=order.order_id,
                number=order.number,
                lines=order.lines,
                start_by=f"{order.start_by.astimezone(zone):%H:%M}",
                late=order.urgency is ordering.Urgency.LATE,
                soon=order.urgency is ordering.Urgency.SOON,
                begun=order.begun,
            )
        )
    return list(slots.values())


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _how_many(worker: Any) -> object:
    return len(ordering.picking_queue(store_id=worker.store, now=clock.now(), limit=_SHOWN)) or ""


pause = _step(ordering.pause_wave, gettext_lazy("Paused. Your orders stay yours."), then="admin:ordering_picking")
resume = _step(ordering.resume_wave, "", then="admin:ordering_pick")
give_back = _step(
    ordering.give_back, gettext_lazy("Given back. What is picked stays picked."), then="admin:ordering_picking"
)
take_over = _step(ordering.take_over, gettext_lazy("Taken over."), then="admin:ordering_pick")

route("picking/", queue, name="ordering_picking")
route("picking/take/", require_POST(take), name="ordering_picking_take")
for _name, _view in {"pause": pause, "resume": resume, "give-back": give_back, "take-over": take_over}.items():
    route(f"picking/<uuid:wave>/{_name}/", require_POST(_view), name=f"ordering_wave_{_name.replace('-', '_')}")
tile(
    Tile(
        "admin:ordering_picking",
        gettext_lazy("Pick orders"),
        "box",
        gettext_lazy("Fetch goods for the next slots"),
        _how_many,
        roles=PICKERS,
        rank=5,
    )
)
