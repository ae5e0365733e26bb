"""Receiving: receipts that are open, and the page on which goods are scanned into one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from grocery.catalog import public as catalog
from grocery.inventory import public as inventory
from grocery.inventory.admin.finding import Found, find
from grocery.inventory.admin.task_forms import AmountField, DayField, LineField, TaskForm
from grocery.inventory.admin.wording import amount, amount_label, lot
from grocery.inventory.admin.work import DECIDERS, Tile, Worker, page, route, said, task, tile
from grocery.inventory.models import GoodsReceipt, ReceiptLine, ReceiptState
from grocery.kernel import clock
from grocery.kernel.errors import DomainError
from grocery.kernel.ids import new_id
from grocery.kernel.quantity import Quantity
from grocery.kernel.reader import language

#: What lots may be called: GS1's own set of characters (7.11), which is all that a bar code can hold.
LOT = r"^[!%-?A-Z_a-z\"]{0,64}$"
_SHOWN = 20


class NewReceiptForm(TaskForm):
    supplier = LineField(label=gettext_lazy("supplier"), max_length=200)
    reference = LineField(
        label=gettext_lazy("delivery note"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("Its number, if any."),
    )


class ReceiveForm(TaskForm):
    """Goods in hand. What a code said is filled in already."""

    lot_code = forms.RegexField(LOT, label=gettext_lazy("lot"), required=False, max_length=64)
    expires_on = DayField(label=gettext_lazy("expires on"), required=False)
    quantity = AmountField(label=gettext_lazy("quantity"))
    pack_quantity = AmountField(
        label=gettext_lazy("one code stands for"),
        required=False,
        help_text=gettext_lazy("How much is in what carries this code."),
    )
    remember = forms.BooleanField(label=gettext_lazy("Remember this code"), required=False)
    accept = forms.BooleanField(label=gettext_lazy("Receive it all the same"), required=False)

    #: Set when the goods are short-dated: to be accepted before they are received.
    short: inventory.ShortDated | None = None

    def __init__(self, data: QueryDict | None, *, looked: Found, product: catalog.ProductDetail) -> None:
        super().__init__(data, initial=_first_guess(looked))
        self.product, self.recognised = product, looked.recognised
        self.fields["quantity"].label = amount_label(product.unit)

    @property
    def asks_what_the_code_is(self) -> bool:
        """Whether nobody has said yet how much of the product the code stands for."""
        return self.recognised is not None and self.recognised.pack_quantity is None

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or self.cleaned_data
        if answers.get("remember") and self.asks_what_the_code_is and not answers.get("pack_quantity"):
            self.add_error("pack_quantity", _("Say how much, or do not remember it."))
        return answers

    def line(self) -> inventory.NewReceiptLine:
        answers = self.cleaned_data
        return inventory.NewReceiptLine(
            id=answers["key"],
            sku=self.product.sku,
            quantity=Quantity(answers["quantity"]),
            lot_code=answers["lot_code"],
            expires_on=answers["expires_on"],
            gtin=self.recognised.scan.gtin if self.recognised else "",
        )


class ReasonForm(TaskForm):
    reason = LineField(label=gettext_lazy("reason"), max_length=200)


@task()
def receipts(request: HttpRequest, worker: Worker) -> HttpResponse:
    """Those that are open, a form for another, and the last ones that are closed."""
    form = NewReceiptForm(request.POST or None, initial={"key": new_id()})
    if request.method == "POST" and form.is_valid():
        answers = form.cleaned_data
        receipt = answers["key"]
        try:
            inventory.open_receipt(
                receipt=receipt,
                location=worker.store,
                supplier=answers["supplier"],
                reference=answers["reference"],
                now=clock.now(),
                by=worker.id,
            )
            return redirect("admin:inventory_receipt", receipt)
        except DomainError as error:
            form.refuse(error)
    here = GoodsReceipt.objects.at(worker.store).with_size().newest_first()
    return page(
        request,
        worker,
        "inventory/receipts.html",
        title=_("Receive goods"),
        form=form,
        open=here.open()[:_SHOWN],
        closed=here.closed()[:_SHOWN],
    )


@task()
def receipt(request: HttpRequest, worker: Worker, receipt: UUID) -> HttpResponse:
    """Scan, say how much, receive; what was received so far stands beside it."""
    found = _mine(worker, receipt)
    looked = find(request.GET, location=found.location)
    form = _form(request, looked, found)
    if request.method == "POST" and form and form.is_valid() and _receive(request, worker, found, form):
        return redirect("admin:inventory_receipt", found.id)
    lines = list(ReceiptLine.objects.of(found.id).newest_first())
    return page(
        request,
        worker,
        "inventory/receipt.html",
        title=found.supplier,
        back=reverse("admin:inventory_receipts"),
        receipt=found,
        store=worker.stores[found.location],
        found=looked,
        code=looked.code,
        code_error=looked.error,
        product=looked.product,
        form=form,
        short=said(form.short) if form and form.short else "",
        entries=_entries(lines),
        size=sum(line.removed_at is None for line in lines),
    )


@task()
def take_off(request: HttpRequest, worker: Worker, receipt: UUID, line: UUID) -> HttpResponse:
    """A slip: the line does not count."""
    found = _mine(worker, receipt)
    try:
        inventory.remove_receipt_line(receipt=found.id, line=line, now=clock.now(), by=worker.id)
    except DomainError as error:
        messages.error(request, said(error))
    return redirect("admin:inventory_receipt", found.id)


@task()
def book(request: HttpRequest, worker: Worker, receipt: UUID) -> HttpResponse:
    """Everything on the receipt is in stock."""
    found = _mine(worker, receipt)
    try:
        done = inventory.book_receipt(receipt=found.id, now=clock.now(), by=worker.id)
    except DomainError as error:
        messages.error(request, said(error))
        return redirect("admin:inventory_receipt", found.id)
    if done:
        messages.success(request, _("Booked: %(supplier)s is in stock.") % {"supplier": found.supplier})
    else:
        messages.info(request, _("Somebody has booked this already."))
    return redirect("admin:inventory_receipts")


@task(DECIDERS)
def undo(request: HttpRequest, worker: Worker, receipt: UUID) -> HttpResponse:
    """Take a booked receipt out of stock again, and say why."""
    found = _mine(worker, receipt)
    form = ReasonForm(request.POST or None, initial={"key": new_id()})
    if request.method == "POST" and form.is_valid():
        try:
            inventory.reverse_receipt(
                receipt=found.id, reason=form.cleaned_data["reason"], now=clock.now(), by=worker.id
            )
            messages.success(request, _("Undone: the goods are out of stock again."))
            return redirect("admin:inventory_receipt", found.id)
        except DomainError as error:
            form.refuse(error)
    return page(
        request,
        worker,
        "inventory/receipt_undo.html",
        title=_("Undo booking"),
        receipt=found,
        form=form,
        back=reverse("admin:inventory_receipt", args=[found.id]),
    )


def _mine(worker: Worker, receipt: UUID) -> GoodsReceipt:
    """The receipt, if it is in a store of the worker's; 404 otherwise."""
    found = GoodsReceipt.objects.of(receipt).first()
    if found is None or not worker.at_home(found.location):
        raise Http404
    return found


def _form(request: HttpRequest, looked: Found, found: GoodsReceipt) -> ReceiveForm | None:
    if looked.product is None or found.state != ReceiptState.OPEN:
        return None
    form = ReceiveForm(request.POST or None, looked=looked, product=looked.product)
    if not form.is_bound:
        form.short = inventory.short_dated(
            sku=looked.product.sku,
            location=found.location,
            expires_on=form.initial.get("expires_on"),
            now=clock.now(),
        )
    return form


def _first_guess(looked: Found) -> dict[str, Any]:
    """What the code said."""
    guess: dict[str, Any] = {"key": new_id(), "remember": True}
    if looked.recognised:
        scan = looked.recognised.scan
        alone = Decimal(1) if scan.gtin[0] == "0" else None  # the others are cases
        guess |= {"lot_code": scan.lot_code, "expires_on": scan.expires_on, "pack_quantity": alone}
        guess["quantity"] = looked.recognised.quantity
    return guess


def _receive(request: HttpRequest, worker: Worker, found: GoodsReceipt, form: ReceiveForm) -> bool:
    """Write the line down, and the code if it is to be remembered. False: the form says why not."""
    answers, now, line = form.cleaned_data, clock.now(), form.line()
    try:
        inventory.receive_line(
            receipt=found.id, line=line, accept_short_dated=answers["accept"], now=now, by=worker.id
        )
        if answers["remember"] and form.asks_what_the_code_is:
            pack = Quantity(answers["pack_quantity"])
            inventory.learn_barcode(
                gtin=line.gtin, sku=line.sku, pack_quantity=pack, location=found.location, now=now, by=worker.id
            )
    except inventory.ShortDated as error:
        form.short = error
        return False
    except DomainError as error:
        form.refuse(error)
        return False
    what = f"{amount(line.quantity, form.product.unit)} {form.product.name(language())}"
    messages.success(request, _("Received: %(what)s.") % {"what": what})
    return True


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the receipt, to be read."""

    id: UUID
    name: str
    quantity: str
    lot: str
    short_dated: bool
    removed: bool


def _entries(lines: Sequence[ReceiptLine]) -> list[Entry]:
    products = catalog.products_on_sale(skus=[catalog.Sku(line.sku) for line in lines])
    entries = []
    for line in lines:
        product = products.get(catalog.Sku(line.sku))
        entries.append(
            Entry(
                id=line.id,
                name=product.name(language()) if product else line.sku,
                quantity=amount(line.quantity, product.unit if product else catalog.Unit.PIECE),
                lot=lot(line.lot_code, line.expires_on),
                short_dated=line.short_dated,
                removed=line.removed_at is not None,
            )
        )
    return entries


def _waiting(worker: Worker) -> object:
    return GoodsReceipt.objects.at(worker.store).open().count() or ""


tile(
    Tile(
        "admin:inventory_receipts",
        gettext_lazy("Receive goods"),
        "truck",
        gettext_lazy("Scan what a supplier has brought"),
        count=_waiting,
        rank=10,
    )
)
route("receive/", receipts, name="inventory_receipts")
route("receive/<uuid:receipt>/", receipt, name="inventory_receipt")
route("receive/<uuid:receipt>/book/", require_POST(book), name="inventory_receipt_book")
route("receive/<uuid:receipt>/undo/", undo, name="inventory_receipt_undo")
route("receive/<uuid:receipt>/lines/<uuid:line>/off/", require_POST(take_off), name="inventory_receipt_line_off")
