"""The cart, and the little form that every stepper is."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from grocery.catalog import public as catalog
from grocery.catalog.public import Sku
from grocery.delivery import public as delivery
from grocery.inventory import public as inventory
from grocery.kernel import clock
from grocery.kernel.errors import DomainError, Invalid
from grocery.kernel.money import Money
from grocery.kernel.quantity import ZERO, Quantity
from grocery.ordering import public as ordering
from grocery.ordering.public import CartLine, CartView, whole_pieces
from grocery.storefront import days, news, offers, till, wording
from grocery.storefront.header import Header, header
from grocery.storefront.shelf import NEAR_EXPIRY
from grocery.storefront.shopper import came_from, keep_token, shopper
from grocery.storefront.views.product import buying
from grocery.storefront.wording import Counter


@require_safe
@never_cache
def cart(request: HttpRequest) -> HttpResponse:
    shop = header(request)
    return render(request, "storefront/cart.html", cart_context(shop, shop.cart))


def cart_context(shop: Header, cart: CartView | None) -> dict[str, Any]:
    """The cart's page as its template wants it."""
    if cart is None or not cart.lines:
        return {"lines": [], "cart": None}
    language = shop.who.language
    return {
        "cart": cart,
        "lines": till.lines(cart, language),
        "skus": [line.sku for line in cart.lines if line.on_sale],
        "coupons": [(coupon.code, offers.coupon_note(coupon)) for coupon in cart.coupons],
        "sums": till.sums(cart, when=till.slot_words(cart), pickup=shop.plan.pickup),
        "free": _towards_free(shop, cart.goods),
        "minimum": towards(cart.goods, cart.minimum),
        "troubles": sum(bool(line.shortage or line.excess) or not line.on_sale for line in cart.lines),
        "changes": news.told(cart, language),
        "choice": cart.substitution.value,
        "days": days.choices(cart),
    }


def _towards_free(shop: Header, basket: Money) -> dict[str, Any] | None:
    """How far this basket is from free delivery; None where that is not known, or there is none."""
    if shop.plan.fee_ward is None:
        return None
    try:
        zone = delivery.zone_of(store_id=shop.store.id, ward_code=shop.plan.fee_ward)
    except delivery.OutsideDeliveryArea:
        return None
    if zone.free_from is None:
        return None
    return towards(basket, zone.free_from)


def towards(basket: Money, goal: Money) -> dict[str, Any] | None:
    """How far this basket is from an amount; None where nothing is demanded."""
    if not goal:
        return None
    missing = goal - basket
    return {"from": goal, "reached": basket, "missing": missing if missing > Money(0) else None}


@require_POST
def change_line(request: HttpRequest, sku: str) -> HttpResponse:
    """Have so many of a product (`quantity`), or so many more (`add`: a button pressed where no script runs).

    Only the cart's own page is told the whole cart; elsewhere nothing counts as told (docs/adr/0173).
    """
    try:
        wanted = _wanted(request, sku)
        if request.htmx and _page_of(request) == "cart":  # type: ignore[attr-defined]  # set by django-htmx
            cart = _have(wanted)
            keep_token(request, cart.owner)
            return _changed(request, sku, cart)
        item = ordering.change_item(**wanted, with_goods=bool(request.htmx))  # type: ignore[attr-defined]  # the same
    except DomainError as error:
        return _refused(request, error)
    keep_token(request, item.owner)
    if not request.htmx:  # type: ignore[attr-defined]  # the same
        return redirect(came_from(request, "storefront:cart"))
    return _changed_elsewhere(request, sku, item)


def _have(wanted: dict[str, Any]) -> CartView:
    return ordering.add_item(**wanted) if wanted.pop("add") else ordering.set_item(**wanted)


@require_safe
@never_cache
def line_stock(request: HttpRequest, sku: str) -> HttpResponse:
    """A line and the sums as they are now, because its stock has moved; no toast, what it says stands at the line."""
    cart = header(request).cart
    if cart is None:
        return HttpResponse(status=204)
    response = _changed(request, sku, cart)
    del response["HX-Trigger"]
    return response


def _wanted(request: HttpRequest, sku: str) -> dict[str, Any]:
    """What is asked for, as `ordering.change_item` takes it."""
    quantity, add, near = _amount_wanted(request, sku)
    owner = shopper(request).owner
    return {
        "owner": owner,
        "sku": Sku(sku),
        "quantity": quantity,
        "add": add,
        "near_expiry": near,
        "now": clock.now(),
    }


def _amount_wanted(request: HttpRequest, sku: str) -> tuple[Quantity, bool, bool | None]:
    """So much, or so much more, and whether of units near their date."""
    counter = Counter.by_sign(request.POST.get("in", ""))
    if "near" in request.POST:  # as much as before
        return header(request).in_cart.get(sku, ZERO), False, request.POST["near"] == "1"
    if "remove" in request.POST:
        return ZERO, False, None
    if "add" not in request.POST:
        return _amount(counter, request.POST.get("quantity", ""), least=ZERO), False, _from_near(request, sku)
    delta = _amount(counter, request.POST["add"])
    if delta > 0:
        return delta, True, _from_near(request, sku)
    left = max(header(request).in_cart.get(sku, ZERO) + delta, ZERO)
    return Quantity(left), False, None


def _from_near(request: HttpRequest, sku: str) -> bool | None:
    """Whether it is taken from the shelf of what is near its date, where there is any that costs less."""
    if request.POST.get("from") != NEAR_EXPIRY:
        return None
    now, wanted = clock.now(), Sku(sku)
    seen = inventory.availability(
        skus=[wanted], location=header(request).store.id, good_on=wording.local(now).date(), now=now
    )
    return True if wanted in seen and seen[wanted].reduced else None


def _amount(counter: Counter, text: str, *, least: Quantity | None = None) -> Quantity:
    try:
        amount = counter.amount(text)
        if least is not None and amount < least:
            raise ValueError(text)
        return amount
    except ValueError as error:
        raise Invalid(
            "quantity", "That is not a quantity we can put into a cart.", "Số lượng này không thể cho vào giỏ."
        ) from error


def _refused(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The number goes back where it was, and why is said: in a toast, or on the page that comes back."""
    text = error.text(shopper(request).language)
    if request.htmx:  # type: ignore[attr-defined]  # set by django-htmx
        return HttpResponse(text, status=error.status, content_type="text/plain; charset=utf-8")
    messages.error(request, text)
    return redirect(came_from(request, "storefront:cart"))


def _changed(request: HttpRequest, sku: str, cart: CartView) -> HttpResponse:
    """Nothing is swapped but what lies elsewhere on the page: count, total, what the cart's page itself sums up."""
    shop, page = header(request), _page_of(request)
    line = next((line for line in cart.lines if line.sku == sku), None)
    context: dict[str, Any] = {"size": len(cart.lines), "page": page, "sku": sku, "total": str(cart.goods)}
    if page == "cart":
        context |= cart_context(shop, cart)
        context["line"] = next((line for line in context["lines"] if line.sku == sku), None)
    return _fragment(request, sku, line, context)


def _changed_elsewhere(request: HttpRequest, sku: str, item: ordering.ChangedItem) -> HttpResponse:
    """The same for a list or a product's page, which know nothing of the rest of the cart."""
    shop = header(request)
    context: dict[str, Any] = {"size": item.size, "sku": sku, "total": str(item.goods or Money(0))}
    if request.POST.get("page") == "product":
        shop.in_cart = {sku: item.line.quantity} if item.line else {}
        context |= buying(shop, catalog.product(sku=Sku(sku), store_id=shop.store.id)) | {"page": "product"}
    return _fragment(request, sku, item.line, context)


def _fragment(request: HttpRequest, sku: str, line: CartLine | None, context: dict[str, Any]) -> HttpResponse:
    """The swapped parts, and the event that tells the steppers what is held and why it is short."""
    response = render(request, "storefront/parts/cart_changed.html", context)
    held = Counter.of(line.unit).count(line.quantity) if line else "0"
    left = _left(line, shopper(request).language) if line and line.shortage else ""
    why = _("Only %(left)s left.") % {"left": left} if left else ""
    event = {"url": reverse("storefront:cart-line", args=[sku]), "count": held, "why": why}
    response["HX-Trigger"] = json.dumps({"cart-line": event})
    patch_vary_headers(response, ["HX-Request"])
    return response


def _left(line: CartLine, language: str) -> str:
    there = whole_pieces(line.available, line.piece_weight)
    return wording.portion(there, line.unit, line.piece_weight, language)


def _page_of(request: HttpRequest) -> str:
    """The name of the page that the stepper stands on."""
    path = urlsplit(request.headers.get("HX-Current-URL", "")).path or "/"
    return "cart" if path == reverse("storefront:cart") else ""
