"""Inventory's tables: what there is (stock), what is promised (reservations), what happened (movements)."""

from grocery.inventory.models.movements import Movement, MovementKind, Posting
from grocery.inventory.models.reservations import Allocation, Reservation, ReservationState
from grocery.inventory.models.stock import Lot, StockItem

__all__ = [
    "Allocation",
    "Lot",
    "Movement",
    "MovementKind",
    "Posting",
    "Reservation",
    "ReservationState",
    "StockItem",
]
