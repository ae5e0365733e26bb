"""The front door: departments, what has to go soon, what sells."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from grocery.catalog import public as catalog
from grocery.catalog.public import Filters
from grocery.kernel import clock
from grocery.storefront import shelf
from grocery.storefront.header import header

_POPULAR, _NEAR_EXPIRY = 12, 8


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    shop = header(request)
    language, in_cart = shop.who.language, shop.in_cart
    popular = catalog.popular(store_id=shop.store.id, limit=_POPULAR)
    near_expiry = catalog.list_products(
        store_id=shop.store.id, filters=Filters(expires_soon=True), limit=_NEAR_EXPIRY, offset=0, now=clock.now()
    )
    return render(
        request,
        "storefront/home.html",
        {
            "tab": "home",
            "popular": shelf.cards(popular, in_cart=in_cart, language=language),
            "near_expiry": shelf.cards(near_expiry.cards, in_cart=in_cart, language=language, dated=True),
        },
    )
