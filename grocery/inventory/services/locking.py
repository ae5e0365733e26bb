"""The order of locks: reservations (or a transfer), then items by SKU and store; these guard their lots.

Reservations are locked first because the goods they hold say which items are touched. Whoever keeps to this
never waits in a circle. A transaction locks all its items in one statement, those of several stores too: a second
call may only name items that it has locked. `expire` takes many reservations at once and therefore skips those that
are locked. Last come the buckets of hot items, which all who change such an item lock as well: see `hot_items`.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from grocery.inventory.models import Bucket, Reservation, StockItem


def open_reservations(*holders: str) -> list[Reservation]:
    """Lock the open reservations of these holders."""
    _in_a_transaction()
    return list(Reservation.objects.open().of(holders).order_by("id").locked())


def items(skus: Iterable[str], *, location: UUID, held_by: Iterable[Reservation] = ()) -> list[StockItem]:
    """Lock the items of these SKUs in a store, and all items that the reservations hold goods of."""
    _in_a_transaction()
    return _folded(StockItem.objects.of_or_among(skus, _held(held_by), location=location).locked())


def these(items: Iterable[UUID]) -> list[StockItem]:
    """Lock these items."""
    _in_a_transaction()
    return _folded(StockItem.objects.among(items).locked())


def items_to_free(reservations: Iterable[Reservation]) -> tuple[list[StockItem], list[StockItem]]:
    """The items that the reservations hold goods of: those locked, and the hot ones, to which one may give back.

    A hot one may cool down before we commit. Then what was given back lies in a bucket until the next tick.
    """
    _in_a_transaction()
    held = _held(reservations)
    locked = list(StockItem.objects.among(held).cold().locked())
    rest = held - {item.id for item in locked}
    return locked, list(StockItem.objects.among(rest)) if rest else []


def _folded(items: Iterable[StockItem]) -> list[StockItem]:
    """Of hot items all buckets are locked too, and their lots say exactly what is reserved."""
    locked = list(items)
    if hot := [item.id for item in locked if item.hot]:
        Bucket.objects.fold(hot)
    return locked


def items_of_lots(lots: Iterable[UUID]) -> list[StockItem]:
    """Lock the items of these lots."""
    _in_a_transaction()
    return _folded(StockItem.objects.with_lots_among(lots).locked())


def _held(reservations: Iterable[Reservation]) -> set[UUID]:
    return {item for reservation in reservations for item in reservation.items}


def _in_a_transaction() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("stock is locked in the transaction that changes it")
