"""The goods that an order holds, after what it wants has become another amount."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from grocery.catalog import public as catalog
from grocery.inventory import public as inventory
from grocery.kernel.quantity import Quantity
from grocery.ordering import models, policies
from grocery.ordering.contracts import OrderState


def keep(
    order: models.Order, lines: Iterable[models.OrderLine], *, now: datetime, replaces: str | None = None
) -> None:
    """Hold exactly these lines for the order, what it held before counting as free to it. Raises OutOfStock.

    What the customer is being asked about is held too: a proposal can be accepted. `replaces`: a holder whose goods
    become the order's.
    """
    inventory.reserve(
        holder=order.holder,
        location=catalog.StoreId(order.store_id),
        demands=[*demands(lines), *_proposed(order)],
        good_on=order.slot_day,
        until=until(order),
        now=now,
        replaces=replaces,
    )


def demands(lines: Iterable[models.OrderLine]) -> list[inventory.Demand]:
    """What the store has to put aside for these lines; nothing for those that were called off."""
    return [
        inventory.Demand(
            catalog.Sku(line.sku),
            Quantity(line.quantity),
            line.min_freshness_days,
            policies.still_reduced(line.reduced, Quantity(line.quantity)),
        )
        for line in lines
        if line.quantity
    ]


def _proposed(order: models.Order) -> list[inventory.Demand]:
    return [
        inventory.Demand(catalog.Sku(row.with_sku), Quantity(row.with_quantity), row.with_min_freshness_days)
        for row in models.Substitution.objects.of_order(order.id).open()
    ]


def until(order: models.Order) -> datetime:
    """How long its goods are kept: until its money is due, or for good once it is there or comes at the door."""
    if order.state == OrderState.PLACED and order.pay_by:
        return order.pay_by
    return policies.kept_until(order.slot_ends_at)
