"""What the catalogue hears."""

from __future__ import annotations

from grocery.catalog.contracts import OfferSeen, Sku, StockSeen, StoreId
from grocery.catalog.services import hear
from grocery.inventory.events import StockChanged
from grocery.kernel import clock
from grocery.kernel.outbox import on
from grocery.ordering.events import OfferChanged, OrderPlaced


@on(StockChanged, batch=500)
def show_stock(events: tuple[StockChanged, ...]) -> None:
    """Lists say what is there, and which has to go soon."""
    hear.see_stock(seen=[_seen(event) for event in events])


@on(OrderPlaced)
def count_order(event: OrderPlaced) -> None:
    """What sells is popular."""
    skus = [line.sku for line in event.lines]
    hear.count_order(store_id=StoreId(event.store_id), skus=skus, now=clock.now())


@on(OfferChanged)
def show_offer(event: OfferChanged) -> None:
    """Shelves say what costs less, and what it cost before."""
    hear.see_offer(OfferSeen(**{name: getattr(event, name) for name in OfferSeen.__slots__}))


def _seen(event: StockChanged) -> StockSeen:
    return StockSeen(
        store_id=StoreId(event.location),
        sku=Sku(event.sku),
        version=event.version,
        in_stock=event.available > 0,
        earliest_expiry=event.earliest_expiry,
    )
