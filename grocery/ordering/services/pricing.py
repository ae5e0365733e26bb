"""What the catalogue sells, as the pricing rules look at it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from grocery.catalog import public as catalog
from grocery.kernel.money import Money
from grocery.kernel.quantity import Quantity
from grocery.ordering import policies
from grocery.ordering.contracts import Adjustment
from grocery.ordering.contracts.prices import NOTHING


def goods_of(
    chosen: Iterable[tuple[catalog.ProductOnSale, Quantity]],
    reduced: Mapping[str, tuple[policies.Reduced, ...]] | None = None,
) -> Iterator[policies.Goods]:
    """Products and quantities as the pricing rules look at them; `reduced`: units near their date, by SKU."""
    for product, quantity in chosen:
        yield policies.Goods(
            sku=product.sku,
            price=product.price,
            quantity=quantity,
            counted=product.unit is catalog.Unit.PIECE,
            categories=frozenset(product.categories),
            reduced=(reduced or {}).get(product.sku, ()),
        )


def reduction(adjustment: Adjustment | None) -> Money:
    """By how much an adjustment lowers; nothing where there is none."""
    return -adjustment.amount if adjustment else NOTHING
