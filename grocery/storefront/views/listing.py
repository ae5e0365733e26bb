"""Lists: a category, or what has to go soon; narrowed, ordered, page by page."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from grocery.catalog import public as catalog
from grocery.catalog.public import Category, Sort
from grocery.kernel import clock
from grocery.kernel.errors import NotFound
from grocery.storefront import narrowing, shelf
from grocery.storefront.forms import FilterForm
from grocery.storefront.header import Header, header
from grocery.storefront.narrowing import Group
from grocery.storefront.shelf import Link

SHOWN: Final = 24
_LAST_PAGE: Final = 500


@require_safe
def categories(request: HttpRequest) -> HttpResponse:
    """All departments with what is below them."""
    language = header(request).who.language
    tree = [
        (shelf.link(top, language), [shelf.link(child, language) for child in top.children])
        for top in catalog.categories()
    ]
    return render(request, "storefront/categories.html", {"tab": "list", "tree": tree})


@require_safe
def category(request: HttpRequest, slug: str) -> HttpResponse:
    shop = header(request)
    trail = _trail(catalog.categories(), slug)
    if not trail:
        raise NotFound("category", slug)
    here, top = trail[-1], trail[0]
    page = listing(request, shop, category=slug)
    language = shop.who.language
    return render(
        request,
        "storefront/list.html",
        page
        | {
            "tab": "list",
            "here": top.slug,
            "heading": here.name(language),
            "crumbs": shelf.trail(trail, language),
            "family": _family(trail, language),
        },
    )


@require_safe
def near_expiry(request: HttpRequest) -> HttpResponse:
    """What has to go soon, all departments."""
    page = listing(request, header(request), expires_soon=True)
    extra = {"tab": "list", "here": "near-expiry", "heading": _("Still good, soon due"), "crumbs": [], "family": []}
    return render(request, "storefront/list.html", page | extra)


def listing(
    request: HttpRequest, shop: Header, *, category: str | None = None, search: str = "", expires_soon: bool = False
) -> dict[str, Any]:
    """One page of a list as its template wants it, from what the address asks for."""
    form = FilterForm(request.GET)
    form.is_valid()
    language, wanted = shop.who.language, form.cleaned_data
    filters = narrowing.filters_of(form, category=category, search=search, expires_soon=expires_soon)
    page_number = _page_number(request)
    now = clock.now()
    found = catalog.list_products(
        store_id=shop.store.id,
        filters=filters,
        sort=Sort(wanted["sort"]) if wanted.get("sort") else None,
        limit=SHOWN,
        offset=(page_number - 1) * SHOWN,
        language=language,
        now=now,
    )
    facets = catalog.facets(store_id=shop.store.id, filters=filters, now=now)
    groups = narrowing.groups(
        form, facets, filters, language=language, within=category is not None, dated=expires_soon
    )
    total = found.total or 0
    left = total - page_number * SHOWN
    return {
        "form": form,
        "sort": wanted.get("sort") or ("" if search else Sort.POPULAR),
        "groups": groups,
        "chosen": _chosen(request.GET, groups),
        "total": total,
        "did_you_mean": found.did_you_mean,
        "cards": shelf.cards(found.cards, in_cart=shop.in_cart, language=language, dated=expires_soon),
        "more": min(left, SHOWN) if left > 0 else 0,
        "more_url": _address(request.GET, page=str(page_number + 1)),
        "clear_url": _address(request.GET, keep=("q", "sort")),
        "page_number": page_number,
    }


def _page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return min(max(int(text), 1), _LAST_PAGE) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def _chosen(query: QueryDict, groups: list[Group]) -> list[Link]:
    """Each choice that is made, with the address that takes it back."""
    return [
        Link(name=option.alone or option.label, url=_address(query, without=(option.name, option.value)))
        for group in groups
        for option in group.options
        if option.chosen
    ]


def _address(
    query: QueryDict, *, page: str = "", without: tuple[str, str] | None = None, keep: tuple[str, ...] | None = None
) -> str:
    """This page's query with another page, without one filter, or with nothing but what is to be kept."""
    pairs = [
        (name, value)
        for name, values in query.lists()
        for value in values
        if name != "page" and not _is(without, name, value) and (keep is None or name in keep)
    ]
    address = QueryDict(mutable=True)
    for name, value in [*pairs, ("page", page)]:
        if value:
            address.appendlist(name, value)
    return f"?{address.urlencode()}"


def _is(option: tuple[str, str] | None, name: str, value: str) -> bool:
    """Whether this is what is left out; of questions every yes."""
    return option is not None and name == option[0] and (name in narrowing.QUESTIONS or value == option[1])


def _trail(tree: tuple[Category, ...] | list[Category], slug: str) -> list[Category]:
    """From the department down to the category of this slug; empty where there is none."""
    for node in tree:
        if node.slug == slug:
            return [node]
        if below := _trail(node.children, slug):
            return [node, *below]
    return []


def _family(trail: list[Category], language: str) -> list[Link]:
    """The chips: what lies below this category, or its siblings where nothing does."""
    here = trail[-1]
    parent = here if here.children else trail[-2] if len(trail) > 1 else None
    if parent is None:
        return []
    everything = Link(name=_("All"), url=shelf.category_url(parent.slug), current=parent is here)
    return [everything, *(shelf.link(child, language, current=here.slug) for child in parent.children)]
