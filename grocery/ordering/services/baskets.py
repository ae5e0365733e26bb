"""What a cart comes to at the moment of ordering: every line sold, in steps, at today's price."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from grocery.catalog import public as catalog
from grocery.inventory import public as inventory
from grocery.kernel.money import Money, total
from grocery.kernel.quantity import Quantity, plain
from grocery.ordering import models, policies
from grocery.ordering.contracts import Adjustment, OrderId, ProductNotSold, SubstitutionChoice, headroom
from grocery.ordering.services import near
from grocery.ordering.services.open_cart import OpenCart
from grocery.ordering.services.pricing import goods_of
from grocery.ordering.services.show_cart import on_sale

#: What the store has of these products on the day of delivery, by SKU.
type Shelf = Callable[[Sequence[catalog.ProductOnSale]], Mapping[str, inventory.Availability]]


@dataclass(frozen=True, slots=True)
class BasketLine:
    product: catalog.ProductOnSale
    quantity: Quantity
    priced: policies.PricedLine
    row: models.CartLine
    reduced: tuple[policies.Reduced, ...] = ()


@dataclass(frozen=True, slots=True)
class Basket:
    """Lines with their offers. `goods`, what they cost, is what the least order and free delivery are measured by."""

    lines: tuple[BasketLine, ...]
    priced: policies.PricedBasket
    offers: tuple[policies.Offer, ...] = ()
    #: What the customer wants if something runs out, where the line does not say otherwise.
    choice: str = SubstitutionChoice.SIMILAR.value

    @property
    def goods(self) -> Money:
        return self.priced.amount

    @property
    def headroom(self) -> Money:
        """By how much its goods by weight may come to more on the scale."""
        return total(headroom(line.priced.amount, unit=line.product.unit.value) for line in self.lines)

    def fee_adjustment(self, fee: Money) -> Adjustment | None:
        """The offer that makes this basket's delivery free, if there is one."""
        return policies.fee_adjustment(self.offers, goods=self.goods, fee=fee)

    def counting(self, of_fee: Adjustment | None) -> set[UUID | None]:
        """The offers that lower something here."""
        return self.priced.counting() | ({of_fee.offer_id} if of_fee else set())

    def demands(self) -> list[inventory.Demand]:
        """What the store has to put aside."""
        return [
            inventory.Demand(
                line.product.sku,
                line.quantity,
                line.product.min_freshness_days,
                near.by_percent(line.reduced),
            )
            for line in self.lines
        ]

    def order_lines(self, order_id: OrderId, vat: Mapping[str, Decimal]) -> Iterable[models.OrderLine]:
        """Rows that carry their own name, price, promise, and the VAT rate that their group has on the slot's day."""
        for position, line in enumerate(self.lines, 1):
            product = line.product
            yield models.OrderLine(
                order_id=order_id,
                position=position,
                sku=product.sku,
                name_en=product.name_en,
                name_vi=product.name_vi,
                price=product.price.minor,
                unit=product.unit.value,
                vat_rate=vat[product.vat_group],
                step=product.step,
                piece_weight=product.piece_weight,
                quantity=line.quantity,
                amount=line.priced.list_amount.minor,
                discount=line.priced.discount.minor,
                min_freshness_days=product.min_freshness_days,
                reduced=[[percent, plain(units)] for percent, units in near.by_percent(line.reduced)],
                image=product.image,
                tint=product.tint.value,
                note=line.row.note,
                substitution=line.row.substitution or self.choice,
                substitute_sku=line.row.substitute_sku,
            )

    def adjustments(self, order_id: OrderId, of_fee: Adjustment | None) -> list[models.OrderAdjustment]:
        """Rows that say why it costs less than its goods and its way."""
        found = [(line.product.sku, effect) for line in self.lines for effect in line.priced.adjustments]
        return [_row(order_id, sku, effect) for sku, effect in [*found, *([("", of_fee)] if of_fee else [])]]


def _row(order_id: UUID, sku: str, effect: Adjustment) -> models.OrderAdjustment:
    return models.OrderAdjustment(
        order_id=order_id,
        sku=sku,
        offer_id=effect.offer_id,
        kind=effect.kind.value,
        name_en=effect.name_en,
        name_vi=effect.name_vi,
        quantity=effect.quantity,
        amount=effect.amount.minor,
    )


def price(cart: OpenCart, *, today: date, shelf: Shelf) -> Basket:
    """The lines at today's prices. `shelf` looks up what there is of lines that take units near their date.

    Raises ProductNotSold for all that are not, QuantityNotInSteps.
    """
    lines, offers = cart.lines, cart.offers
    products = on_sale([line.sku for line in lines], on=today)
    if gone := [line.sku for line in lines if line.sku not in products]:
        raise ProductNotSold(gone)
    chosen = [(products[catalog.Sku(line.sku)], line.quantity) for line in lines]
    for product, quantity in chosen:
        policies.check_quantity(product.sku, quantity, step=product.step, most=product.max_per_order)
    there = shelf([products[catalog.Sku(line.sku)] for line in lines if line.near_expiry])
    taken = {
        line.sku: near.taken(line, there.get(line.sku), product.piece_weight)
        for (product, _quantity), line in zip(chosen, lines, strict=True)
    }
    priced = policies.price_basket(goods_of(chosen, taken), offers)
    return Basket(
        tuple(
            BasketLine(product, line.quantity, priced.lines[product.sku], line, taken[product.sku])
            for (product, _quantity), line in zip(chosen, lines, strict=True)
        ),
        priced,
        offers,
        cart.row.substitution,
    )
