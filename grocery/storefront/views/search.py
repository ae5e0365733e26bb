"""Search: the results, and what drops down while someone types."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from grocery.catalog import public as catalog
from grocery.storefront import shelf
from grocery.storefront.header import header
from grocery.storefront.views.listing import listing

#: As in the API: the longest name with its marks written apart.
_LONGEST: Final = 300
_SUGGESTED: Final = 4


def _query(request: HttpRequest) -> str:
    """What was typed, on one line, without characters that no keyboard types."""
    text = " ".join(request.GET.get("q", "").split())[:_LONGEST]
    return "".join(char for char in text if char.isprintable())


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    shop, query = header(request), _query(request)
    page = listing(request, shop, search=query) if query else {}
    return render(request, "storefront/search.html", page | {"tab": "search", "query": query})


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    shop, query = header(request), _query(request)
    if not query:
        return render(request, "storefront/parts/suggest.html", {"query": ""})
    found = catalog.suggest(query=query, store_id=shop.store.id, limit=_SUGGESTED)
    language = shop.who.language
    return render(
        request,
        "storefront/parts/suggest.html",
        {
            "query": query,
            "did_you_mean": found.did_you_mean,
            "phrases": found.phrases,
            "categories": [(shelf.link(hit.category, language), hit.products) for hit in found.categories],
            "cards": shelf.cards(found.cards, in_cart=shop.in_cart, language=language),
        },
    )
