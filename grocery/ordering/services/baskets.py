"""What a cart comes to at the moment of ordering: every line sold, in steps, at today's price."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grocery.catalog import public as catalog
from grocery.inventory import public as inventory
from grocery.kernel.money import Money, total
from grocery.kernel.quantity import Quantity
from grocery.ordering import models, policies
from grocery.ordering.contracts import OrderId, ProductNotSold
from grocery.ordering.services.show_cart import on_sale


@dataclass(frozen=True, slots=True)
class BasketLine:
    product: catalog.ProductOnSale
    quantity: Quantity

    @property
    def amount(self) -> Money:
        return self.product.price * self.quantity


@dataclass(frozen=True, slots=True)
class Basket:
    lines: tuple[BasketLine, ...]

    @property
    def subtotal(self) -> Money:
        return total(line.amount for line in self.lines)

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
                quantity=line.quantity,
                amount=line.amount.minor,
                min_freshness_days=product.min_freshness_days,
                image=product.image,
                tint=product.tint.value,
            )


def price(lines: Sequence[models.CartLine]) -> Basket:
    """The lines at today's prices. Raises ProductNotSold for all that are not, QuantityNotInSteps."""
    products = on_sale(line.sku for line in lines)
    if gone := [line.sku for line in lines if line.sku not in products]:
        raise ProductNotSold(gone)
    priced = tuple(BasketLine(products[catalog.Sku(line.sku)], line.quantity) for line in lines)
    for line in priced:
        policies.check_quantity(line.product.sku, line.quantity, step=line.product.step)
    return Basket(priced)
