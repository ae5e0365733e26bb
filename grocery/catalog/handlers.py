"""What the catalogue hears."""

from __future__ import annotations

from grocery.catalog.contracts import StoreId
from grocery.catalog.services import hear
from grocery.kernel import clock
from grocery.kernel.outbox import on
from grocery.ordering.events import OrderPlaced


@on(OrderPlaced)
def count_order(event: OrderPlaced) -> None:
    """What sells is popular."""
    skus = [line.sku for line in event.lines]
    hear.count_order(store_id=StoreId(event.store_id), skus=skus, now=clock.now())
