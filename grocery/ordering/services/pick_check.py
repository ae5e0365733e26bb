"""Whether an order that was picked is complete: what stands between the walk and the seal."""

from __future__ import annotations

from uuid import UUID

from grocery.kernel.quantity import ZERO, Quantity
from grocery.ordering import models, policies
from grocery.ordering.contracts.picking import LinesOpen
from grocery.ordering.services import weighing


def found_of(order_id: UUID) -> dict[str, Quantity]:
    """What is in the crates of an order, by SKU."""
    found: dict[str, Quantity] = {}
    for pick in models.Pick.objects.of_orders([order_id]).standing():
        found[pick.sku] = Quantity(found.get(pick.sku, ZERO) + pick.quantity)
    return found


def check_complete(order: models.Order) -> None:
    """Raise LinesOpen unless the crates of a locked order hold what its lines say, no less and no more.

    An order that nobody picked item by item (the store has another device for that) is taken at its word.
    """
    if not models.OrderPick.objects.of_orders([order.id]).exists():
        return
    found = found_of(order.id)
    lines = {line.sku: line for line in models.OrderLine.objects.of_order(order.id)}
    taken = weighing.taken([order.id])
    open_ones = [
        sku
        for sku, line in lines.items()
        if not (_closed(line, found.get(sku, ZERO)) or weighing.is_taken(taken, line, found.get(sku, ZERO)))
    ]
    if open_ones:
        raise LinesOpen(order.number, open_ones)


def _closed(line: models.OrderLine, found: Quantity) -> bool:
    if line.quantity == 0:
        return found == 0
    least, most = policies.tolerance(Quantity(line.quantity), unit=line.unit)
    return least <= found <= most
