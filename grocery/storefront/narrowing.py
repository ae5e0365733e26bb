"""How a list can be narrowed: every choice with how many products it would leave, and what has been chosen so far."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from grocery.catalog import public as catalog
from grocery.catalog.public import Allergen, CategoryHits, Facets, Filters
from grocery.kernel.errors import NotFound
from grocery.kernel.money import dong
from grocery.storefront.forms import DIETS, FilterForm

_BAND: Final = re.compile(r"(\d{0,9})-(\d{0,9})")
#: Answered by yes or not at all.
QUESTIONS: Final = ("in_stock", "on_offer", "is_perishable", "expires_soon")
#: So many brands are offered beside those that are chosen.
_BRANDS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One box to tick; `value` as it stands in the address."""

    name: str
    value: str
    label: str
    products: int
    chosen: bool
    #: What it is called where it stands alone; empty: as here.
    alone: str = ""

    @property
    def id(self) -> str:
        return f"f-{self.name}-{self.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Boxes under one heading; `one`: a choice takes the place of another."""

    legend: str
    options: tuple[Option, ...]
    one: bool = False

    @property
    def chosen(self) -> bool:
        return any(option.chosen for option in self.options)


def filters_of(form: FilterForm, *, category: str | None, search: str, expires_soon: bool) -> Filters:
    """What the form asks for; what it does not know is left out."""
    wanted = form.cleaned_data
    least, most = _band(wanted.get("price", ""))
    return Filters(
        category=category or _known_category(wanted.get("category", "")),
        brand=tuple(wanted.get("brand", ())),
        search=search,
        in_stock=wanted.get("in_stock") or None,
        on_offer=wanted.get("on_offer") or None,
        expires_soon=expires_soon or wanted.get("expires_soon") or None,
        is_perishable=wanted.get("is_perishable") or None,
        dietary=tuple(wanted.get("dietary", ())),
        allergen_free=tuple(wanted.get("allergen_free", ())),
        min_price=least,
        max_price=most,
    )


def _band(text: str) -> tuple[int | None, int | None]:
    """`20000-49999`, either end may be open; nonsense narrows nothing."""
    found = _BAND.fullmatch(text)
    least, most = (int(end) if end else None for end in found.groups()) if found else (None, None)
    return (None, None) if least is not None and most is not None and least > most else (least, most)


def _known_category(slug: str) -> str | None:
    try:
        return catalog.category(slug).slug if slug else None
    except NotFound:
        return None


def groups(
    form: FilterForm, facets: Facets, filters: Filters, *, language: str, within: bool, dated: bool
) -> list[Group]:
    """The form's boxes. `within` a category no other is offered; a `dated` shelf does not ask what is near its date.

    Boxes keep their places whatever is ticked, so that what is under the finger never moves.
    """
    categories = () if within else tuple(_categories(facets, filters, language))
    found = [
        Group(legend=_("Freshness and stock"), options=tuple(_questions(form, facets, dated=dated))),
        Group(legend=_("Category"), options=categories, one=True),
        Group(legend=_("Price"), options=tuple(_prices(facets, filters)), one=True),
        Group(legend=_("Brand"), options=tuple(_brands(facets, filters))),
        Group(legend=_("Diet"), options=tuple(_diets(facets, filters))),
        Group(legend=_("Without"), options=tuple(_allergens(facets, filters, language))),
    ]
    return [group for group in found if group.options]


def _questions(form: FilterForm, facets: Facets, *, dated: bool) -> Iterator[Option]:
    for name in QUESTIONS:
        if name == "expires_soon" and dated:
            continue
        yield Option(
            name=name,
            value="1",
            label=str(form.fields[name].label),
            products=getattr(facets, name),
            chosen=bool(form.cleaned_data.get(name)),
        )


def _categories(facets: Facets, filters: Filters, language: str) -> Iterator[Option]:
    """The departments that have any, and the one that is chosen."""
    for hit in facets.categories:
        if hit.category.parent_slug is None or hit.category.slug == filters.category:
            yield _category(hit, filters, language)
    if filters.category and filters.category not in {hit.category.slug for hit in facets.categories}:
        yield _category(CategoryHits(category=catalog.category(filters.category), products=0), filters, language)


def _category(hit: CategoryHits, filters: Filters, language: str) -> Option:
    slug = hit.category.slug
    return Option(
        name="category",
        value=slug,
        label=hit.category.name(language),
        products=hit.products,
        chosen=slug == filters.category,
    )


def _prices(facets: Facets, filters: Filters) -> Iterator[Option]:
    asked = (filters.min_price, filters.max_price)
    counted = {(band.min_price, band.max_price): band.products for band in facets.prices}
    if asked != (None, None):
        counted.setdefault(asked, 0)
    for (least, most), products in sorted(counted.items(), key=lambda band: band[0][0] or 0):
        yield Option(
            name="price",
            value=f"{'' if least is None else least}-{'' if most is None else most}",
            label=_price(least, most),
            products=products,
            chosen=(least, most) == asked,
        )


def _price(least: int | None, most: int | None) -> str:
    """The end of a band is said as the next one's beginning: up to 49.999 ₫ is 20.000 ₫ – 50.000 ₫."""
    above = dong(most + 1) if most is not None else None
    if least is None:
        return _("Below %(price)s") % {"price": above}
    if above is None:
        return _("%(price)s and more") % {"price": dong(least)}
    return f"{dong(least)} – {above}"


def _brands(facets: Facets, filters: Filters) -> list[Option]:
    """The largest, in the order of their names: ticking one moves none."""
    names = {slug: slug for slug in filters.brand} | {hit.brand.slug: hit.brand.name for hit in facets.brands}
    counted = {hit.brand.slug: hit.products for hit in facets.brands}
    offered = {*list(counted)[:_BRANDS], *filters.brand}
    options = [
        Option(
            name="brand",
            value=slug,
            label=names[slug],
            products=counted.get(slug, 0),
            chosen=slug in filters.brand,
        )
        for slug in sorted(offered, key=lambda slug: names[slug].casefold())
    ]
    return options if len(options) > 1 or filters.brand else []


def _diets(facets: Facets, filters: Filters) -> Iterator[Option]:
    counted = {one.value: one.products for one in facets.dietary}
    for value, label in DIETS:
        yield Option(
            name="dietary",
            value=value,
            label=str(label),
            products=counted.get(value, 0),
            chosen=value in filters.dietary,
        )


def _allergens(facets: Facets, filters: Filters, language: str) -> Iterator[Option]:
    counted = {one.value: one.products for one in facets.allergen_free}
    if not counted and not filters.allergen_free:
        return
    for allergen in Allergen:
        yield Option(
            name="allergen_free",
            value=allergen.value,
            label=allergen.called(language).capitalize(),
            alone=_("Without %(allergen)s") % {"allergen": allergen.called(language)},
            products=counted.get(allergen.value, 0),
            chosen=allergen.value in filters.allergen_free,
        )
