"""Which lots are kept for whom."""

from __future__ import annotations

from collections.abc import Iterable

from grocery.inventory.contracts import Allocation
from grocery.inventory.models import Allocation as Part
from grocery.kernel.quantity import Quantity


def reserved(*, holders: Iterable[str]) -> dict[str, tuple[Allocation, ...]]:
    """See `public.reserved`."""
    kept: dict[str, tuple[Allocation, ...]] = {}
    for part in Part.objects.held_by(holders):
        lot = part.lot
        one = Allocation(lot.stock_item.sku, lot.id, lot.lot_code, lot.expires_on, Quantity(part.quantity))
        kept[part.reservation.holder] = (*kept.get(part.reservation.holder, ()), one)
    return kept
