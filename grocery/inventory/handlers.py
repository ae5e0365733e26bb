"""What inventory hears: its own facts, to show them to the outside."""

from __future__ import annotations

from grocery.inventory.events import HotItemMoved, StockChanged
from grocery.inventory.services import alerts, feed, hot_switch
from grocery.kernel import clock
from grocery.kernel.outbox import on


@on(StockChanged, batch=500, outside=True)
def show_stock(events: tuple[StockChanged, ...]) -> None:
    """Phones see what is there."""
    feed.show(events=events, now=clock.now())


@on(HotItemMoved, batch=500)
def settle_hot_items(events: tuple[HotItemMoved, ...]) -> None:
    """What many buyers took of an item is told once."""
    hot_switch.settle(events=events, now=clock.now())


@on(StockChanged, batch=500)
def watch_stock(events: tuple[StockChanged, ...]) -> None:
    """What runs low is said once."""
    alerts.watch(events=events)
