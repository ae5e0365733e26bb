"""Promise goods to a cart or an order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.transaction import TransactionManagementError, get_connection
from prometheus_client import Counter

from grocery.inventory.contracts import Demand, OutOfStock, Reservation, StockLevel
from grocery.inventory.models import Reservation as Reservations
from grocery.inventory.models.promising import Locked
from grocery.inventory.policies import fefo
from grocery.inventory.policies.fefo import Plan, Shelf
from grocery.inventory.services import hot_items
from grocery.inventory.services.announcing import facts, version_floor
from grocery.inventory.services.days import today
from grocery.kernel.errors import Conflict
from grocery.kernel.ids import new_id
from grocery.kernel.outbox import publish
from grocery.kernel.quantity import ZERO, Quantity

ASKED = Counter("grocery_inventory_reservations", "Reservations asked for, by what came of it.", ["outcome"])


@dataclass(frozen=True, slots=True)
class _Goods:
    """What may be promised: items, and their lots on the shelf."""

    locked: Locked
    shelves: list[Shelf]

    def at(self, location: UUID) -> list[Shelf]:
        return [shelf for shelf in self.shelves if self.locked.items[shelf.item_id].location == location]


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
    if not get_connection().in_atomic_block:
        raise TransactionManagementError("goods are reserved in the transaction that needs them")
    wanted = fefo.total(demands)
    if not wanted:
        raise ValueError("nothing is asked for; to hold nothing, release")
    goods = _look([holder, *([replaces] if replaces else [])], wanted, location)
    plan = _plan(wanted, goods, location, max(good_on, today(location, now=now)))
    made = Reservation(new_id(), holder, location, until, plan.allocations)
    _write(made, goods, now=now)
    ASKED.labels("reserved").inc()
    return made


def _look(holders: Sequence[str], wanted: Iterable[str], location: UUID) -> _Goods:
    """Lock, then read. An item that stops being hot in between is locked late, or left to whoever has it."""
    locked = Reservations.objects.lock(holders, wanted, location=location)
    shelves, hot = Reservations.objects.shelves(locked)
    if cooled := {shelf.item_id for shelf in shelves} & locked.hot() - hot:
        if not Reservations.objects.lock_late(cooled):
            raise Conflict
        locked = locked.cooled(cooled)
        shelves, _hot = Reservations.objects.shelves(locked)
    return _Goods(locked, shelves)


def _plan(wanted: Mapping[str, Demand], goods: _Goods, location: UUID, good_on: date) -> Plan:
    """What to take from which lot; of hot items it is already taken."""
    here, hot = goods.at(location), goods.locked.hot()
    plan = fefo.allocate(wanted, here, good_on=good_on)
    if hot and not plan.shortages:
        plan = hot_items.take(plan, here, hot=hot, again=lambda now: fefo.allocate(wanted, now, good_on=good_on))
    if plan.shortages:
        ASKED.labels("out_of_stock").inc()
        raise OutOfStock(plan.shortages)
    return plan


def _write(made: Reservation, goods: _Goods, *, now: datetime) -> None:
    """The reservation, what it changes of each lot, and the facts; of hot items only that something changed."""
    items, old = goods.locked.items, goods.locked.old
    taken = {part.lot_id: part.quantity for part in made.allocations}
    nets = {shelf: net for shelf in goods.shelves if (net := taken.get(shelf.lot_id, ZERO) - shelf.held)}
    moved = {shelf.item_id for shelf in nets}
    cold = {shelf.lot_id: Quantity(net) for shelf, net in nets.items() if not items[shelf.item_id].hot}
    bumped = [item for item in moved if not items[item].hot]
    floor = version_floor()
    versions = Reservations.objects.make(made, old=old, nets=cold, items=bumped, floor=floor, now=now)
    if versions is None:
        raise Conflict
    levels = _levels(goods, versions, taken, now=now)
    publish(
        *facts(levels, now=now), *hot_items.moved(item for id_, item in items.items() if item.hot and id_ in moved)
    )


def _levels(
    goods: _Goods, versions: Mapping[UUID, int], taken: Mapping[UUID, Quantity], *, now: datetime
) -> list[StockLevel]:
    """What these items hold now, added up from what we have under lock."""
    by_item: dict[UUID, list[Shelf]] = {item: [] for item in versions}
    for shelf in goods.shelves:
        if shelf.item_id in by_item:
            by_item[shelf.item_id].append(shelf)
    levels = []
    for id_, shelves in by_item.items():
        item = goods.locked.items[id_]
        day = today(item.location, now=now)
        left = [(shelf.expires_on, shelf.free - taken.get(shelf.lot_id, ZERO)) for shelf in shelves]
        on_hand = sum((shelf.on_hand for shelf in shelves), start=ZERO)
        levels.append(
            StockLevel(
                sku=item.sku,
                location=item.location,
                version=versions[id_],
                on_hand=Quantity(on_hand),
                reserved=Quantity(on_hand - sum(free for _expires, free in left)),
                available=Quantity(sum((free for expires, free in left if fefo.good(expires, on=day)), start=ZERO)),
                earliest_expiry=min(
                    (expires for expires, free in left if free and expires and expires >= day), default=None
                ),
                low_stock_threshold=item.low_stock_threshold,
            )
        )
    return levels
