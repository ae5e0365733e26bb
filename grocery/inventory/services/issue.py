"""Goods leave the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from grocery.inventory.contracts import Allocation, NothingReserved, OutOfStock
from grocery.inventory.models import Lot, Movement, MovementKind, Posting, Reservation, ReservationState
from grocery.inventory.policies import fefo
from grocery.inventory.policies.fefo import Shelf
from grocery.inventory.services import locking
from grocery.inventory.services.announcing import announce
from grocery.inventory.services.days import today
from grocery.kernel.quantity import ZERO, Quantity


@transaction.atomic
def issue(
    *, holder: str, quantities: Mapping[str, Quantity] | None, now: datetime, by: UUID | None
) -> tuple[Allocation, ...]:
    """See `public.issue`."""
    reservation = _open_reservation(holder)
    location = reservation.location
    items = locking.items(quantities or (), location=location, held_by=[reservation])
    shelves = Lot.objects.shelves(items, held_by=[reservation.id])
    wanted = _held(shelves) if quantities is None else quantities
    plan = fefo.pick(wanted, shelves, on=today(location, now=now))
    if plan.shortages:
        raise OutOfStock(plan.shortages)
    Reservation.objects.end(
        [reservation.id], as_=ReservationState.ISSUED, locked=[item.id for item in items], now=now
    )
    sold = [Posting(part.lot_id, MovementKind.SOLD, -part.quantity) for part in plan.allocations]
    Movement.objects.post(sold, by=by, reference=holder, at=now)
    announce(items, now=now)
    return plan.allocations


def _open_reservation(holder: str) -> Reservation:
    found = locking.open_reservations(holder)
    if not found:
        raise NothingReserved(holder)
    return found[0]


def _held(shelves: Iterable[Shelf]) -> dict[str, Quantity]:
    held: dict[str, Quantity] = {}
    for shelf in shelves:
        held[shelf.sku] = Quantity(held.get(shelf.sku, ZERO) + shelf.held)
    return held
