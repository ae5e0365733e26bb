"""The order of locks: reservations (or a transfer), then items by SKU and store; these guard their lots.

Reservations are locked first because the goods they hold say which items are touched. Whoever keeps to this
never waits in a circle; `expire` takes many reservations at once and therefore skips those that are locked.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from grocery.inventory.models import Reservation, StockItem


def open_reservations(*holders: str) -> list[Reservation]:
    """Lock the open reservations of these holders."""
    _in_a_transaction()
    return list(Reservation.objects.open().of(holders).order_by("id").locked())


def items(skus: Iterable[str], *, location: UUID, held_by: Iterable[Reservation] = ()) -> list[StockItem]:
    """Lock the items of these SKUs in a store, and all items that the reservations hold goods of."""
    _in_a_transaction()
    return list(StockItem.objects.of_or_among(skus, _held(held_by), location=location).locked())


def items_held(reservations: Iterable[Reservation]) -> list[StockItem]:
    """Lock the items that the reservations hold goods of."""
    _in_a_transaction()
    return list(StockItem.objects.among(_held(reservations)).locked())


def items_of_lots(lots: Iterable[UUID]) -> list[StockItem]:
    """Lock the items of these lots."""
    _in_a_transaction()
    return list(StockItem.objects.with_lots_among(lots).locked())


def _held(reservations: Iterable[Reservation]) -> set[UUID]:
    return {item for reservation in reservations for item in reservation.items}


def _in_a_transaction() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("stock is locked in the transaction that changes it")
