"""A walk through the store, in the trade's words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from grocery.kernel.ids import new_id
from grocery.kernel.principal import Principal
from grocery.kernel.quantity import quantity
from grocery.ordering import public as ordering
from tests.ordering.conftest import NOON
from tests.ordering.staff import worker
from tests.shop import Amount, Shop


@dataclass(frozen=True, slots=True)
class Walker:
    """Somebody with a wave."""

    shop: Shop
    by: Principal
    wave: UUID

    def take(
        self, order_id: UUID, sku: str, amount: Amount, *, code: str = "", by_hand: str = "no label",
        key: UUID | None = None, more_follows: bool = False, now: datetime = NOON,
    ) -> None:  # fmt: skip
        """So much goes into the crate: scanned, or else without a label."""
        handful = ordering.Handful(
            id=key or new_id(),
            order_id=order_id,
            sku=sku,
            quantity=quantity(amount),
            code=code,
            by_hand="" if code else by_hand,
            more_follows=more_follows,
        )
        ordering.pick(handful=handful, by=self.by, now=now)

    def items(self) -> tuple[ordering.WalkItem, ...]:
        return ordering.walk(wave_id=self.wave).items

    def item(self, sku: str) -> ordering.WalkItem:
        return next(item for item in self.items() if item.sku == sku)


def walker(shop: Shop, *orders: UUID) -> Walker:
    """A picker of the shop's with these orders."""
    by = worker(shop)
    return Walker(shop, by, ordering.take_wave(store_id=shop.store.id, order_ids=orders or None, by=by, now=NOON))
