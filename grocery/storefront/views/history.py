"""All orders before, narrowed, and the same again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from grocery.kernel import clock
from grocery.ordering import public as ordering
from grocery.ordering.public import OrderFilter, OrderState, PaymentMethod, Reordered, ReorderedLine, ReorderOutcome
from grocery.storefront import wording
from grocery.storefront.shopper import shopper

PAGE: Final = 20
SAID: Final = {
    OrderState.PLACED: gettext_lazy("Waiting for the payment"),
    OrderState.CONFIRMED: gettext_lazy("Confirmed, picking starts soon"),
    OrderState.PICKING: gettext_lazy("We are picking your order"),
    OrderState.PACKED: gettext_lazy("Packed, ready to go"),
    OrderState.OUT_FOR_DELIVERY: gettext_lazy("On its way to you"),
    OrderState.UNDELIVERED: gettext_lazy("We could not hand it over"),
    OrderState.DELIVERED: gettext_lazy("Delivered"),
    OrderState.CANCELLED: gettext_lazy("Cancelled"),
}
_KINDS: Final = {OrderState.CANCELLED: "warn", OrderState.UNDELIVERED: "warn", OrderState.DELIVERED: "good"}
_OVER: Final = {OrderState.DELIVERED, OrderState.CANCELLED}
_STATES: Final = {
    "open": (gettext_lazy("Under way"), tuple(state for state in OrderState if state not in _OVER)),
    "delivered": (gettext_lazy("Delivered"), (OrderState.DELIVERED,)),
    "cancelled": (gettext_lazy("Cancelled"), (OrderState.CANCELLED,)),
}
_PERIODS: Final = {
    "30": gettext_lazy("Last 30 days"),
    "90": gettext_lazy("Last 3 months"),
    "365": gettext_lazy("Last 12 months"),
}


@require_safe
@never_cache
def orders(request: HttpRequest) -> HttpResponse:
    """My orders, newest first; a filter that is not known narrows nothing."""
    who, asked, now = shopper(request), request.GET, clock.now()
    text = asked.get("page", "1")
    page = max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 4 else 1
    found = ordering.orders(
        customer_id=who.signed_in(), wanted=_wanted(asked, now), limit=PAGE, offset=(page - 1) * PAGE
    )
    context = {
        "tab": "orders",
        "rows": [_row(order, now) for order in found.orders],
        "more_url": _more(asked, page) if found.total > page * PAGE else "",
        "states": [(value, words) for value, (words, _states) in _STATES.items()],
        "periods": _PERIODS.items(),
        "state": asked.get("state", ""),
        "period": asked.get("period", ""),
        "words": asked.get("q", "")[:100],
        "narrowed": any(asked.get(name) for name in ("state", "period", "q")),
    }
    return render(request, "storefront/orders.html", context)


def _wanted(asked: QueryDict, now: datetime) -> OrderFilter:
    _words, states = _STATES.get(asked.get("state", ""), ("", ()))
    days = asked.get("period", "")
    return OrderFilter(
        states=states,
        placed_from=now - timedelta(days=int(days)) if days in _PERIODS else None,
        words=asked.get("q", "")[:100].replace("\0", "").strip(),
    )


def _more(asked: QueryDict, page: int) -> str:
    further = asked.copy()
    further["page"] = str(page + 1)
    return f"?{further.urlencode()}"


def said_of(state: OrderState, *, method: PaymentMethod) -> str:
    """Where an order is, in words; one that is paid in cash does not wait for its payment."""
    if state is OrderState.PLACED and method is PaymentMethod.CASH_ON_DELIVERY:
        return _("Waiting for confirmation")
    return str(SAID[state])


def _row(order: ordering.OrderSummary, now: datetime) -> dict[str, Any]:
    return {
        "order": order,
        "said": said_of(order.state, method=order.method),
        "kind": _KINDS.get(order.state, "info"),
        "when": wording.when(order.slot_starts_at, order.slot_ends_at, today=wording.local(now).date()),
    }


@require_POST
def reorder(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """The same again into the cart; what is different is said there, line by line."""
    who = shopper(request)
    done = ordering.reorder(order_id=order_id, customer_id=who.signed_in(), now=clock.now())
    _tell(request, done, who.language)
    return redirect("storefront:cart")


def _tell(request: HttpRequest, done: Reordered, language: str) -> None:
    there = sum(bool(line.in_cart) for line in done.lines)
    if there:
        said = ngettext("%(count)s item is in your cart.", "%(count)s items are in your cart.", there)
        messages.success(request, said % {"count": there})
    if done.changes:
        lines = [(_changed(line, language),) for line in done.changes]
        intro = _("Not quite as last time:")
        messages.warning(request, format_html("<b>{}</b><br>{}", intro, format_html_join("<br>", "{}", lines)))


def _changed(line: ReorderedLine, language: str) -> str:
    """One line that is not as it was, in words."""
    said = {
        "name": line.name(language),
        "now": line.price,
        "before": line.price_before,
        "wanted": wording.portion(line.wanted, line.unit, line.piece_weight, language),
        "has": wording.portion(line.in_cart, line.unit, line.piece_weight, language),
    }
    return str(_CHANGED[line.outcome]) % said


_CHANGED: Final = {
    ReorderOutcome.DEARER: gettext_lazy("%(name)s: now %(now)s, it was %(before)s"),
    ReorderOutcome.CHEAPER: gettext_lazy("%(name)s: now %(now)s, it was %(before)s"),
    ReorderOutcome.LESS: gettext_lazy("%(name)s: %(has)s instead of %(wanted)s, we sell no more of it at once"),
    ReorderOutcome.SHORT: gettext_lazy("%(name)s: there is not enough of it at the moment"),
    ReorderOutcome.NOT_SOLD: gettext_lazy("%(name)s: no longer sold"),
    ReorderOutcome.CART_FULL: gettext_lazy("%(name)s: your cart is full"),
}
