"""A cart as its owner sees it: today's prices, what is on the shelf, what it comes to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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
    Adjustment,
    CartGlance,
    CartId,
    CartLine,
    CartNews,
    CartOwner,
    CartView,
    Coupon,
    CouponState,
    HeldSlot,
    PriceChange,
    SubstitutionChoice,
)
from grocery.ordering.contracts.prices import NOTHING
from grocery.ordering.services import near, open_cart
from grocery.ordering.services.open_cart import OpenCart
from grocery.ordering.services.pricing import goods_of, reduction

type OnSale = Mapping[catalog.Sku, catalog.ProductOnSale]


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
    if cart is None:
        return CartGlance({}, dong(0), None, None)
    day = day_of(cart, now)
    products = on_sale([line.sku for line in cart.lines], on=day.date) if cart.lines else {}
    return CartGlance(
        quantities=cart.quantities,
        goods=_priced(cart, products, _near(cart, products, day.date, now)).amount,
        slot=_slot(day.hold),
        day=day.date,
    )


def _near(cart: OpenCart, products: OnSale, day: date, now: datetime) -> dict[str, tuple[policies.Reduced, ...]]:
    """The near-expiry units of the lines that take them; a look at the shelf for these alone."""
    wanted = {row.sku for row in cart.lines if row.near_expiry}
    some = {sku: product for sku, product in products.items() if sku in wanted}
    shelf = _shelf(cart, some, day, now) if some else {}
    return {row.sku: near.taken(row, shelf.get(row.sku), _piece(products, row.sku)) for row in cart.lines if shelf}


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
    shelf = _shelf(cart, products, day.date, now) if products else {}
    taken = {row.sku: near.taken(row, shelf.get(row.sku), _piece(products, row.sku)) for row in cart.lines}
    priced = _priced(cart, products, taken)
    lines = tuple(
        _line(
            row,
            products.get(catalog.Sku(row.sku)),
            priced.lines.get(row.sku),
            near.Shelf(shelf.get(row.sku), taken[row.sku]),
        )
        for row in cart.lines
    )
    fee = _fee(day.hold, ward_code, priced.amount)
    free = policies.fee_adjustment(cart.offers, goods=priced.amount, fee=fee or NOTHING)
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
        subtotal=priced.subtotal,
        fee=fee,
        vat=policies.vat_parts(taxed),
        total=priced.amount + (fee or NOTHING) - reduction(free),
        discount=priced.discount,
        fee_discount=reduction(free),
        fee_adjustments=(free,) if free else (),
        coupons=tuple(_coupons(cart, priced, free)),
        substitution=SubstitutionChoice(cart.row.substitution),
        day=day.date,
        wanted_day=cart.row.wanted_day,
        minimum=dong(settings.MINIMUM_ORDER),
    )


def own_day(cart: OpenCart, now: datetime) -> date:
    """The day that the cart is for while it holds no slot."""
    return policies.day_for(cart.row.wanted_day, today=local_date(now, zone=cart.row.zone))


def _priced(
    cart: OpenCart, products: OnSale, taken: Mapping[str, tuple[policies.Reduced, ...]]
) -> policies.PricedBasket:
    """What is sold of this cart, with the offers that count for it."""
    sold = [(products[catalog.Sku(row.sku)], row.quantity) for row in cart.lines if row.sku in products]
    return policies.price_basket(goods_of(sold, taken), cart.offers)


def _piece(products: OnSale, sku: str) -> Quantity | None:
    product = products.get(catalog.Sku(sku))
    return product.piece_weight if product else None


def _coupons(cart: OpenCart, priced: policies.PricedBasket, free: Adjustment | None) -> Iterator[Coupon]:
    """Each code that was entered, and what it does."""
    lowering = priced.counting() | ({free.offer_id} if free else set())
    brought = {coupon.code: offer for offer, coupon in cart.codes.items()}
    for code in cart.row.coupons:
        if code not in brought:
            yield Coupon(code, CouponState.ENDED)
        else:
            yield Coupon(code, CouponState.APPLIED if brought[code] in lowering else CouponState.NO_EFFECT)


def _shelf(cart: OpenCart, products: OnSale, day: date, now: datetime) -> dict[str, inventory.Availability]:
    """What may be promised of each SKU for that day, in one statement."""
    freshness: dict[str, int] = {p.sku: p.min_freshness_days for p in products.values()}
    return inventory.availability(
        skus=freshness,
        location=catalog.StoreId(cart.row.store_id),
        good_on=day,
        now=now,
        min_freshness_days=freshness,
    )


def _line(
    row: models.CartLine,
    product: catalog.ProductOnSale | None,
    priced: policies.PricedLine | None,
    shelf: near.Shelf,
) -> CartLine:
    if product is None or priced is None:
        return _withdrawn(row)
    available, quantity = shelf.available, row.quantity
    shortage = Quantity(quantity - available) if quantity > available else ZERO
    seen, discount, discount_seen = dong(row.price_seen), priced.discount, dong(row.discount_seen)
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
        price_change=PriceChange(before=seen, now=product.price) if seen != product.price else None,
        list_amount=priced.list_amount,
        adjustments=priced.adjustments,
        near_expiry=row.near_expiry,
        reduced=shelf.reduced,
        excess=Quantity(quantity - product.max_per_order) if quantity > product.max_per_order else ZERO,
        news=policies.news(
            policies.Seen(seen, row.shortage_seen, discount_seen, sold=row.sold_seen),
            policies.Seen(product.price, shortage, discount, sold=True),
        ),
        discount_before=discount_seen,
        piece_weight=product.piece_weight,
        **_wishes(row),
    )


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
