"""Orders in their crates."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from grocery.ordering import models
from grocery.ordering.contracts import OrderState, WrongState
from grocery.ordering.contracts.picking import Cold, CrateView, PackedLot, SealedOrder
from grocery.ordering.services import show_orders

_SEALED = frozenset({OrderState.PACKED, OrderState.OUT_FOR_DELIVERY, OrderState.UNDELIVERED, OrderState.DELIVERED})


def sealed_order(*, order_id: UUID, store_id: UUID | None) -> SealedOrder:
    """See `public.picking.sealed_order`."""
    order = show_orders.show_order(order_id=order_id, customer_id=None, store_id=store_id)
    if order.state not in _SEALED:
        raise WrongState(order.number, order.state, OrderState.PACKED)
    crates = models.Crate.objects.of_orders([order_id])
    return SealedOrder(
        order=order,
        crates=tuple(CrateView(crate.number, Cold(crate.cold)) for crate in crates),
        lots=_lots(order_id),
    )


def sealed_orders(*, order_ids: Collection[UUID], store_id: UUID | None) -> list[SealedOrder]:
    """Those of these orders that are in crates, by slot; their lots are left out. Five statements for any number."""
    orders = show_orders.show_orders(order_ids=order_ids, store_id=store_id)
    crates: dict[UUID, tuple[CrateView, ...]] = {}
    for crate in models.Crate.objects.of_orders(order.id for order in orders):
        crates[crate.order_id] = (*crates.get(crate.order_id, ()), CrateView(crate.number, Cold(crate.cold)))
    return [SealedOrder(order, crates[order.id], ()) for order in orders if order.id in crates]


def _lots(order_id: UUID) -> tuple[PackedLot, ...]:
    """First expired first; what nobody said the day of comes last."""
    picks = models.Pick.objects.of_orders([order_id]).standing()
    lots = [PackedLot(pick.sku, pick.expires_on, pick.quantity) for pick in picks]
    return tuple(sorted(lots, key=lambda lot: (lot.expires_on is None, str(lot.expires_on), lot.sku)))
