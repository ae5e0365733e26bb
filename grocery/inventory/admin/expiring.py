"""What expires soon in the store, day by day: mark it down, move it to another store, throw it away."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from typing import Any, Final
from uuid import UUID, uuid5

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from grocery.catalog import public as catalog
from grocery.inventory import public as inventory
from grocery.inventory.admin.lists import store_names
from grocery.inventory.admin.wording import amount, day, keeps, lot
from grocery.inventory.admin.work import Tile, Worker, page, route, said, task, tile
from grocery.inventory.models import Markdown
from grocery.inventory.models.by_day import DatedLot, lots_named, lots_until
from grocery.kernel import clock
from grocery.kernel.errors import DomainError
from grocery.kernel.money import Money
from grocery.kernel.quantity import Quantity, plain
from grocery.kernel.reader import language

#: How many days ahead one may look, and how far one does when nothing is said.
DAYS: Final = (1, 3, 7, 14)
USUALLY: Final = 3
#: On one page; the file has them all.
SHOWN: Final = 300
PERCENTS: Final = (10, 20, 30, 40, 50, 70)


@dataclass(frozen=True, slots=True)
class Row:
    """A lot, and what it is worth at today's price."""

    lot: DatedLot
    name: str
    unit: catalog.Unit
    value: Money | None
    percent: int | None

    @property
    def lot_name(self) -> str:
        return lot(self.lot.lot_code, None) if self.lot.lot_code else ""

    @property
    def on_hand(self) -> str:
        return amount(self.lot.on_hand, self.unit)

    @property
    def reserved(self) -> str:
        return amount(self.lot.reserved, self.unit) if self.lot.reserved else ""


@dataclass(frozen=True, slots=True)
class Group:
    """The lots of one day."""

    expires_on: date
    keeps: str
    expired: bool
    rows: list[Row] = field(default_factory=list)

    @property
    def day(self) -> str:
        return day(self.expires_on)

    @property
    def value(self) -> Money:
        return sum((row.value for row in self.rows if row.value), Money(0))


@task()
def expiring(request: HttpRequest, worker: Worker) -> HttpResponse:
    """Look, choose, act."""
    today = inventory.today(location=worker.store, now=clock.now())
    ahead = _ahead(request)
    if request.method == "POST":
        draft = _act(request, worker)
        here = f"{reverse('admin:inventory_expiring')}?days={ahead}"
        return redirect("admin:inventory_transfer", draft) if draft else redirect(here)
    until = today + timedelta(days=ahead)
    if request.GET.get("format") == "csv":
        return _file(_rows(lots_until(until, location=worker.store)), worker, today)
    rows = _rows(lots_until(until, location=worker.store, limit=SHOWN))
    return page(
        request,
        worker,
        "inventory/expiring.html",
        title=_("Expiring"),
        groups=_groups(rows, today=today),
        value=sum((row.value for row in rows if row.value), Money(0)),
        size=len(rows),
        full=len(rows) == SHOWN,
        ahead=ahead,
        choices=DAYS,
        percents=PERCENTS,
        others={store: name for store, name in store_names().items() if store != worker.store},
    )


def _ahead(request: HttpRequest) -> int:
    asked = request.GET.get("days", "")
    return int(asked) if asked in {str(days) for days in DAYS} else USUALLY


def _rows(lots: Sequence[DatedLot]) -> list[Row]:
    products = catalog.products_on_sale(skus={catalog.Sku(found.sku) for found in lots})
    percents = Markdown.objects.percents(found.id for found in lots)
    rows = []
    for found in lots:
        product = products.get(catalog.Sku(found.sku))
        rows.append(
            Row(
                lot=found,
                name=product.name(language()) if product else found.sku,
                unit=product.unit if product else catalog.Unit.PIECE,
                value=product.price * found.on_hand if product else None,
                percent=percents.get(found.id),
            )
        )
    return rows


def _groups(rows: Sequence[Row], *, today: date) -> list[Group]:
    groups = []
    for expires_on, of_day in groupby(rows, key=lambda row: row.lot.expires_on or date.max):
        groups.append(Group(expires_on, keeps(expires_on, today=today), expires_on < today, list(of_day)))
    return groups


# --- doing something about it -------------------------------------------------------------------------------------


def _act(request: HttpRequest, worker: Worker) -> UUID | None:
    """Do to the chosen lots what the pressed button says, and say what came of it; a transfer, if one was drafted."""
    chosen = [UUID(text) for text in request.POST.getlist("lot") if _is_id(text)]
    pressed = request.POST.get("action", "")
    if not chosen or pressed not in {*ACTIONS, "move"}:
        messages.warning(request, _("Choose some lots first."))
        return None
    try:
        if pressed == "move":
            return _move(request, worker, chosen)
        messages.success(request, ACTIONS[pressed](request, worker, chosen))
    except DomainError as error:
        messages.error(request, said(error))
    return None


def _mark_down(request: HttpRequest, worker: Worker, chosen: list[UUID]) -> str:
    percent = request.POST.get("percent", "")
    number = inventory.mark_down(
        location=worker.store,
        lots=chosen,
        percent=int(percent) if percent.isascii() and percent.isdigit() else 0,
        now=clock.now(),
        by=worker.id,
    )
    return ngettext("%(number)d lot marked down.", "%(number)d lots marked down.", number) % {"number": number}


def _mark_up(request: HttpRequest, worker: Worker, chosen: list[UUID]) -> str:  # noqa: ARG001 - as the others
    number = inventory.end_markdowns(location=worker.store, lots=chosen, now=clock.now(), by=worker.id)
    return ngettext("%(number)d markdown ended.", "%(number)d markdowns ended.", number) % {"number": number}


def _waste(request: HttpRequest, worker: Worker, chosen: list[UUID]) -> str:
    key = request.POST.get("key", "")
    lines = [
        inventory.NewWastage(
            id=uuid5(lot_id, key), lot_id=lot_id, quantity=None, reason=inventory.WasteReason.EXPIRED
        )
        for lot_id in chosen
    ]
    number = inventory.waste(location=worker.store, lines=lines, now=clock.now(), by=worker.id)
    left = len(chosen) - number
    text = ngettext("%(number)d lot thrown away.", "%(number)d lots thrown away.", number) % {"number": number}
    return f"{text} {_left_out(left)}" if left else text


def _left_out(number: int) -> str:
    return ngettext(
        "%(number)d was left: all of it is reserved for customers.",
        "%(number)d were left: all of them are reserved for customers.",
        number,
    ) % {"number": number}


def _move(request: HttpRequest, worker: Worker, chosen: list[UUID]) -> UUID:
    """Draft a transfer of all that is free of them, to be looked at before it is sent."""
    there = {str(store): store for store in store_names()}.get(request.POST.get("store", ""), worker.store)
    items = [
        inventory.TransferItem(found.sku, Quantity(found.free), found.lot_code, found.expires_on)
        for found in lots_named(chosen)
        if found.location == worker.store and found.free > 0
    ]
    if not items:
        raise inventory.NothingFree
    draft = inventory.start_transfer(
        source=worker.store, destination=there, items=items, now=clock.now(), by=worker.id
    )
    return draft.id


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


ACTIONS: Final[dict[str, Callable[[HttpRequest, Worker, list[UUID]], str]]] = {
    "mark_down": _mark_down,
    "mark_up": _mark_up,
    "waste": _waste,
}


# --- the file -----------------------------------------------------------------------------------------------------


def _file(rows: Sequence[Row], worker: Worker, today: date) -> HttpResponse:
    """The same as a CSV file, with all that the page left out."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="expiring-{today}.csv"'
    answer.write("\N{BYTE ORDER MARK}")  # by which spreadsheets know Vietnamese
    columns = ["store", "sku", "name", "lot", "expires_on", "on_hand", "reserved", "unit", "value", "percent_off"]
    writer = csv.writer(answer)
    writer.writerow(columns)
    for row in rows:
        found = row.lot
        written: list[Any] = [
            worker.store_name,
            found.sku,
            row.name,
            found.lot_code,
            found.expires_on,
            plain(found.on_hand),
            plain(found.reserved),
            row.unit.value,
            row.value.minor if row.value else "",
            row.percent or "",
        ]
        writer.writerow([_harmless(cell) for cell in written])
    return answer


def _harmless(cell: Any) -> Any:
    """A text that a spreadsheet would take for a formula is marked as text."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in {"=", "+", "-", "@", "\t"} else cell


def _waiting(worker: Worker) -> object:
    today = inventory.today(location=worker.store, now=clock.now())
    return len(lots_until(today - timedelta(days=1), location=worker.store, limit=100)) or ""


tile(
    Tile(
        "admin:inventory_expiring",
        gettext_lazy("Expiring"),
        "clock",
        gettext_lazy("Mark down, move or throw away what will not keep"),
        count=_waiting,
        rank=60,
    )
)
route("expiring/", expiring, name="inventory_expiring")
