"""Checkout on one page: where to, when, how to pay. Each part is a form of its own that works without a script."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grocery.accounts import public as accounts
from grocery.accounts.public import CustomerId
from grocery.delivery import public as delivery
from grocery.delivery.public import Mode
from grocery.inventory.public import OutOfStock
from grocery.kernel import clock
from grocery.kernel.errors import DomainError, NotFound
from grocery.kernel.idempotency import once
from grocery.kernel.typed import total_shown
from grocery.ordering import public as ordering
from grocery.ordering.public import CartView, PaymentMethod
from grocery.storefront import checkout_page, companies, credit, substitutes, tenders
from grocery.storefront.checkout_page import address_form, go_to, holder_of, read_id
from grocery.storefront.header import Header, forget_header, header
from grocery.storefront.plan import Plan, change_plan, forget_plan, plan_of
from grocery.storefront.shopper import sent, shopper

#: How long a slot is kept while someone makes up their mind.
HOLD: Final = timedelta(minutes=15)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def checkout(request: HttpRequest) -> HttpResponse:
    """Show what is chosen so far; a POST places the order, once for each key."""
    customer_id = shopper(request).signed_in()
    if request.method == "POST":
        return once(
            scope=f"customer:{customer_id} POST {reverse('storefront:checkout')}",
            key=request.POST.get("idempotency_key", ""),
            fingerprint=sent(request),
            run=lambda: _place(request, customer_id),
        )
    return _page(request)


@require_POST
def plan(request: HttpRequest) -> HttpResponse:
    """Another address, another way to get it, another way to pay."""
    customer_id = shopper(request).signed_in()
    chosen = request.POST
    if address_id := read_id(chosen.get("address", "")):
        go_to(request, accounts.address(customer_id=customer_id, address_id=address_id))
    if chosen.get("mode") in set(Mode):
        change_plan(request, mode=chosen["mode"])
    if point_id := read_id(chosen.get("pickup_point", "")):
        change_plan(request, pickup_point_id=str(point_id))
    return _again(request)


@require_POST
def address(request: HttpRequest) -> HttpResponse:
    """Keep a new or a corrected address, and deliver there."""
    customer_id = shopper(request).signed_in()
    form = address_form(request.POST)
    if "province_only" in request.POST:  # no script: the list of wards comes with the page
        return _page(request, form=address_form(initial=request.POST.dict()), editing=True)
    if form.is_valid():
        try:
            kept = accounts.save_address(
                customer_id=customer_id, address_id=read_id(request.POST.get("address_id", "")), **form.cleaned_data
            )
        except DomainError as error:
            form.refuse(error)
        else:
            go_to(request, kept)
            return redirect("storefront:checkout")
    return _page(request, form=form, editing=True, status=422)


@require_POST
def slot(request: HttpRequest) -> HttpResponse:
    """Hold a slot for this cart; the one before is let go only once the new one is held."""
    shopper(request).signed_in()
    shop = header(request)
    if shop.cart is None or shop.cart.id is None:
        return redirect("storefront:cart")
    problem = None
    try:
        _hold(shop, shop.cart, request.POST.get("slot", ""))
    except DomainError as error:
        problem = error.text(shop.who.language)
    change_plan(request, **_typed(request))
    return _again(request, problem=problem, part="storefront/parts/checkout_slot.html")


@require_safe
def wards(request: HttpRequest) -> HttpResponse:
    """The wards of a province, as options."""
    found = accounts.wards(province_code=request.GET.get("province_code", "")[:2])
    return render(request, "storefront/parts/wards.html", {"wards": found})


def _again(request: HttpRequest, *, problem: str | None = None, part: str = "") -> HttpResponse:
    """The page as it is now: the part that changed, or the whole of it where no script runs."""
    forget_header(request)
    if part and request.htmx:  # type: ignore[attr-defined]  # set by django-htmx
        return _page(request, problem=problem, part=part)
    if problem:
        return _page(request, problem=problem, status=409)
    return redirect(f"{reverse('storefront:checkout')}#slots" if part else "storefront:checkout")


def _place(request: HttpRequest, customer_id: CustomerId) -> HttpResponse:
    """Turn the cart into an order, or say beside the form why not; nothing has been charged then."""
    shop, posted = header(request), request.POST
    key = str(posted.get("idempotency_key", ""))
    if before := ordering.placed_with(customer_id=customer_id, key=key):  # and we died before we could say so
        return _thank(request, before)
    plan = change_plan(request, **_typed(request))
    company = companies.BuyerForm(plan.company) if plan.company else None
    if shop.cart is None or (company and not company.is_valid()):
        return _page(request, company=company, status=422)
    try:
        if not _is_held(shop.cart, posted.get("slot", "")):
            _hold(shop, shop.cart, posted.get("slot", ""))
        placed = _order(customer_id, plan, posted, shop.who.language, company.buyer() if company else None)
    except ordering.SubstitutesProposed as asked:
        forget_header(request)
        return _page(request, asked=asked, status=asked.status)
    except OutOfStock as missing:
        forget_header(request)
        problem = substitutes.short(missing, shop.cart, shop.who.language)
        return _page(request, problem=problem, status=missing.status)
    except DomainError as error:
        forget_header(request)
        return _page(request, problem=error.text(shop.who.language), status=error.status)
    return _thank(request, placed)


def _thank(request: HttpRequest, placed: ordering.PlacedOrder) -> HttpResponse:
    """On to the payment, or to the order."""
    forget_plan(request)
    return redirect("storefront:pay" if placed.pay_by else "storefront:order", order_id=placed.id)


def _order(
    customer_id: CustomerId, plan: Plan, posted: QueryDict, language: str, company: ordering.Buyer | None
) -> ordering.PlacedOrder:
    return ordering.place_order(
        customer_id=customer_id,
        address_id=None if plan.pickup else read_id(plan.address_id),
        pickup_point_id=read_id(plan.pickup_point_id) if plan.pickup else None,
        slot_id=read_id(str(posted.get("slot", ""))) or UUID(int=0),
        method=PaymentMethod(plan.method),
        note=plan.note,
        language=language,
        expected_total=total_shown(posted),
        key=str(posted.get("idempotency_key", "")),
        answers=substitutes.answers(posted),
        credit=credit.wanted(posted),
        company=company,
        now=clock.now(),
    )


def _hold(shop: Header, cart: CartView, slot_id: str) -> None:
    now = clock.now()
    found = read_id(slot_id)
    if found is None:
        raise NotFound("slot", slot_id)
    delivery.hold(slot_id=found, holder=holder_of(cart), until=now + HOLD, now=now, store_id=shop.store.id)


def _is_held(cart: CartView, slot_id: str) -> bool:
    return cart.slot is not None and str(cart.slot.slot_id) == slot_id


def _page(request: HttpRequest, *, part: str = "", status: int = 200, **said: Any) -> HttpResponse:
    """Checkout as it stands, or one part of it; without anything in the cart, the cart."""
    context = checkout_page.context(request, **said)
    if context is None:
        return redirect("storefront:cart")
    return render(request, part or "storefront/checkout.html", context, status=status)


def _typed(request: HttpRequest) -> dict[str, Any]:
    """What is chosen on the page beside place and time."""
    chosen = {"note": _note(request), "method": tenders.chosen(_tender(request))}
    return chosen | {"credit": "use_credit" in request.POST, "company": companies.typed(request.POST)}


def _tender(request: HttpRequest) -> str:
    return str(request.POST.get("tender", plan_of(request).method))


def _note(request: HttpRequest) -> str:
    return " ".join(request.POST.get("note", "").split())[:200]
