"""Promise goods to a cart or an order."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from prometheus_client import Counter

from grocery.inventory.contracts import Demand, OutOfStock, Reservation
from grocery.inventory.models import Lot, ReservationState, StockItem
from grocery.inventory.models import Reservation as Reservations
from grocery.inventory.policies import fefo
from grocery.inventory.policies.fefo import Plan, Shelf
from grocery.inventory.services import locking
from grocery.inventory.services.announcing import announce
from grocery.inventory.services.days import today
from grocery.kernel.errors import Conflict
from grocery.kernel.ids import new_id

ASKED = Counter("grocery_inventory_reservations", "Reservations asked for, by what came of it.", ["outcome"])


def reserve(
    *,
    holder: str,
    location: UUID,
    demands: Iterable[Demand],
    good_on: date,
    until: datetime | None,
    now: datetime,
    replaces: str | None = None,
) -> Reservation:
    """See `public.reserve`. Nothing is written before all of it is known to be possible."""
    wanted = fefo.total(demands)
    if not wanted:
        raise ValueError("nothing is asked for; to hold nothing, release")
    old = locking.open_reservations(holder, *([replaces] if replaces else []))
    items = locking.items(wanted, location=location, held_by=old)
    shelves = Lot.objects.shelves(items, held_by=[reservation.id for reservation in old])
    day = max(good_on, today(location, now=now))
    plan = fefo.allocate(wanted, _in_store(shelves, items, location), good_on=day)
    if plan.shortages:
        ASKED.labels("out_of_stock").inc()
        raise OutOfStock(plan.shortages)
    Reservations.objects.end([reservation.id for reservation in old], as_=ReservationState.ENDED, now=now)
    made = Reservation(new_id(), holder, location, until, plan.allocations)
    if not Reservations.objects.make(made, now=now):
        raise Conflict
    announce(_changed(items, shelves, plan), now=now)
    ASKED.labels("reserved").inc()
    return made


def _in_store(shelves: Iterable[Shelf], items: Iterable[StockItem], location: UUID) -> list[Shelf]:
    here = {item.id for item in items if item.location == location}
    return [shelf for shelf in shelves if shelf.item_id in here]


def _changed(items: Iterable[StockItem], shelves: Iterable[Shelf], plan: Plan) -> list[StockItem]:
    """The items of which another quantity is reserved than before, in any lot."""
    taken = {allocation.lot_id: allocation.quantity for allocation in plan.allocations}
    changed = {shelf.item_id for shelf in shelves if taken.get(shelf.lot_id, 0) != shelf.held}
    return [item for item in items if item.id in changed]
