"""A product's own page: for doubt, not for buying."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from grocery.catalog import public as catalog
from grocery.catalog.public import Allergen, ProductCard, ProductDetail, Sku, Unit
from grocery.inventory import public as inventory
from grocery.kernel import clock
from grocery.kernel.quantity import ZERO, Quantity
from grocery.ordering.public import whole_pieces
from grocery.storefront import labels, shelf, wording
from grocery.storefront.forms import DIETS
from grocery.storefront.header import Header, header
from grocery.storefront.wording import Counter

_SIMILAR: Final = 6


@require_safe
def product(request: HttpRequest, sku: str) -> HttpResponse:
    shop = header(request)
    found = catalog.product(sku=Sku(sku), store_id=shop.store.id)
    return render(
        request,
        "storefront/product.html",
        buying(shop, found, wanted=request.GET.get("n", "")) | _facts(shop, found),
    )


@require_safe
def similar(request: HttpRequest, sku: str) -> HttpResponse:
    """Others of its category that sell well; loaded when someone scrolls there."""
    shop = header(request)
    found = catalog.product(sku=Sku(sku), store_id=shop.store.id)
    others = catalog.popular(store_id=shop.store.id, category=found.trail[-1].slug, limit=_SIMILAR + 1)
    cards = shelf.cards(
        [other for other in others if other.sku != found.sku][:_SIMILAR],
        in_cart=shop.in_cart,
        language=shop.who.language,
    )
    return render(request, "storefront/parts/rail.html", {"cards": cards})


def buying(shop: Header, found: ProductDetail, *, wanted: str = "") -> dict[str, Any]:
    """The stepper and the button: what is in the cart, or how much would be added."""
    language, name = shop.who.language, found.name(shop.who.language)
    quantity = shop.in_cart.get(found.sku, ZERO)
    chosen = quantity or _chosen(found, wanted)
    counter = Counter.of(found.unit)
    count, step = Decimal(counter.count(chosen)), Decimal(counter.count(found.step))
    return {
        "product": found,
        "name": name,
        "stepper": shelf.stepper(found, name, chosen, language),
        "in_cart": bool(quantity),
        "amount": found.price_now * chosen,
        "per_unit": counter.per_unit,
        "fewer": max(count - step, step),
        "more": count + step,
    }


def _chosen(found: ProductDetail, wanted: str) -> Quantity:
    """How much the page proposes to add; without a script − and + come back here with `?n=`."""
    try:
        chosen = Counter.of(found.unit).amount(wanted)
    except ValueError:
        return found.step
    return chosen if found.step <= chosen <= found.step * 999 and chosen % found.step == 0 else found.step


def _facts(shop: Header, found: ProductDetail) -> dict[str, Any]:
    language = shop.who.language
    slot = shop.glance.slot
    today = wording.local(clock.now()).date()
    good_on = shop.glance.day or today
    left = inventory.availability(skus=[found.sku], location=shop.store.id, good_on=good_on, now=clock.now()).get(
        found.sku
    )
    available = whole_pieces(left.available, found.piece_weight) if left else ZERO
    trail = shelf.trail(found.trail, language)
    return {
        "here": found.trail[0].slug if found.trail else "",
        "parent": trail[-1] if trail else None,
        "crumbs": [*trail, shelf.Link(name=found.name(language), url=shelf.product_url(found.sku))],
        "facts": shelf.facts(found, language),
        "price_per": "" if found.unit == Unit.PIECE else f"/{found.unit}",
        "available": available,
        "at_most": min(available, inventory.CAP),
        "available_words": _left(available, found, language),
        "promise": _promise(found, slot, today) if found.perishable and found.min_freshness_days else None,
        "diet": _diet(found),
        "allergens": _allergens(found, language),
        "description": found.description(language),
        "origin": found.origin.name(language) if found.origin else "",
        "storage": labels.storage(found.storage),
        "nutrition": labels.values(found.nutrition, language) if found.nutrition else [],
        "sizes": [_size(size, language) for size in found.sizes],
    }


def _size(size: ProductCard, language: str) -> shelf.Link:
    """Another pack: what is in it, what it costs, what that comes to."""
    content, *compared = shelf.facts(size, language) or (size.name(language),)
    return shelf.Link(name=" · ".join([content, str(size.price_now), *compared]), url=shelf.product_url(size.sku))


def _left(available: Quantity, found: ProductDetail, language: str) -> str:
    if not available:
        return _("Sold out")
    amount = wording.measure(min(available, inventory.CAP), found.unit, language)
    if available < inventory.CAP:
        return pgettext("stock", "%(amount)s left") % {"amount": amount}
    return pgettext("stock", "At least %(amount)s left") % {"amount": amount}


def _promise(found: ProductDetail, slot: Any, today: Any) -> str:
    """What the freshness promise means for the slot that is held, with a date; without one, in general."""
    if slot is None:
        return _("Counted from the day it reaches you. If not, it’s refunded.")
    from datetime import timedelta

    return _("Delivered %(when)s: use by %(day)s or later. If not, it’s refunded.") % {
        "when": wording.when(slot.starts_at, slot.ends_at, today=today),
        "day": wording.day(slot.day + timedelta(days=found.min_freshness_days)),
    }


def _allergens(found: ProductDetail, language: str) -> str | None:
    """What it contains, in words; empty: none of the fourteen; None: nobody has said."""
    if found.allergens is None:
        return None
    return ", ".join(one.called(language) for one in Allergen if one in found.allergens)


def _diet(found: ProductDetail) -> list[str]:
    labels = dict(DIETS)
    return [str(labels[word]) for word in found.dietary if word in labels]
