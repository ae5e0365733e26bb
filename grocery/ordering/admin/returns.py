"""What comes back, at the order desk: a queue, and a page on which each line of a request is decided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from grocery.catalog import public as catalog
from grocery.kernel import clock, phones
from grocery.kernel.errors import DomainError
from grocery.kernel.reader import language
from grocery.kernel.tiles import Tile, tile
from grocery.ordering import public as ordering
from grocery.ordering.admin.desk import DISPATCHERS, SUPPORTERS
from grocery.ordering.admin.picking import as_key
from grocery.ordering.admin.wording import amount, day
from grocery.ordering.admin.work import Worker, page, route, said, task
from grocery.ordering.models import FATES, RETURN_REASONS, RETURN_STATES
from grocery.ordering.public import GoodsFate, LineDecision, ReturnLineView, ReturnState, ReturnView

#: Who sees what comes back and takes it in.
RETURNERS: Final = DISPATCHERS | SUPPORTERS
_REASONS: Final = dict(RETURN_REASONS)
_STATES: Final = dict(RETURN_STATES)
_FATES: Final = dict(FATES)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a return as staff read it; `may_be_sold`: whether the shelf is offered, `lots` of which."""

    line: ReturnLineView
    may_be_sold: bool = False
    lots: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        return self.line.name(language())

    @property
    def quantity(self) -> str:
        """How much of it; "" for money without goods."""
        return amount(self.line.quantity, self.line.unit) if self.line.quantity else ""

    @property
    def reason(self) -> Any:
        return _REASONS[self.line.reason.value]

    @property
    def fate(self) -> Any:
        return _FATES[self.line.fate.value]

    @property
    def coming(self) -> bool:
        return bool(self.line.accepted) and self.line.fate is GoodsFate.COMING

    @property
    def missing(self) -> bool:
        return self.line.reason is ordering.ReturnReason.MISSING


@dataclass(frozen=True, slots=True)
class Row:
    """A return in the queue."""

    seen: ReturnView
    zone: ZoneInfo

    @property
    def lines(self) -> list[Line]:
        return [Line(line) for line in self.seen.lines]

    @property
    def asked(self) -> str:
        return f"{self.seen.asked_at.astimezone(self.zone):%d/%m %H:%M}"

    @property
    def decided(self) -> str:
        return f"{self.seen.decided_at.astimezone(self.zone):%d/%m %H:%M}" if self.seen.decided_at else ""

    @property
    def until(self) -> str:
        return f"{self.seen.undo_until.astimezone(self.zone):%H:%M}" if self.seen.undo_until else ""


@task(RETURNERS)
def queue(request: HttpRequest, worker: Worker) -> HttpResponse:
    """All that waits for somebody, and what may still be undone."""
    found, zone = ordering.return_queues(store_id=worker.store), zone_of(worker)
    return page(
        request,
        worker,
        "ordering/returns/queue.html",
        title=_("Returns"),
        back=reverse("admin:inventory_work"),
        undelivered=[
            (one, phones.spoken(one.phone), f"{one.since.astimezone(zone):%d/%m %H:%M}") for one in found.undelivered
        ],
        requested=rows(found.requested, zone),
        coming=rows(found.coming, zone),
        decided=rows(found.decided, zone),
        eyes=rows(found.waiting_for_eyes, zone),
        may_decide=not worker.roles.isdisjoint(SUPPORTERS),
    )


def rows(found: Iterable[ReturnView], zone: ZoneInfo) -> list[Row]:
    return [Row(one, zone) for one in found]


def zone_of(worker: Worker) -> ZoneInfo:
    """The clock of the store."""
    return ZoneInfo(catalog.store(store_id=catalog.StoreId(worker.store)).zone)


@task(SUPPORTERS)
def decide(request: HttpRequest, worker: Worker, found: UUID) -> HttpResponse:
    """Each line: accepted or not, why not, and where the goods go."""
    seen = ordering.return_work(return_id=found, store_id=worker.by.store_id)
    if seen.seen.state is not ReturnState.REQUESTED:
        messages.warning(request, _("This return is %(state)s already.") % {"state": _STATES[seen.seen.state.value]})
        return redirect("admin:ordering_returns")
    if request.method == "POST" and _decided(request, worker, seen.seen):
        return redirect("admin:ordering_returns")
    return page(
        request,
        worker,
        "ordering/returns/decide.html",
        title=_("Return of %(number)s") % {"number": seen.seen.number},
        back=reverse("admin:ordering_returns"),
        row=Row(seen.seen, zone_of(worker)),
        lines=lines_of(seen),
    )


def lines_of(work: ordering.ReturnWork) -> list[Line]:
    """The lines with the lots that they may go back to."""
    return [
        Line(
            line,
            line.sku in work.shelf,
            tuple((str(lot.lot_id), _lot(lot)) for lot in work.lots if lot.sku == line.sku),
        )
        for line in work.seen.lines
    ]


def _lot(lot: ordering.ShelfLot) -> str:
    keeps = _("best before %(day)s") % {"day": day(lot.expires_on)} if lot.expires_on else _("no date")
    return f"{lot.lot_code} · {keeps}" if lot.lot_code else keeps


def _decided(request: HttpRequest, worker: Worker, seen: ReturnView) -> bool:
    try:
        ordering.decide_return(
            return_id=seen.id,
            decisions=[_decision(request, line.sku) for line in seen.lines],
            by=worker.by,
            now=clock.now(),
        )
    except DomainError as error:
        messages.error(request, said(error))
        return False
    messages.success(request, _("Decided. It can be undone until the money goes out."))
    return True


def _decision(request: HttpRequest, sku: str) -> LineDecision:
    answer = request.POST.get(f"answer-{sku}", "")
    fate, __, lot = answer.partition(":")
    return LineDecision(
        sku,
        accepted=fate in _FATES,
        fate=GoodsFate(fate) if fate in _FATES else GoodsFate.KEPT,
        note=request.POST.get(f"note-{sku}", "")[:500].replace("\x00", "").strip(),
        lot_id=as_key(lot) if lot else None,
    )


@task(RETURNERS)
def undo(request: HttpRequest, worker: Worker, found: UUID) -> HttpResponse:
    """It was a slip."""
    seen = ordering.return_work(return_id=found, store_id=worker.by.store_id)
    try:
        ordering.undo_decision(return_id=seen.seen.id, by=worker.by, now=clock.now())
    except DomainError as error:
        messages.error(request, said(error))
    else:
        messages.success(request, _("Undone."))
    return redirect("admin:ordering_returns")


def _waiting(worker: Worker) -> object:
    return ordering.returns_waiting(store_id=worker.store) or ""


route("returns/", queue, name="ordering_returns")
route("returns/<uuid:found>/", decide, name="ordering_return")
route("returns/<uuid:found>/undo/", require_POST(undo), name="ordering_return_undo")
tile(
    Tile(
        "admin:ordering_returns",
        gettext_lazy("Returns"),
        "again",
        gettext_lazy("What was refused, returned or not delivered"),
        count=_waiting,
        roles=RETURNERS,
        rank=7,
    )
)
