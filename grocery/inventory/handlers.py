"""What inventory hears: its own facts, to show them to the outside."""

from __future__ import annotations

from grocery.inventory.events import StockChanged
from grocery.inventory.services import feed
from grocery.kernel import clock
from grocery.kernel.outbox import on


@on(StockChanged, batch=500, outside=True)
def show_stock(events: tuple[StockChanged, ...]) -> None:
    """Phones see what is there."""
    feed.show(events=events, now=clock.now())
