"""What a shopper says about the cart besides quantities; each is a form of its own that works without a script."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from grocery.kernel import clock
from grocery.kernel.errors import DomainError
from grocery.ordering import public as ordering
from grocery.ordering.public import CartView, SubstitutionChoice
from grocery.storefront.header import header
from grocery.storefront.shopper import keep_token, shopper
from grocery.storefront.substitutes import other

_CHOICES = {choice.value: choice for choice in SubstitutionChoice}


@require_POST
def substitution(request: HttpRequest) -> HttpResponse:
    """If something runs out: for the whole cart."""
    choice = _CHOICES.get(request.POST.get("choice", ""), SubstitutionChoice.SIMILAR)
    return _said(
        request,
        lambda: ordering.choose_substitution(owner=shopper(request).owner, choice=choice, now=clock.now()),
        "runs-out",
    )


@require_POST
def line_substitution(request: HttpRequest, sku: str) -> HttpResponse:
    """If this product runs out; `with_sku` names what is tried first."""
    chosen = request.POST.get("choice", "")
    named = request.POST.get("with_sku", "") or (request.POST.get("named", "") if chosen == "named" else "")
    return _said(
        request,
        lambda: ordering.choose_line_substitution(
            owner=shopper(request).owner,
            sku=sku,
            choice=SubstitutionChoice.SIMILAR if named else _CHOICES.get(chosen),
            substitute_sku=named,
            now=clock.now(),
        ),
        f"line-{sku}",
    )


@require_http_methods(["GET", "HEAD"])
@never_cache
def alternatives(request: HttpRequest, sku: str) -> HttpResponse:
    """What may be named for a product, to choose from."""
    shop = header(request)
    found = ordering.alternatives(owner=shop.who.owner, sku=sku, now=clock.now())
    line = next((line for line in shop.cart.lines if line.sku == sku), None) if shop.cart else None
    language = shop.who.language
    return render(
        request,
        "storefront/alternatives.html",
        {
            "sku": sku,
            "name": line.name(language) if line else sku,
            "others": [other(one, language) for one in found],
        },
    )


@require_POST
def note(request: HttpRequest, sku: str) -> HttpResponse:
    """What the picker should know about a line."""
    text = request.POST.get("note", "")
    return _said(
        request,
        lambda: ordering.write_line_note(owner=shopper(request).owner, sku=sku, note=text, now=clock.now()),
        f"line-{sku}",
    )


@require_POST
def day(request: HttpRequest) -> HttpResponse:
    """For which day the cart is."""
    wanted = _date(request.POST.get("day", ""))
    return _said(
        request,
        lambda: ordering.want_day(owner=shopper(request).owner, day=wanted, now=clock.now()),
        "",
        whole=True,
    )


@require_POST
def seen(request: HttpRequest) -> HttpResponse:
    """What changed has been read."""
    return _said(
        request,
        lambda: ordering.acknowledge_changes(owner=shopper(request).owner, now=clock.now()),
        "",
        whole=True,
    )


def _said(request: HttpRequest, say: Callable[[], CartView], part: str, *, whole: bool = False) -> HttpResponse:
    """Back to the cart; with a script nothing moves, unless the `whole` page is another one now."""
    try:
        keep_token(request, say().owner)
    except DomainError as error:
        text = error.text(shopper(request).language)
        if request.htmx:  # type: ignore[attr-defined]  # set by django-htmx
            return HttpResponse(text, status=error.status, content_type="text/plain; charset=utf-8")
        messages.error(request, text)
    back = reverse("storefront:cart")
    if request.htmx:  # type: ignore[attr-defined]  # set by django-htmx
        answer = HttpResponse(status=204)
        if whole:
            answer["HX-Refresh"] = "true"
        return answer
    return redirect(f"{back}#{part}" if part else back)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
