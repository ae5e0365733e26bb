"""A cart as its owner sees it: today's prices, what is on the shelf, what it comes to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
    HeldSlot,
    PriceChange,
    SubstitutionChoice,
)
from grocery.ordering.contracts.prices import NOTHING
from grocery.ordering.services import open_cart
from grocery.ordering.services.open_cart import OpenCart
from grocery.ordering.services.pricing import goods_of, reduction

type OnSale = Mapping[catalog.Sku, catalog.ProductOnSale]


def show_cart(*, owner: CartOwner, store_id: UUID | None, ward_code: str | None, now: datetime) -> CartView:
    """The cart at this moment. Looking changes nothing: what has changed is told until it is acknowledged."""
    cart = open_cart.look_at(owner, store_id)
    return of(cart, ward_code=ward_code, now=now) if cart else nothing(owner)


def of(cart: OpenCart, *, ward_code: str | None, now: datetime) -> CartView:
    """This cart at this moment."""
    products = on_sale(line.sku for line in cart.lines)
    return view(cart, products, ward_code=ward_code, now=now)


def glance(*, owner: CartOwner, store_id: UUID | None, now: datetime) -> CartGlance:
    """The cart without a look at stock: three statements, one where there is none."""
    cart = open_cart.look_at(owner, store_id)
    if cart is None:
        return CartGlance({}, dong(0), None, None)
    hold = delivery.held(holder=cart.row.holder, now=now)
    products = on_sale(line.sku for line in cart.lines) if cart.lines else {}
    return CartGlance(
        quantities=cart.quantities,
        goods=_priced(cart, products).amount,
        slot=_slot(hold),
        day=hold.slot.day if hold else own_day(cart, now),
    )


def on_sale(skus: Iterable[str]) -> dict[catalog.Sku, catalog.ProductOnSale]:
    """What the catalogue sells of these, in one statement."""
    return catalog.products_on_sale(skus=[catalog.Sku(sku) for sku in skus])


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


def view(cart: OpenCart, products: OnSale, *, ward_code: str | None = None, now: datetime) -> CartView:
    """The cart of these lines; what differs from what was acknowledged is told as news of the line."""
    hold = None if cart.fresh else delivery.held(holder=cart.row.holder, now=now)
    day = hold.slot.day if hold else own_day(cart, now)
    shelf = _shelf(cart, products, day, now) if products else {}
    priced = _priced(cart, products)
    lines = tuple(
        _line(row, products.get(catalog.Sku(row.sku)), priced.lines.get(row.sku), shelf.get(row.sku, ZERO))
        for row in cart.lines
    )
    fee = _fee(hold, ward_code, priced.amount)
    free = policies.fee_adjustment(cart.offers, goods=priced.amount, fee=fee or NOTHING)
    taxed = [(line.vat_rate, line.amount) for line in lines if line.on_sale]
    if fee is not None:
        taxed.append((policies.delivery_vat_rate(day), fee - reduction(free)))
    return CartView(
        id=CartId(cart.row.id),
        owner=cart.row.owner,
        store_id=cart.row.store_id,
        lines=lines,
        slot=_slot(hold),
        subtotal=priced.subtotal,
        fee=fee,
        vat=policies.vat_parts(taxed),
        total=priced.amount + (fee or NOTHING) - reduction(free),
        discount=priced.discount,
        fee_discount=reduction(free),
        fee_adjustments=(free,) if free else (),
        substitution=SubstitutionChoice(cart.row.substitution),
        day=day,
        wanted_day=cart.row.wanted_day,
        minimum=dong(settings.MINIMUM_ORDER),
    )


def own_day(cart: OpenCart, now: datetime) -> date:
    """The day that the cart is for while it holds no slot."""
    return policies.day_for(cart.row.wanted_day, today=local_date(now, zone=cart.row.zone))


def _priced(cart: OpenCart, products: OnSale) -> policies.PricedBasket:
    """What is sold of this cart, with the offers that count for it."""
    sold = [(products[catalog.Sku(row.sku)], row.quantity) for row in cart.lines if row.sku in products]
    return policies.price_basket(goods_of(sold), cart.offers)


def _shelf(cart: OpenCart, products: OnSale, day: date, now: datetime) -> dict[str, Quantity]:
    """How much of each SKU may be promised for that day, in one statement."""
    freshness: dict[str, int] = {p.sku: p.min_freshness_days for p in products.values()}
    found = inventory.availability(
        skus=freshness,
        location=catalog.StoreId(cart.row.store_id),
        good_on=day,
        now=now,
        min_freshness_days=freshness,
    )
    return {sku: availability.available for sku, availability in found.items()}


def _line(
    row: models.CartLine,
    product: catalog.ProductOnSale | None,
    priced: policies.PricedLine | None,
    available: Quantity,
) -> CartLine:
    if product is None or priced is None:
        return _withdrawn(row)
    seen, shortage = dong(row.price_seen), Quantity(max(row.quantity - available, ZERO))
    discount = priced.list_amount - priced.amount
    return CartLine(
        sku=row.sku,
        name_en=product.name_en,
        name_vi=product.name_vi,
        price=product.price,
        unit=product.unit.value,
        step=product.step,
        quantity=row.quantity,
        amount=priced.amount,
        vat_rate=product.vat_rate,
        image=product.image,
        tint=product.tint.value,
        available=available,
        shortage=shortage,
        price_change=PriceChange(before=seen, now=product.price) if seen != product.price else None,
        list_amount=priced.list_amount,
        adjustments=priced.adjustments,
        excess=Quantity(max(row.quantity - product.max_per_order, ZERO)),
        news=policies.news(
            policies.Seen(dong(row.price_seen), row.shortage_seen, dong(row.discount_seen), sold=row.sold_seen),
            policies.Seen(product.price, shortage, discount, sold=True),
        ),
        discount_before=dong(row.discount_seen),
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
