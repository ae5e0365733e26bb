"""What a cart comes to at the moment of ordering: every line sold, in steps, at today's price."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from grocery.catalog import public as catalog
from grocery.inventory import public as inventory
from grocery.kernel.money import Money, total
from grocery.kernel.quantity import Quantity
from grocery.ordering import models, policies
from grocery.ordering.contracts import Adjustment, OrderId, ProductNotSold, SubstitutionChoice, headroom
from grocery.ordering.services.open_cart import OpenCart
from grocery.ordering.services.pricing import goods_of
from grocery.ordering.services.show_cart import on_sale


@dataclass(frozen=True, slots=True)
class BasketLine:
    product: catalog.ProductOnSale
    quantity: Quantity
    priced: policies.PricedLine
    row: models.CartLine


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

    def demands(self) -> list[inventory.Demand]:
        """What the store has to put aside."""
        return [
            inventory.Demand(line.product.sku, line.quantity, line.product.min_freshness_days) for line in self.lines
        ]

    def order_lines(self, order_id: OrderId) -> Iterable[models.OrderLine]:
        """Rows that carry their own name, price, rate and promise."""
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
                vat_rate=product.vat_rate,
                step=product.step,
                quantity=line.quantity,
                amount=line.priced.list_amount.minor,
                discount=line.priced.discount.minor,
                min_freshness_days=product.min_freshness_days,
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


def price(cart: OpenCart) -> Basket:
    """The lines at today's prices. Raises ProductNotSold for all that are not, QuantityNotInSteps."""
    lines, offers = cart.lines, cart.offers
    products = on_sale(line.sku for line in lines)
    if gone := [line.sku for line in lines if line.sku not in products]:
        raise ProductNotSold(gone)
    chosen = [(products[catalog.Sku(line.sku)], line.quantity) for line in lines]
    for product, quantity in chosen:
        policies.check_quantity(product.sku, quantity, step=product.step, most=product.max_per_order)
    priced = policies.price_basket(goods_of(chosen), offers)
    return Basket(
        tuple(
            BasketLine(product, line.quantity, priced.lines[product.sku], line)
            for (product, _quantity), line in zip(chosen, lines, strict=True)
        ),
        priced,
        offers,
        cart.row.substitution,
    )
