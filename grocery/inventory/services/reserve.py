"""Promise goods to a cart or an order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import TypedDict
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
    plan = partial(_plan, wanted, good_on=max(good_on, today(location, now=now)))
    here = goods.at(location)
    made = Reservation(new_id(), holder, location, until, plan(here).allocations)
    if not _write(made, goods, now=now):
        hot = goods.locked.hot() & {shelf.item_id for shelf in here}
        made = replace(made, allocations=hot_items.take_in_turn(here, hot=hot, plan=plan).allocations)
        _write(made, goods, taken=True, now=now)
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


def _plan(wanted: Mapping[str, Demand], shelves: list[Shelf], *, good_on: date) -> Plan:
    """What to take from which lot."""
    plan = fefo.allocate(wanted, shelves, good_on=good_on)
    if plan.shortages:
        ASKED.labels("out_of_stock").inc()
        raise OutOfStock(plan.shortages)
    return plan


def _write(made: Reservation, goods: _Goods, *, taken: bool = False, now: datetime) -> bool:
    """The reservation, what it changes of each lot, and the facts; of hot items only that something changed.

    False, and nothing written, if of a hot item no bucket can be had without waiting. `taken`: they have been taken.
    """
    items, old = goods.locked.items, goods.locked.old
    parts = fefo.by_lot(made.allocations)
    nets = {shelf: Quantity(net) for shelf in goods.shelves if (net := parts.get(shelf.lot_id, ZERO) - shelf.held)}
    moved = {shelf.item_id for shelf in nets}
    versions = Reservations.objects.make(
        made,
        old=old,
        nets={shelf.lot_id: net for shelf, net in nets.items() if not items[shelf.item_id].hot},
        hot={} if taken else {s.lot_id: net for s, net in nets.items() if items[s.item_id].hot and net > 0},
        items=[item for item in moved if not items[item].hot],
        floor=version_floor(),
        now=now,
    )
    if versions is None:
        return False
    hot_items.give_back({s.lot_id: Quantity(-net) for s, net in nets.items() if items[s.item_id].hot and net < 0})
    hot = [items[item] for item in moved if items[item].hot]
    publish(*facts(_levels(goods, versions, parts, now=now), now=now), *hot_items.moved(hot))
    return True


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
        left = [(shelf, shelf.free - taken.get(shelf.lot_id, ZERO)) for shelf in shelves]
        on_hand = sum((shelf.on_hand for shelf in shelves), start=ZERO)
        sold = [(shelf.expires_on, free) for shelf, free in left if shelf.percent is None]
        levels.append(
            StockLevel(
                sku=item.sku,
                location=item.location,
                version=versions[id_],
                on_hand=Quantity(on_hand),
                reserved=Quantity(on_hand - sum(free for _shelf, free in left)),
                available=Quantity(sum((free for expires, free in sold if fefo.good(expires, on=day)), start=ZERO)),
                earliest_expiry=min(
                    (expires for expires, free in sold if free and expires and expires >= day), default=None
                ),
                low_stock_threshold=item.low_stock_threshold,
                **_reduced(left, day) if len(sold) < len(left) else {},
            )
        )
    return levels


class _Reduced(TypedDict, total=False):
    reduced: Quantity
    reduced_percent: int | None
    reduced_until: date | None


def _reduced(left: Sequence[tuple[Shelf, Decimal]], day: date) -> _Reduced:
    """What is left of the lots that are marked down."""
    some = [(shelf, free) for shelf, free in left if shelf.percent and free and fefo.good(shelf.expires_on, on=day)]
    return {
        "reduced": Quantity(sum((free for _shelf, free in some), start=ZERO)),
        "reduced_percent": max((shelf.percent for shelf, _free in some if shelf.percent), default=None),
        "reduced_until": fefo.last_good(shelf.expires_on for shelf, _free in some),
    }
