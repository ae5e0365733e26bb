"""Waste: find the product, choose the lot, say why, take a photo; what was noted today can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from grocery.catalog import public as catalog
from grocery.inventory import public as inventory
from grocery.inventory.admin.finding import Found, find
from grocery.inventory.admin.task_forms import AmountField, LineField, TaskForm
from grocery.inventory.admin.wording import amount, amount_label, keeps, lot
from grocery.inventory.admin.work import Tile, Worker, page, route, said, task, tile
from grocery.inventory.models import Wastage, WasteReasons
from grocery.inventory.models.by_day import DatedLot, lots_named, lots_of
from grocery.kernel import clock
from grocery.kernel.errors import DomainError
from grocery.kernel.ids import new_id
from grocery.kernel.quantity import Quantity
from grocery.kernel.reader import language


class WasteForm(TaskForm):
    """How much of which lot, and why."""

    lot = forms.TypedChoiceField(label=gettext_lazy("lot"), coerce=UUID, widget=forms.RadioSelect)
    quantity = AmountField(label=gettext_lazy("quantity"))
    reason = forms.TypedChoiceField(
        label=gettext_lazy("reason"), coerce=inventory.WasteReason, choices=WasteReasons.choices
    )
    note = LineField(label=gettext_lazy("note"), max_length=180, required=False)
    photo = forms.FileField(
        label=gettext_lazy("photo"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp", "capture": "environment"}),
    )

    def __init__(self, request: HttpRequest, *, lots: Sequence[DatedLot], unit: catalog.Unit, chosen: str) -> None:
        first = chosen if chosen in {str(found.id) for found in lots} else str(lots[0].id) if lots else ""
        data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
        super().__init__(data, files, initial={"key": new_id(), "lot": first})
        field = cast("forms.ChoiceField", self.fields["lot"])
        field.choices = [(str(found.id), lot(found.lot_code, found.expires_on)) for found in lots]
        self.unit = unit
        self.fields["quantity"].label = amount_label(unit)


@dataclass(frozen=True, slots=True)
class Choice:
    """A lot to choose: what it is called, how long it keeps, how much of it there is."""

    id: str
    name: str
    keeps: str
    expired: bool
    on_hand: str
    free: str
    chosen: bool


@task()
def waste(request: HttpRequest, worker: Worker) -> HttpResponse:
    """Find, choose, say why."""
    asked = request.GET.copy()
    if (chosen := _lot(worker, asked.get("lot", ""))) is not None:
        asked["sku"] = chosen.sku
    looked = find(asked, location=worker.store)
    lots = lots_of(looked.product.sku, location=worker.store) if looked.product else []
    form = _form(request, looked, lots, chosen)
    if request.method == "POST" and form and form.is_valid() and _waste(request, worker, form):
        return redirect("admin:inventory_waste")
    return page(
        request,
        worker,
        "inventory/waste.html",
        title=_("Waste"),
        found=looked,
        code=looked.code,
        code_error=looked.error,
        product=looked.product,
        lots=_choices(lots, form, looked, worker),
        form=form,
        noted=_noted(worker),
    )


@task()
def undo(request: HttpRequest, worker: Worker, wastage: UUID) -> HttpResponse:
    """It was not thrown away after all."""
    _mine(worker, wastage)
    try:
        inventory.undo_waste(wastage=wastage, reason=_("waste taken back"), now=clock.now(), by=worker.id)
        messages.success(request, _("Taken back: the goods are in stock again."))
    except DomainError as error:
        messages.error(request, said(error))
    return redirect("admin:inventory_waste")


@task()
def photo(request: HttpRequest, worker: Worker, wastage: UUID) -> HttpResponseBase:  # noqa: ARG001 - a view
    """The photo of a wastage; for staff of its store alone."""
    _mine(worker, wastage)
    try:
        picture = inventory.waste_photo(wastage=wastage)
    except DomainError as error:
        raise Http404 from error
    answer = FileResponse(picture, content_type="image/jpeg")
    answer["Cache-Control"] = "private, max-age=3600"
    return answer


def _lot(worker: Worker, text: str) -> DatedLot | None:
    """The lot that a link names, if it is in the store where the worker is."""
    try:
        found = lots_named([UUID(text)]) if text else []
    except ValueError:
        return None
    return next((named for named in found if named.location == worker.store), None)


def _mine(worker: Worker, wastage: UUID) -> Wastage:
    found = Wastage.objects.named(wastage).first()
    if found is None or not worker.at_home(found.location):
        raise Http404
    return found


def _form(request: HttpRequest, looked: Found, lots: Sequence[DatedLot], chosen: DatedLot | None) -> WasteForm | None:
    if looked.product is None:
        return None
    scan = looked.recognised.scan if looked.recognised else None
    scanned = [found for found in lots if scan and scan.lot_code and found.lot_code == scan.lot_code]
    first = str(chosen.id) if chosen else str(scanned[0].id) if scanned else ""
    return WasteForm(request, lots=lots, unit=looked.product.unit, chosen=first)


def _choices(lots: Sequence[DatedLot], form: WasteForm | None, looked: Found, worker: Worker) -> list[Choice]:
    if form is None or looked.product is None:
        return []
    unit, today = looked.product.unit, _today(worker)
    return [
        Choice(
            id=str(found.id),
            name=lot(found.lot_code, found.expires_on),
            keeps=keeps(found.expires_on, today=today) if found.expires_on else "",
            expired=found.expires_on is not None and found.expires_on < today,
            on_hand=amount(found.on_hand, unit),
            free=amount(found.free, unit),
            chosen=str(found.id) == str(form["lot"].value()),
        )
        for found in lots
    ]


def _waste(request: HttpRequest, worker: Worker, form: WasteForm) -> bool:
    """Note it down. False: the form says why not."""
    answers, kept = form.cleaned_data, ""
    try:
        kept = inventory.keep_photo(photo=answers["photo"]) if answers["photo"] else ""
        line = inventory.NewWastage(
            id=answers["key"],
            lot_id=answers["lot"],
            quantity=Quantity(answers["quantity"]),
            reason=answers["reason"],
            note=answers["note"],
            photo=kept,
        )
        done = inventory.waste(location=worker.store, lines=[line], now=clock.now(), by=worker.id)
    except DomainError as error:
        inventory.drop_photo(photo=kept)
        form.refuse(error)
        return False
    if not done:
        inventory.drop_photo(photo=kept)  # sent twice: the first one's photo is kept
    messages.success(
        request, _("Noted: %(quantity)s thrown away.") % {"quantity": amount(answers["quantity"], form.unit)}
    )
    return True


def _noted(worker: Worker) -> list[dict[str, Any]]:
    """What was noted in the store today, the newest first."""
    zone = ZoneInfo(catalog.store(store_id=catalog.StoreId(worker.store)).zone)
    midnight = datetime.combine(_today(worker), time(), tzinfo=zone).astimezone(UTC)
    rows = list(Wastage.objects.at(worker.store).since(midnight).newest_first()[:50])
    products = catalog.products_on_sale(skus={catalog.Sku(row.sku) for row in rows})
    names = {str(sku): product.name(language()) for sku, product in products.items()}
    units = {str(sku): product.unit for sku, product in products.items()}
    return [
        {
            "id": row.id,
            "name": names.get(row.sku, row.sku),
            "quantity": amount(row.quantity, units.get(row.sku, catalog.Unit.PIECE)),
            "reason": row.get_reason_display(),
            "note": row.note,
            "lot": lot(row.lot.lot_code, row.lot.expires_on),
            "photo": bool(row.photo),
            "undone": row.undone_at is not None,
        }
        for row in rows
    ]


def _today(worker: Worker) -> date:
    return inventory.today(location=worker.store, now=clock.now())


tile(
    Tile(
        "admin:inventory_waste",
        gettext_lazy("Waste"),
        "bin",
        gettext_lazy("Throw goods away, with a reason and a photo"),
        rank=20,
    )
)
route("waste/", waste, name="inventory_waste")
route("waste/<uuid:wastage>/undo/", require_POST(undo), name="inventory_waste_undo")
route("waste/<uuid:wastage>/photo/", photo, name="inventory_waste_photo")
