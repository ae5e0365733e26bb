"""Moving goods to another store: what is to go is gathered lot by lot, sent, and received at the other end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from grocery.inventory import public as inventory
from grocery.inventory.admin.finding import Found, find, names_of
from grocery.inventory.admin.lists import store_names
from grocery.inventory.admin.task_forms import AmountField, LineField, TaskForm
from grocery.inventory.admin.wording import amount, lot
from grocery.inventory.admin.work import Tile, Worker, page, route, said, task, tile
from grocery.inventory.models import Transfer
from grocery.inventory.public import TransferState
from grocery.kernel import clock
from grocery.kernel.errors import DomainError, NotFound
from grocery.kernel.idempotency import fingerprint_of, once
from grocery.kernel.ids import new_id
from grocery.kernel.quantity import Quantity

_SHOWN = 20


class NewTransferForm(TaskForm):
    destination = forms.TypedChoiceField(label=gettext_lazy("to which store"), coerce=UUID)
    note = LineField(label=gettext_lazy("note"), max_length=200, required=False)

    def __init__(self, *args: Any, stores: dict[UUID, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["destination"]).choices = list(stores.items())


class LotsForm(TaskForm):
    """How much of each of a product's lots is to go."""

    def __init__(self, *args: Any, lots: list[inventory.LotLevel], **kwargs: Any) -> None:
        self.lots = lots
        super().__init__(*args, **kwargs)
        for number, one in enumerate(lots):
            free = _("%(amount)s free") % {"amount": amount(Decimal(one.on_hand - one.reserved))}
            label = lot(one.lot_code, one.expires_on)
            self.fields[f"lot-{number}"] = AmountField(label=label, required=False, help_text=free, least=Decimal(0))
            self.fields[f"lot-{number}"].widget.attrs["class"] = "input"

    def items(self, sku: str) -> list[inventory.TransferItem]:
        said = [(one, self.cleaned_data.get(f"lot-{number}")) for number, one in enumerate(self.lots)]
        return [inventory.TransferItem(sku, Quantity(n), one.lot_code, one.expires_on) for one, n in said if n]


class ArrivalForm(TaskForm):
    """What came of each line, and why that differs."""

    def __init__(self, *args: Any, lines: tuple[inventory.TransferLine, ...], **kwargs: Any) -> None:
        self.lines = lines
        super().__init__(*args, **kwargs)
        for line in lines:
            self.fields[f"came-{line.id}"] = AmountField(
                label=_("how much came"), least=Decimal(0), initial=line.quantity
            )
            self.fields[f"why-{line.id}"] = LineField(
                label=_("reason, if it differs"), max_length=200, required=False
            )
        for field in self.fields.values():
            field.widget.attrs.setdefault("class", "input")

    def arrivals(self) -> list[inventory.Arrival]:
        said = self.cleaned_data
        return [
            inventory.Arrival(line.id, Quantity(said[f"came-{line.id}"]), said[f"why-{line.id}"])
            for line in self.lines
        ]

    def rows(self, names: dict[str, str]) -> list[tuple[Entry, Any, Any]]:
        """Each line with its two fields."""
        return [(_entry(line, names), self[f"came-{line.id}"], self[f"why-{line.id}"]) for line in self.lines]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line, to be read."""

    id: UUID
    name: str
    lot: str
    expires_on: date | None
    sent: str
    received: str
    differs: bool
    reason: str


@task()
def transfers(request: HttpRequest, worker: Worker) -> HttpResponse:
    """What comes, what is to go, a form for another, and the last ones that are done."""
    others = {store: name for store, name in store_names().items() if store != worker.store}
    form = NewTransferForm(request.POST or None, initial={"key": new_id()}, stores=others)
    if request.method == "POST" and form.is_valid():
        try:
            return _once(request, worker, str(form.cleaned_data["key"]), lambda: _start(worker, form))
        except DomainError as error:
            form.refuse(error)
    here = Transfer.objects.touching(worker.store).with_size().newest_first()
    stores = store_names()
    return page(
        request,
        worker,
        "inventory/transfers.html",
        title=_("Move goods"),
        form=form if others else None,
        under_way=[_row(one, worker, stores) for one in here.under_way()[:_SHOWN]],
        done=[_row(one, worker, stores) for one in here.ended()[:_SHOWN]],
    )


@task()
def transfer(request: HttpRequest, worker: Worker, transfer: UUID) -> HttpResponse:
    """Gather and send it here, or receive it there."""
    found = _mine(worker, transfer)
    if found.state == TransferState.DRAFT and worker.at_home(found.source):
        return _gather(request, worker, found)
    if found.state == TransferState.SENT and worker.at_home(found.destination):
        return _receive(request, worker, found)
    return _show(request, worker, found)


@task()
def send(request: HttpRequest, worker: Worker, transfer: UUID) -> HttpResponse:
    """The goods leave."""
    found = _mine(worker, transfer, at="source")
    try:
        inventory.send_transfer(transfer=found.id, now=clock.now(), by=worker.id)
        messages.success(request, _("Sent: the goods are on their way."))
    except DomainError as error:
        messages.error(request, said(error))
        return redirect("admin:inventory_transfer", found.id)
    return redirect("admin:inventory_transfers")


@task()
def cancel(request: HttpRequest, worker: Worker, transfer: UUID) -> HttpResponse:
    """It does not happen; what has left is back."""
    found = _mine(worker, transfer, at="source")
    try:
        inventory.cancel_transfer(transfer=found.id, now=clock.now(), by=worker.id)
        messages.success(request, _("Cancelled: the goods are where they were."))
    except DomainError as error:
        messages.error(request, said(error))
    return redirect("admin:inventory_transfers")


@task()
def take_off(request: HttpRequest, worker: Worker, transfer: UUID, line: UUID) -> HttpResponse:
    """That lot stays."""
    found = _mine(worker, transfer, at="source")
    try:
        inventory.take_off_transfer(transfer=found.id, line=line)
    except DomainError as error:
        messages.error(request, said(error))
    return redirect("admin:inventory_transfer", found.id)


def _start(worker: Worker, form: NewTransferForm) -> HttpResponse:
    made = inventory.start_transfer(
        source=worker.store,
        destination=form.cleaned_data["destination"],
        items=[],
        now=clock.now(),
        by=worker.id,
        note=form.cleaned_data["note"],
    )
    return redirect("admin:inventory_transfer", made.id)


def _gather(request: HttpRequest, worker: Worker, found: inventory.Transfer) -> HttpResponse:
    looked = find(request.GET, location=found.source)
    form = _lots_form(request, looked, found)
    if request.method == "POST" and form and looked.product and form.is_valid():
        sku, key = looked.product.sku, str(form.cleaned_data["key"])
        try:
            return _once(request, worker, key, lambda: _add(found, form.items(sku)))
        except DomainError as error:
            form.refuse(error)
    return _show(
        request,
        worker,
        found,
        found=looked,
        code=looked.code,
        code_error=looked.error,
        product=looked.product,
        form=form,
    )


def _lots_form(request: HttpRequest, looked: Found, found: inventory.Transfer) -> LotsForm | None:
    if looked.product is None:
        return None
    levels = inventory.stock(sku=looked.product.sku, now=clock.now())
    lots = [lot for level in levels if level.location == found.source for lot in level.lots if lot.on_hand > 0]
    return LotsForm(request.POST or None, initial={"key": new_id()}, lots=lots)


def _add(found: inventory.Transfer, items: list[inventory.TransferItem]) -> HttpResponse:
    inventory.add_to_transfer(transfer=found.id, items=items, now=clock.now())
    return redirect("admin:inventory_transfer", found.id)


def _receive(request: HttpRequest, worker: Worker, found: inventory.Transfer) -> HttpResponse:
    form = ArrivalForm(request.POST or None, initial={"key": new_id()}, lines=found.lines)
    if request.method == "POST" and form.is_valid():
        try:
            inventory.receive_transfer(transfer=found.id, arrivals=form.arrivals(), now=clock.now(), by=worker.id)
            messages.success(request, _("Received: the goods are in stock here."))
            return redirect("admin:inventory_transfers")
        except DomainError as error:
            form.refuse(error)
    names = names_of(line.sku for line in found.lines)
    return _show(request, worker, found, arrival=form, rows=form.rows(names))


def _show(request: HttpRequest, worker: Worker, transfer: inventory.Transfer, **more: Any) -> HttpResponse:
    names, stores = names_of(line.sku for line in transfer.lines), store_names()
    return page(
        request,
        worker,
        "inventory/transfer.html",
        title=_("To %(store)s") % {"store": stores.get(transfer.destination, "–")},
        back=reverse("admin:inventory_transfers"),
        transfer=transfer,
        state=_STATES[transfer.state],
        source=stores.get(transfer.source, "–"),
        sends=worker.at_home(transfer.source),
        entries=[_entry(line, names) for line in transfer.lines],
        **more,
    )


def _mine(worker: Worker, transfer: UUID, *, at: str = "") -> inventory.Transfer:
    """The transfer, if it leaves from or goes to a store of the worker's (or, `at` its source); 404 otherwise."""
    try:
        found = inventory.transfer(transfer=transfer)
    except NotFound:
        raise Http404 from None
    ends = {found.source} if at == "source" else {found.source, found.destination}
    if not any(worker.at_home(end) for end in ends):
        raise Http404
    return found


def _once(request: HttpRequest, worker: Worker, key: str, run: Any) -> HttpResponse:
    """A form that is sent twice is done once."""
    asked = sorted((name, value) for name, value in request.POST.items() if name != "csrfmiddlewaretoken")
    return once(scope=f"staff:{worker.id} {request.path}", key=key, fingerprint=fingerprint_of(repr(asked)), run=run)


def _entry(line: inventory.TransferLine, names: dict[str, str]) -> Entry:
    return Entry(
        id=line.id,
        name=names.get(line.sku, line.sku),
        lot=lot(line.lot_code, line.expires_on),
        expires_on=line.expires_on,
        sent=amount(line.quantity),
        received="" if line.received is None else amount(line.received),
        differs=line.received is not None and line.received != line.quantity,
        reason=line.reason,
    )


def _row(one: Any, worker: Worker, stores: dict[UUID, str]) -> dict[str, Any]:
    comes = one.destination == worker.store
    other = stores.get(one.source if comes else one.destination, "–")
    return {
        "id": one.id,
        "title": (_("From %(store)s") if comes else _("To %(store)s")) % {"store": other},
        "size": one.size,
        "note": one.note,
        "state": _STATES[TransferState(one.state)],
        "acts": one.state == (TransferState.SENT if comes else TransferState.DRAFT),
    }


_STATES = {
    TransferState.DRAFT: gettext_lazy("draft"),
    TransferState.SENT: gettext_lazy("on its way"),
    TransferState.RECEIVED: gettext_lazy("received"),
    TransferState.CANCELLED: gettext_lazy("cancelled"),
}


def _waiting(worker: Worker) -> object:
    return Transfer.objects.coming_to(worker.store).count() or ""


tile(
    Tile(
        "admin:inventory_transfers",
        gettext_lazy("Move goods"),
        "swap",
        gettext_lazy("Send to another store, receive from one"),
        count=_waiting,
    )
)
route("transfers/", transfers, name="inventory_transfers")
route("transfers/<uuid:transfer>/", transfer, name="inventory_transfer")
route("transfers/<uuid:transfer>/send/", require_POST(send), name="inventory_transfer_send")
route("transfers/<uuid:transfer>/cancel/", require_POST(cancel), name="inventory_transfer_cancel")
route("transfers/<uuid:transfer>/lines/<uuid:line>/off/", require_POST(take_off), name="inventory_transfer_line_off")
