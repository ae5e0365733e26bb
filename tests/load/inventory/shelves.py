"""A store to measure in: shelves filled set-wise, baskets drawn by chance."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from grocery.inventory.contracts import Demand
from grocery.kernel import clock
from grocery.kernel.quantity import quantity

PLENTY = 1_000_000


@dataclass(frozen=True)
class Store:
    """Where the baskets are filled, and for which day."""

    location: UUID
    skus: tuple[str, ...]
    good_on: date

    def basket(self, chance: random.Random, lines: int) -> list[str]:
        return chance.sample(self.skus, lines)


def stock(*, skus: int, lots: int = 2, each: int = PLENTY, prefix: str = "sku") -> Store:
    """A store with so many SKUs, each in so many lots of `each` units that expire one day after the other."""
    from django.db import connection

    from grocery.catalog import public as catalog
    from grocery.inventory import public as inventory

    location = catalog.save_store(code=f"bench-{prefix}", name_en="Bench", name_vi="Bench").id
    today = clock.now().date()
    names = tuple(f"{prefix}{number:05}" for number in range(skus))
    lines = [
        inventory.StockLine(sku, quantity(each), today + timedelta(days=30 + lot))
        for sku in names
        for lot in range(lots)
    ]
    inventory.stock_up(location=location, lines=lines, now=clock.now())
    connection.close()
    return Store(location, names, today + timedelta(days=1))


def reserve(store: Store, holder: str, skus: Sequence[str], amount: int = 1) -> None:
    """What checkout does with stock: one transaction, one call."""
    from django.db import transaction

    from grocery.inventory import public as inventory

    now = clock.now()
    with transaction.atomic():
        inventory.reserve(
            holder=holder,
            location=store.location,
            demands=demands(skus, amount),
            good_on=store.good_on,
            until=now + timedelta(hours=1),
            now=now,
        )


def demands(skus: Iterable[str], amount: int) -> list[Demand]:
    return [Demand(sku, quantity(amount)) for sku in skus]
