"""The order desk changes an order for a customer who calls: goods, quantities, the time, and why."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from grocery.catalog import public as catalog
from grocery.delivery.public import SlotOffer, SlotState
from grocery.kernel import clock, phones
from grocery.kernel.errors import DomainError
from grocery.kernel.idempotency import fingerprint_of, once
from grocery.kernel.quantity import ZERO, Quantity, plain
from grocery.kernel.reader import language
from grocery.kernel.typed import quantity_typed, total_shown
from grocery.ordering import public as ordering
from grocery.ordering.admin.work import Worker, page, route, said, task
from grocery.ordering.models import UNITS

SUPPORTERS: Final = frozenset({"support", "manager", "admin"})
_FIELD: Final = "qty-"
_FOUND: Final = 6
_DAYS: Final = 5


@task(SUPPORTERS)
def edit(request: HttpRequest, worker: Worker, *, order_id: UUID) -> HttpResponse:
    """Ask, show what it comes to, do it once for each key; too late leads back to the order."""
    order = ordering.order(order_id=order_id, store_id=worker.by.store_id)
    if ordering.editable_until(order_id=order_id, now=clock.now()) is None:
        messages.error(request, _("This order can no longer be changed."))
        return redirect("admin:ordering_order_change", order_id)
    form = _Form(request, worker, order)
    if request.POST.get("what") != "apply":
        return form.page()
    return once(
        scope=f"staff:{worker.id} edit {order_id}",
        key=request.POST.get("key", ""),
        fingerprint=fingerprint_of(repr(sorted(request.POST.items()))),
        run=form.apply,
    )


class _Form:
    """The page as it was sent."""

    def __init__(self, request: HttpRequest, worker: Worker, order: ordering.OrderView) -> None:
        self.request, self.worker, self.order = request, worker, order
        self.words = request.POST.get("q", "").strip()[:100].replace("\0", "")
        self.note = request.POST.get("note", "").strip()[:1000]
        has = {line.sku for line in order.lines}
        sent = [name.removeprefix(_FIELD) for name in request.POST if name.startswith(_FIELD)]
        extra = [catalog.Sku(sku) for sku in sent if sku not in has][:200]
        self.products = catalog.products_on_sale(skus=extra) if extra else {}

    def apply(self) -> HttpResponse:
        """Do it; a card that has to hold more is the customer's to confirm."""
        try:
            done = ordering.edit(
                order_id=self.order.id,
                quantities=self._wanted(),
                slot_id=self._slot(),
                by=self.worker.by,
                note=self.note,
                expected_total=total_shown(self.request.POST),
                now=clock.now(),
            )
        except DomainError as error:
            messages.error(self.request, said(error))
            return self.page()
        if done.outcome is ordering.EditOutcome.WAITS:
            text = _("The customer has to confirm %(amount)s on the order's page. Until then the order is as it was.")
            messages.warning(self.request, text % {"amount": done.to_pay})
        else:
            messages.success(
                self.request, _("The order is changed. It now comes to %(total)s.") % {"total": done.total}
            )
        return redirect("admin:ordering_order_change", self.order.id)

    def page(self) -> HttpResponse:
        problem, seen = "", None
        wanted: Mapping[str, Quantity] = {}
        try:
            wanted = self._wanted()
            if self.request.POST.get("what") == "preview":
                seen = ordering.preview_edit(
                    order_id=self.order.id,
                    quantities=wanted,
                    slot_id=self._slot(),
                    by=self.worker.by,
                    now=clock.now(),
                )
        except DomainError as error:
            problem = said(error)
        return page(
            self.request,
            self.worker,
            "ordering/desk/edit.html",
            title=_("Change order %(number)s") % {"number": self.order.number},
            back=reverse("admin:ordering_order_change", args=[self.order.id]),
            order=self.order,
            call=phones.link(self.order.recipient.phone),
            rows=self._rows(wanted),
            found=self._search() if self.request.POST.get("what") == "search" and self.words else [],
            words=self.words,
            note=self.note,
            slots=self._slots(),
            problem=problem,
            seen=_shown(seen) if seen else None,
        )

    def _wanted(self) -> dict[str, Quantity]:
        """What is other than the order has it. Raises Invalid."""
        has = {line.sku: line.quantity for line in self.order.lines}
        wanted = {sku: self._amount(sku, has.get(sku, ZERO)) for sku in [*has, *map(str, self.products)]}
        return {sku: amount for sku, amount in wanted.items() if amount != has.get(sku, ZERO)}

    def _amount(self, sku: str, held: Quantity) -> Quantity:
        text = self.request.POST.get(f"{_FIELD}{sku}")
        return held if text is None else quantity_typed(text, field="quantity")

    def _slot(self) -> UUID | None:
        with suppress(ValueError):
            return UUID(self.request.POST.get("slot", ""))
        return None

    def _rows(self, wanted: Mapping[str, Quantity]) -> list[dict[str, Any]]:
        lines = [
            _row(line.sku, line.name(language()), line.unit, line.step or line.quantity, line.price)
            | {"now": plain(wanted.get(line.sku, line.quantity))}
            for line in self.order.lines
        ]
        new = [
            _row(sku, product.name(language()), product.unit.value, product.step, product.price)
            | {"now": plain(wanted[sku])}
            for sku, product in self.products.items()
            if wanted.get(sku)
        ]
        return [*lines, *new]

    def _search(self) -> list[dict[str, Any]]:
        store = catalog.StoreId(self.order.store_id)
        found = catalog.suggest(query=self.words, store_id=store, limit=_FOUND, language=language())
        taken = {line.sku for line in self.order.lines} | {str(sku) for sku in self.products}
        return [
            _row(card.sku, card.name(language()), card.unit.value, card.step, card.price) | {"now": "0"}
            for card in found.cards
            if card.sku not in taken
        ]

    def _slots(self) -> list[tuple[str, str, bool]]:
        """The windows that can be had, the order's own first: value, words, whether it is chosen."""
        chosen = self._slot()
        own = self.order.slot_starts_at
        try:
            found = ordering.edit_slots(order_id=self.order.id, by=self.worker.by, days=_DAYS, now=clock.now())
        except DomainError:  # nothing goes there any more; what is booked stays booked
            found = []
        others = [offer for offer in found if offer.state is SlotState.OPEN and offer.slot.starts_at != own]
        return [
            ("", _("as it is"), chosen is None),
            *((str(o.slot.id), _words(o), o.slot.id == chosen) for o in others),
        ]


def _row(sku: str, name: str, unit: str, step: Quantity, price: object) -> dict[str, Any]:
    return {"sku": sku, "name": name, "unit": UNITS.get(unit, unit), "step": plain(step), "price": price}


def _words(offer: SlotOffer) -> str:
    zone = ZoneInfo(offer.slot.zone)
    starts, ends = offer.slot.starts_at.astimezone(zone), offer.slot.ends_at.astimezone(zone)
    return f"{starts:%d/%m %H:%M}–{ends:%H:%M} · {offer.fee}"


def _shown(seen: ordering.Edited) -> dict[str, Any]:
    """What the customer is told on the telephone before it is done."""
    return {
        "lines": [
            {
                "name": line.name(language()),
                "what": f"{plain(line.before)} → {plain(line.after)} {UNITS.get(line.unit, line.unit)}",
                "before": line.amount_before,
                "after": line.amount,
            }
            for line in seen.lines
        ],
        "offers": [{"name": one.name(language()), "before": -one.before, "after": -one.after} for one in seen.offers],
        "coupons": seen.coupons,
        "fee": (seen.fee_before, seen.fee) if seen.fee != seen.fee_before else None,
        "total_before": seen.total_before,
        "total": seen.total,
        "to_pay": seen.to_pay if seen.outcome is ordering.EditOutcome.WAITS else None,
        "unchanged": seen.outcome is ordering.EditOutcome.UNCHANGED,
    }


route("orders/<uuid:order_id>/edit/", edit, name="ordering_desk_edit")
