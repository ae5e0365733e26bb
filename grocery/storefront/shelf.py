"""Products as the shelf shows them, in the reader's language, with the stepper that buys them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext, ngettext

from grocery.catalog.public import Category, NetUnit, ProductCard, ProductOnSale, Unit
from grocery.kernel.quantity import ZERO, Quantity
from grocery.storefront import wording
from grocery.storefront.wording import Counter

#: From here on the date is far enough away to be said as days left, not as freshness.
_KEEPS_DAYS = 14
#: What a stepper on the shelf of what is near its date says of itself.
NEAR_EXPIRY = "near-expiry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stepper:
    """How many are in the cart, counted as one holds them: pieces, grams, millilitres."""

    change_url: str
    count: str
    count_words: str
    step: str
    sign: str
    #: What one piece is in this count, of goods by the piece that are paid by weight; else empty.
    piece: str
    less: str
    more: str
    #: Where it stands, if what is added there comes otherwise: the shelf of what is near its date.
    origin: str = ""
    #: The field that holds the count, where the stepper is a part of a larger form; `change_url` is then that form's.
    field: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One product in a list."""

    url: str
    name: str
    price: str
    #: What it costs when no offer runs; empty where none does.
    was: str
    percent_off: int
    facts: tuple[str, ...]
    fresh: str
    until: str
    image: str
    tint: str
    out: bool
    stepper: Stepper


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A department, a category, a crumb."""

    name: str
    url: str
    slug: str = ""
    image: str = ""
    tint: str = ""
    count: int = 0
    current: bool = False


def cards(
    products: Iterable[ProductCard], *, in_cart: Mapping[str, Quantity], language: str, dated: bool = False
) -> list[Card]:
    """The products as cards; `dated` shelves say the best-before date instead of the freshness promised."""
    return [card(product, in_cart.get(product.sku, ZERO), language, dated=dated) for product in products]


def card(product: ProductCard, quantity: Quantity, language: str, *, dated: bool = False) -> Card:
    name = product.name(language)
    expiry = product.earliest_expiry if dated else None
    return Card(
        url=product_url(product.sku),
        name=name,
        price=str(product.price_now),
        was=str(product.price) if product.offer_price else "",
        percent_off=product.percent_off,
        facts=facts(product, language),
        fresh=fresh(product),
        until=gettext("Best before %(day)s") % {"day": wording.day(expiry)} if expiry else "",
        image=product.image,
        tint=product.tint,
        out=not product.in_stock,
        stepper=replace(stepper(product, name, quantity, language), origin=NEAR_EXPIRY if dated else ""),
    )


def stepper(product: ProductOnSale, name: str, quantity: Quantity, language: str) -> Stepper:
    """The stepper of a product that is in the cart `quantity` times."""
    return stepper_for(
        product.sku,
        unit=product.unit,
        step=product.step,
        piece_weight=product.piece_weight,
        quantity=quantity,
        name=name,
        language=language,
    )


def stepper_for(
    sku: str,
    *,
    unit: str,
    step: Quantity,
    piece_weight: Quantity | None,
    quantity: Quantity,
    name: str,
    language: str,
) -> Stepper:
    counter = Counter.of(unit)
    return Stepper(
        change_url=reverse("storefront:cart-line", args=[sku]),
        count=counter.count(quantity),
        count_words=wording.in_hand(quantity, unit, piece_weight, language),
        step=counter.count(step),
        sign=counter.sign,
        piece=counter.count(piece_weight) if piece_weight else "",
        less=gettext("Remove one: %(name)s") % {"name": name},
        more=gettext("Add: %(name)s") % {"name": name},
    )


def facts(product: ProductOnSale, language: str) -> tuple[str, ...]:
    """What compares: what is in the pack, and what a kilogram, litre or piece of it costs."""
    if product.unit != Unit.PIECE:
        return (wording.per(product.price_now, product.unit), *_of_piece(product, language))
    pack = contents(product.net_content, product.net_unit, language) if product.net_content else ""
    comparison = wording.per(product.unit_price, product.unit_price_per or "") if product.unit_price else ""
    return tuple(fact for fact in (pack, comparison) if fact)


def _of_piece(product: ProductOnSale, language: str) -> tuple[str, ...]:
    """Of goods by the piece that are paid by weight, what a piece is about."""
    if product.piece_weight is None:
        return ()
    weight = wording.measure(product.piece_weight, product.unit, language)
    return (gettext("about %(weight)s each") % {"weight": weight},)


def contents(amount: Decimal, unit: NetUnit | None, language: str) -> str:
    """What is printed on the pack: `500 g`, `1,5 l`, `10 pieces`."""
    if unit == NetUnit.PIECE:
        return ngettext("%(n)s piece", "%(n)s pieces", int(amount)) % {"n": wording.number(amount, language)}
    return wording.measure(amount / 1000, "kg" if unit == NetUnit.G else "l", language)


def fresh(product: ProductOnSale) -> str:
    """The promise: how many days of life are left when it arrives; empty where none is given."""
    days = product.min_freshness_days
    if not product.perishable or not days:
        return ""
    return gettext("%(days)s+ days left") % {"days": days} if days >= _KEEPS_DAYS else wording.fresh(days)


def product_url(sku: str) -> str:
    return reverse("storefront:product", args=[sku])


def category_url(slug: str) -> str:
    return reverse("storefront:category", args=[slug])


def link(category: Category, language: str, *, current: str | None = None) -> Link:
    return Link(
        name=category.name(language),
        url=category_url(category.slug),
        slug=category.slug,
        image=category.image,
        tint=category.tint,
        count=category.products,
        current=category.slug == current,
    )


def trail(categories: Iterable[Category], language: str) -> list[Link]:
    """The crumbs from the department down."""
    return [link(category, language) for category in categories]
