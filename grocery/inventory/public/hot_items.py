"""Flash sales: goods that everybody wants at once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from grocery.inventory.contracts import HotRule
from grocery.inventory.services import hot_switch as _switch

__all__ = ["HotRule", "set_hot_rule", "tend_hot_items"]


def set_hot_rule(*, sku: str, location: UUID, rule: HotRule) -> None:
    """Say whether many may buy of a SKU in a store at once: always, never, or (at first) while many do.

    While an item is hot, buyers do not wait for each other. Nothing else changes: what is sold is exact to the unit,
    first expired first. Its StockChanged facts come a moment later, one for many baskets. Raises NotFound.
    """
    _switch.set_rule(sku=sku, location=location, rule=rule)


def tend_hot_items(*, now: datetime) -> None:
    """Items under the rule AUTO become hot that 10 baskets a second want, and cool down below 1 a second.

    To be called every few seconds, not inside a transaction; any number of workers may.
    """
    _switch.tend(now=now)
