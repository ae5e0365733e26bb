"""Calling an order off, or some of it, with why."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from grocery.accounts import public as accounts
from grocery.kernel import clock
from grocery.kernel.errors import DomainError
from grocery.kernel.idempotency import once
from grocery.kernel.ids import new_id
from grocery.kernel.quantity import Quantity
from grocery.kernel.typed import quantity_typed, total_shown
from grocery.ordering import public as ordering
from grocery.ordering.public import CancelMotive, OrderView
from grocery.payments import public as payments
from grocery.storefront import effects, motives
from grocery.storefront.shopper import sent, shopper

_LESS = "less-"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def cancel(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Ask what and why; call it off, once for each key. Too late is said on the order's page."""
    customer_id = shopper(request).signed_in()
    found = ordering.order(order_id=order_id, customer_id=customer_id)
    if request.method != "POST":
        return _ask(request, found) if found.may_be_cancelled else redirect("storefront:order", order_id=order_id)
    if request.POST.get("what") == "part" and "expected_total" not in request.POST:
        return _show(request, found)
    return once(
        scope=f"customer:{customer_id} POST {reverse('storefront:cancel-order', args=[order_id])}",
        key=request.POST.get("idempotency_key", ""),
        fingerprint=sent(request),
        run=lambda: _cancel(request, found),
    )


def _ask(request: HttpRequest, found: OrderView) -> HttpResponse:
    language = shopper(request).language
    context = {
        "order": found,
        "key": new_id(),
        "why": [(motive.value, words) for motive, words in motives.WHY.items()],
        "lines": [
            {"line": line, "name": line.name(language), "choices": motives.kept(line, language)}
            for line in found.lines
        ],
    }
    return render(request, "storefront/cancel.html", context)


def _show(request: HttpRequest, found: OrderView) -> HttpResponse:
    """What calling these lines off would come to; it is done once that is confirmed."""
    language = shopper(request).language
    try:
        seen = ordering.preview_cancel_lines(
            order_id=found.id,
            quantities=_less(request, found),
            by=accounts.principal_of_session(request.user),
            motive=_motive(request),
            now=clock.now(),
        )
    except DomainError as error:
        messages.error(request, error.text(language))
        return redirect("storefront:cancel-order", order_id=found.id)
    names = {"motive", "reason", *(f"{_LESS}{line.sku}" for line in found.lines)}
    context = {
        "order": found,
        "key": new_id(),
        "effects": effects.shown(seen, language),
        "again": [(name, request.POST[name]) for name in sorted(names & request.POST.keys())],
    }
    return render(request, "storefront/cancel_part.html", context)


def _cancel(request: HttpRequest, found: OrderView) -> HttpResponse:
    try:
        said = _call_off(request, found)
    except DomainError as error:
        messages.error(request, error.text(shopper(request).language))
    else:
        messages.success(request, said)
    return redirect("storefront:order", order_id=found.id)


def _call_off(request: HttpRequest, found: OrderView) -> str:
    by, now = accounts.principal_of_session(request.user), clock.now()
    why: dict[str, Any] = {"motive": _motive(request), "reason": request.POST.get("reason", "")[:1000]}
    if request.POST.get("what") != "part":
        ordering.cancel(order_id=found.id, by=by, now=now, **why)
        return _cancelled(found.id)
    why["expected_total"] = total_shown(request.POST)
    why["key"] = request.POST.get("idempotency_key")
    ordering.cancel_lines(order_id=found.id, quantities=_less(request, found), by=by, now=now, **why)
    left = ordering.order(order_id=found.id)
    if left.state is ordering.OrderState.CANCELLED:
        return _cancelled(found.id)
    return _("Cancelled. The order now comes to %(total)s.") % {"total": left.total}


def _cancelled(order_id: UUID) -> str:
    if payments.payment(order_id=order_id).captured:
        return _("The order is cancelled. What you have paid goes back to you.")
    return _("The order is cancelled. Nothing is charged.")


def _motive(request: HttpRequest) -> CancelMotive:
    text = request.POST.get("motive", "")
    return CancelMotive(text) if text in CancelMotive else CancelMotive.OTHER


def _less(request: HttpRequest, found: OrderView) -> dict[str, Quantity]:
    """What is to be taken off each line. Raises Invalid for what is no number."""
    chosen = {line.sku: request.POST.get(f"{_LESS}{line.sku}", "0") for line in found.lines}
    less = {sku: quantity_typed(text, field="lines") for sku, text in chosen.items()}
    return {sku: amount for sku, amount in less.items() if amount}
