"""Changing an order: other quantities, something more, then the new total, then yes."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from grocery.accounts import public as accounts
from grocery.catalog import public as catalog
from grocery.delivery import public as delivery
from grocery.kernel import clock
from grocery.kernel.errors import DomainError
from grocery.kernel.idempotency import once
from grocery.kernel.ids import new_id
from grocery.kernel.quantity import ZERO, Quantity
from grocery.kernel.typed import not_a_quantity, total_shown
from grocery.ordering import public as ordering
from grocery.ordering.public import BelowMinimum, EditOutcome, OrderView
from grocery.storefront import effects, shelf, slot_grid, wording
from grocery.storefront.shopper import sent, shopper
from grocery.storefront.wording import Counter

_FOUND: Final = 6
_FIELD: Final = "qty-"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def edit(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Quantities, a search for more, the new total; done once for each key."""
    customer_id = shopper(request).signed_in()
    found = ordering.order(order_id=order_id, customer_id=customer_id)
    until = ordering.editable_until(order_id=order_id, customer_id=customer_id, now=clock.now())
    if until is None:
        messages.error(request, _("This order can no longer be changed."))
        return redirect("storefront:order", order_id=order_id)
    page = _Page(request, found)
    if request.POST.get("what") != "apply":
        return render(request, "storefront/edit.html", page.context() | {"until": until})
    return once(
        scope=f"customer:{customer_id} POST {reverse('storefront:edit-order', args=[order_id])}",
        key=request.POST.get("idempotency_key", ""),
        fingerprint=sent(request),
        run=lambda: _apply(request, found, page),
    )


class _Page:
    """The form as it was sent: lines of the order, and what was found and chosen besides."""

    def __init__(self, request: HttpRequest, found: OrderView) -> None:
        self.request, self.order, self.language = request, found, shopper(request).language
        self.by = accounts.principal_of_session(request.user)
        self.words = request.POST.get("q", "").strip()[:100].replace("\0", "")
        has = {line.sku for line in found.lines}
        chosen = [name.removeprefix(_FIELD) for name in request.POST if name.startswith(_FIELD)]
        self.cards = self._search() if request.POST.get("what") == "search" and self.words else []
        extra = [catalog.Sku(sku) for sku in chosen if sku not in has][:200]
        self.products = catalog.products_on_sale(skus=extra) if extra else {}

    def _search(self) -> list[catalog.ProductCard]:
        store = catalog.StoreId(self.order.store_id)
        found = catalog.suggest(query=self.words, store_id=store, limit=_FOUND, language=self.language)
        has = {line.sku for line in self.order.lines}
        return [card for card in found.cards if card.sku not in has]

    def wanted(self) -> dict[str, Quantity]:
        """What was sent, by SKU, where it is other than the order has it. Raises Invalid."""
        has = {line.sku: line.quantity for line in self.order.lines}
        shown = {line.sku: line for line in self.order.lines} | {
            str(sku): product for sku, product in self.products.items()
        }
        sent_amounts = {sku: self._amount(sku, one) for sku, one in shown.items()}
        return {sku: amount for sku, amount in sent_amounts.items() if amount != has.get(sku, ZERO)}

    def _amount(self, sku: str, shown: Any) -> Quantity:
        text = self.request.POST.get(f"{_FIELD}{sku}")
        held = next((line.quantity for line in self.order.lines if line.sku == sku), ZERO)
        if text is None:
            return held
        counter = Counter.of(str(shown.unit))
        try:
            amount = counter.amount(text or "0")
            if amount < 0:
                raise ValueError(text)
            return Quantity(max(amount + counter.amount(self._pressed(sku)), ZERO))
        except (ValueError, ArithmeticError) as error:
            raise not_a_quantity("quantity") from error

    def _pressed(self, sku: str) -> str:
        """How many more, where − or + was pressed and no script runs."""
        return "0" if "what" in self.request.POST else self.request.POST.get(f"add-{_FIELD}{sku}", "0")

    def context(self) -> dict[str, Any]:
        context: dict[str, Any] = {"order": self.order, "words": self.words, "key": new_id(), "effects": None}
        context["grid"] = self._grid()
        context["searched"] = self.request.POST.get("what") == "search" and bool(self.words)
        problem = ""
        wanted: Mapping[str, Quantity] = {}
        try:
            wanted = self.wanted()
            if self.request.POST.get("what") == "preview":
                context["effects"] = self._preview(wanted)
        except BelowMinimum as error:
            problem, context["minimum"] = error.text(self.language), effects.minimum(error)
        except DomainError as error:
            problem = error.text(self.language)
        return context | {"rows": self._rows(wanted), "found": self._cards(), "problem": problem}

    def _preview(self, wanted: Mapping[str, Quantity]) -> dict[str, Any]:
        seen = ordering.preview_edit(
            order_id=self.order.id, quantities=wanted, slot_id=self.slot(), by=self.by, now=clock.now()
        )
        return effects.shown(seen, self.language)

    def slot(self) -> UUID | None:
        """The window that was ticked; None: it was not asked."""
        with suppress(ValueError):
            return UUID(self.request.POST.get("slot", ""))
        return None

    def _grid(self) -> slot_grid.Grid:
        now = clock.now()
        try:
            found = ordering.edit_slots(order_id=self.order.id, by=self.by, now=now)
        except DomainError:  # what is booked stays booked, though nothing else goes there any more
            found = []
        own = delivery.delivery(order_id=self.order.id).slot_id
        return slot_grid.grid(found, today=wording.local(now).date(), own=own, chosen=self.slot() or own)

    def _rows(self, wanted: Mapping[str, Quantity]) -> list[dict[str, Any]]:
        lines = [
            self._row(line.sku, line, wanted.get(line.sku, line.quantity), line.step or line.quantity)
            | {"ordered": True}
            for line in self.order.lines
        ]
        chosen = [
            self._row(sku, product, wanted[sku], product.step)
            for sku, product in self.products.items()
            if wanted.get(sku)
        ]
        return [*lines, *chosen]

    def _cards(self) -> list[dict[str, Any]]:
        taken = {str(sku) for sku in self.products}
        return [self._row(card.sku, card, ZERO, card.step) for card in self.cards if card.sku not in taken]

    def _row(self, sku: str, shown: Any, now: Quantity, step: Quantity) -> dict[str, Any]:
        """A line of the order, or a product, with the cart's stepper: here a field of the form."""
        name, unit = shown.name(self.language), str(shown.unit)
        whole = ordering.pieces_of(now, shown.piece_weight) is not None
        stepper = shelf.stepper_for(
            sku,
            unit=unit,
            step=step,
            piece_weight=shown.piece_weight if whole else None,
            quantity=now,
            name=name,
            language=self.language,
        )
        here = f"{reverse('storefront:edit-order', args=[self.order.id])}#line-{sku}"
        return {
            "sku": sku,
            "name": name,
            "stepper": replace(stepper, field=f"{_FIELD}{sku}", name=name, change_url=here),
            "price": wording.per(shown.price, unit),
            "image": shown.image,
            "tint": shown.tint,
        }


def _apply(request: HttpRequest, found: OrderView, page: _Page) -> HttpResponse:
    """Do it; where more money is needed the customer goes on to pay it."""
    try:
        done = ordering.edit(
            order_id=found.id,
            quantities=page.wanted(),
            slot_id=page.slot(),
            by=page.by,
            expected_total=total_shown(request.POST),
            now=clock.now(),
        )
    except DomainError as error:
        messages.error(request, error.text(page.language))
        return redirect("storefront:edit-order", order_id=found.id)
    if done.outcome is EditOutcome.WAITS:
        return redirect("storefront:pay", order_id=found.id)
    messages.success(request, _("Your order is changed. It now comes to %(total)s.") % {"total": done.total})
    return redirect("storefront:order", order_id=found.id)
