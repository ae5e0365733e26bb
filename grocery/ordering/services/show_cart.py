"""A cart as its owner sees it: today's prices, what is on the shelf, what it comes to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from grocery.catalog import public as catalog
from grocery.delivery import public as delivery
from grocery.inventory import public as inventory
from grocery.kernel.clock import local_date
from grocery.kernel.money import Money, dong
from grocery.kernel.quantity import ZERO, Quantity
from grocery.ordering import models, policies
from grocery.ordering.contracts import (
    CartGlance,
    CartId,
    CartLine,
    CartNews,
    CartOwner,
    CartView,
    Coupon,
    CouponState,
    EndedOffer,
    HeldSlot,
    PriceChange,
    SubstitutionChoice,
)
from grocery.ordering.contracts.prices import NOTHING
from grocery.ordering.services import near, open_cart
from grocery.ordering.services.open_cart import OpenCart
from grocery.ordering.services.pricing import goods_of, reduction

type OnSale = Mapping[catalog.Sku, catalog.ProductOnSale]
type OnShelf = Mapping[str, inventory.Availability]


def show_cart(*, owner: CartOwner, store_id: UUID | None, ward_code: str | None, now: datetime) -> CartView:
    """The cart at this moment. Looking changes nothing: what has changed is told until it is acknowledged."""
    cart = open_cart.look_at(owner, store_id, now=now)
    return of(cart, ward_code=ward_code, now=now) if cart else nothing(owner)


def of(cart: OpenCart, *, ward_code: str | None, now: datetime) -> CartView:
    """This cart at this moment."""
    day = day_of(cart, now)
    products = on_sale([line.sku for line in cart.lines], on=day.date)
    return view(cart, products, day, ward_code=ward_code, now=now)


def glance(*, owner: CartOwner, store_id: UUID | None, now: datetime) -> CartGlance:
    """The cart without a look at stock: four statements, one where there is none; one more where units near their
    date are in it, which cost less as far as there are any."""
    cart = open_cart.look_at(owner, store_id, now=now)
    return glance_at(cart, now) if cart else CartGlance({}, dong(0), None, None)


def glance_at(cart: OpenCart, now: datetime) -> CartGlance:
    """The same for a cart that is at hand."""
    day = day_of(cart, now)
    products = on_sale([line.sku for line in cart.lines], on=day.date) if cart.lines else {}
    near_its_date = takes_near(cart, products)
    shelf = shelf_of(cart, near_its_date, day.date, now) if near_its_date else {}
    return CartGlance(
        quantities=cart.quantities,
        goods=priced(cart, products, shelf).amount,
        slot=_slot(day.hold),
        day=day.date,
    )


def takes_near(cart: OpenCart, products: OnSale) -> OnSale:
    """Of these products those whose lines take units near their date: only of them the shelf says the price."""
    wanted = {row.sku for row in cart.lines if row.near_expiry}
    return {sku: product for sku, product in products.items() if sku in wanted}


@dataclass(frozen=True, slots=True)
class Day:
    """The day that a cart is for: that of the slot it holds, else the one that was wanted, else today."""

    date: date
    hold: delivery.SlotHold | None


def day_of(cart: OpenCart, now: datetime) -> Day:
    """One statement; none for a cart that was made this moment."""
    hold = None if cart.fresh else delivery.held(holder=cart.row.holder, now=now)
    return Day(hold.slot.day if hold else own_day(cart, now), hold)


def on_sale(skus: Iterable[str], *, on: date | None = None) -> dict[catalog.Sku, catalog.ProductOnSale]:
    """What the catalogue sells of these, to be priced with the VAT rates of that day, in one statement."""
    return catalog.products_on_sale(skus=[catalog.Sku(sku) for sku in skus], on=on)


def nothing(owner: CartOwner) -> CartView:
    """A cart that has not been begun."""
    return CartView(
        id=None,
        owner=CartOwner(customer_id=owner.customer_id),
        store_id=None,
        lines=(),
        slot=None,
        subtotal=dong(0),
        fee=None,
        vat=(),
        total=dong(0),
    )


def view(cart: OpenCart, products: OnSale, day: Day, *, ward_code: str | None = None, now: datetime) -> CartView:
    """The cart of these lines; what differs from what was acknowledged is told as news of the line."""
    shelf = shelf_of(cart, products, day.date, now) if products else {}
    basket = priced(cart, products, shelf)
    lines = tuple(_lines(cart, products, shelf, basket))
    fee = _fee(day.hold, ward_code, basket.amount)
    free = policies.fee_adjustment(cart.offers, goods=basket.amount, fee=fee or NOTHING)
    counting = basket.counting() | ({free.offer_id} if free else set())
    taxed = [(line.vat_rate, line.amount) for line in lines if line.on_sale]
    if fee:
        rate = catalog.vat_rate(group=catalog.VAT_OF_DELIVERY, on=day.date)
        taxed.append((rate, fee - reduction(free)))
    return CartView(
        id=CartId(cart.row.id),
        owner=cart.row.owner,
        store_id=cart.row.store_id,
        lines=lines,
        slot=_slot(day.hold),
        subtotal=basket.subtotal,
        fee=fee,
        vat=policies.vat_parts(taxed),
        total=basket.amount + (fee or NOTHING) - reduction(free),
        discount=basket.discount,
        fee_discount=reduction(free),
        fee_adjustments=(free,) if free else (),
        coupons=tuple(_coupons(cart, counting)),
        basket_offers=frozenset(cart.basket_offers & counting),
        ended_offers=_ended(cart),
        substitution=SubstitutionChoice(cart.row.substitution),
        day=day.date,
        wanted_day=cart.row.wanted_day,
        minimum=dong(settings.MINIMUM_ORDER),
        version=cart.row.version,
    )


def _lines(cart: OpenCart, products: OnSale, shelf: OnShelf, basket: policies.PricedBasket) -> Iterator[CartLine]:
    passing = cart.comes_and_goes
    for row in cart.lines:
        product = products.get(catalog.Sku(row.sku))
        yield line_of(row, product, basket.lines.get(row.sku), _of_shelf(row, products, shelf), passing)


def own_day(cart: OpenCart, now: datetime) -> date:
    """The day that the cart is for while it holds no slot."""
    return policies.day_for(cart.row.wanted_day, today=local_date(now, zone=cart.row.zone))


def priced(cart: OpenCart, products: OnSale, shelf: OnShelf) -> policies.PricedBasket:
    """What is sold of this cart, with the offers that count for it; of `shelf` units near their date are taken."""
    sold = [(products[catalog.Sku(row.sku)], row.quantity) for row in cart.lines if row.sku in products]
    taken = {row.sku: _of_shelf(row, products, shelf).taken for row in cart.lines}
    return policies.price_basket(goods_of(sold, taken), cart.offers)


def _of_shelf(row: models.CartLine, products: OnSale, shelf: OnShelf) -> near.Shelf:
    found, product = shelf.get(row.sku), products.get(catalog.Sku(row.sku))
    return near.Shelf(found, near.taken(row, found, product.piece_weight if product else None))


def _ended(cart: OpenCart) -> tuple[EndedOffer, ...]:
    """One statement where there are any."""
    over = set(cart.row.offers_seen) - {offer.id for offer in cart.offers}
    return tuple(EndedOffer(*names) for names in models.Offer.objects.names(over)) if over else ()


def _coupons(cart: OpenCart, lowering: Set[UUID | None]) -> Iterator[Coupon]:
    """Each code that was entered, and what it does."""
    brought = {coupon.code: offer for offer, coupon in cart.codes.items()}
    for code in cart.row.coupons:
        if code not in brought:
            yield Coupon(code, CouponState.ENDED)
        else:
            yield Coupon(code, CouponState.APPLIED if brought[code] in lowering else CouponState.NO_EFFECT)


def shelf_of(cart: OpenCart, products: OnSale, day: date, now: datetime) -> dict[str, inventory.Availability]:
    """What may be promised of each SKU for that day, in one statement."""
    freshness: dict[str, int] = {p.sku: p.min_freshness_days for p in products.values()}
    return inventory.availability(
        skus=freshness,
        location=catalog.StoreId(cart.row.store_id),
        good_on=day,
        now=now,
        min_freshness_days=freshness,
    )


def line_of(
    row: models.CartLine,
    product: catalog.ProductOnSale | None,
    priced: policies.PricedLine | None,
    shelf: near.Shelf,
    passing: Set[UUID] = frozenset(),
) -> CartLine:
    """A line as its owner sees it. `passing`: offers on it that come and go with the rest of the cart."""
    if product is None or priced is None:
        return _withdrawn(row)
    available, quantity = shelf.available, row.quantity
    shortage = Quantity(quantity - available) if quantity > available else ZERO
    before, now = seen(row), policies.Seen(product.price, shortage, priced.discount, sold=True)
    return CartLine(
        sku=row.sku,
        name_en=product.name_en,
        name_vi=product.name_vi,
        price=product.price,
        unit=product.unit.value,
        step=product.step,
        quantity=quantity,
        amount=priced.amount,
        vat_rate=product.vat_rate,
        image=product.image,
        tint=product.tint.value,
        available=available,
        shortage=shortage,
        price_change=PriceChange(before=before.price, now=now.price) if before.price != now.price else None,
        list_amount=priced.list_amount,
        adjustments=priced.adjustments,
        near_expiry=row.near_expiry,
        reduced=shelf.reduced,
        excess=Quantity(quantity - product.max_per_order) if quantity > product.max_per_order else ZERO,
        news=policies.news(before, now),
        discount_before=before.discount,
        lasting_discount=priced.discount_without(passing),
        piece_weight=product.piece_weight,
        **_wishes(row),
    )


def seen(row: models.CartLine) -> policies.Seen:
    """What the owner of a line last acknowledged of it."""
    shortage = Quantity(row.shortage_seen)
    return policies.Seen(dong(row.price_seen), shortage, dong(row.discount_seen), sold=row.sold_seen)


def _withdrawn(row: models.CartLine) -> CartLine:
    """A line whose product is no longer sold: all that is left of it is what was asked for."""
    return CartLine(
        sku=row.sku,
        name_en=row.sku,
        name_vi=row.sku,
        price=dong(row.price_seen),
        unit="piece",
        step=row.quantity,
        quantity=row.quantity,
        amount=dong(0),
        vat_rate=policies.NO_VAT,
        image="",
        tint="",
        available=ZERO,
        shortage=row.quantity,
        on_sale=False,
        news=(CartNews.WITHDRAWN,) if row.sold_seen else (),
        **_wishes(row),
    )


def _wishes(row: models.CartLine) -> dict[str, Any]:
    """What the customer said about the line."""
    return {
        "note": row.note,
        "substitution": SubstitutionChoice(row.substitution) if row.substitution else None,
        "substitute_sku": row.substitute_sku,
    }


def _fee(hold: delivery.SlotHold | None, ward_code: str | None, basket: Money) -> Money | None:
    """Known once there is a slot, and a ward where the slot is not for pickup."""
    if hold is None or (hold.slot.mode is delivery.Mode.DELIVERY and ward_code is None):
        return None
    return delivery.fee(slot_id=hold.slot.id, ward_code=ward_code, basket=basket)


def _slot(hold: delivery.SlotHold | None) -> HeldSlot | None:
    if hold is None:
        return None
    slot = hold.slot
    return HeldSlot(slot.id, slot.day, slot.starts_at, slot.ends_at, hold.until)


def cart_size(*, owner: CartOwner, store_id: UUID | None) -> int:
    return models.CartLine.objects.in_cart_of(owner, store_id).count()
