"""Which SKUs are worth counting today."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from grocery.catalog import public as catalog
from grocery.inventory.contracts import Choice
from grocery.inventory.models import CountLine, Lot, Movement, StockItem
from grocery.inventory.policies import counts as rules
from grocery.inventory.services.days import today
from grocery.kernel.quantity import ZERO

#: What a person can count in one go.
MOST: Final = 200
_SOLD_IN: Final = timedelta(days=28)


def choose_for_count(
    *,
    location: UUID,
    choice: Choice,
    now: datetime,
    skus: Collection[str] = (),
    category: str = "",
    size: int = 20,
    seed: int = 0,
) -> list[str]:
    """The SKUs of a store that a count is to be about, 200 at most; those in another open count are left out.

    `skus` is for Choice.SKUS, `category` (a slug; raises NotFound) for CATEGORY, `size` and `seed` for SAMPLE: the
    same seed chooses the same from the same sales.
    """
    items, shelf = StockItem.objects.at(location), Lot.objects.on_shelf().in_store(location)
    match choice:
        case Choice.SKUS:
            found = StockItem.objects.known(skus, location=location)
        case Choice.CATEGORY:
            found = _of_category(shelf.skus(), category)
        case Choice.LOW:
            found = set(items.with_totals().low().values_list("sku", flat=True))
        case Choice.EXPIRED:
            found = shelf.past(today(location, now=now)).skus()
        case Choice.NEVER:
            found = shelf.never_counted().skus()
        case Choice.SAMPLE:
            sold = dict.fromkeys(shelf.skus(), ZERO) | Movement.objects.sold_since(now - _SOLD_IN, location=location)
            found = set(rules.sample(sold, size=size, seed=seed))
    busy = CountLine.objects.open().in_store(location).skus()
    return sorted(found - busy)[:MOST]


def _of_category(skus: Collection[str], slug: str) -> set[str]:
    below = {category.id for category in catalog.category(slug).subtree()}
    products = catalog.products_on_sale(skus=[catalog.Sku(sku) for sku in skus])
    return {str(sku) for sku, product in products.items() if product.category_id in below}
