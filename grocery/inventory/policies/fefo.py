"""Which goods to promise: first expired, first out, among those that are fresh enough. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from grocery.inventory.contracts import Allocation, Demand
from grocery.kernel.quantity import ZERO, Quantity


@dataclass(frozen=True, slots=True)
class Shelf:
    """A lot as the planner sees it: `free` is what nobody else has been promised, of which `held` is already ours.

    `percent`: marked down by so much. `own`: what is held, by the percentage at which it was promised.
    """

    lot_id: UUID
    item_id: UUID
    sku: str
    lot_code: str
    expires_on: date | None
    free: Quantity
    held: Quantity
    on_hand: Quantity = ZERO
    percent: int | None = None
    own: tuple[tuple[int | None, Quantity], ...] = ()

    def kept(self, percent: int | None) -> Quantity:
        """What we hold at this price though the lot has another one by now: it stays promised so."""
        if percent == self.percent:
            return ZERO
        return Quantity(sum((part for at, part in self.own if at == percent), start=ZERO))


@dataclass(frozen=True, slots=True)
class Plan:
    """What to take from which lot, and what is missing; with any shortage the plan is not to be carried out."""

    allocations: tuple[Allocation, ...]
    shortages: Mapping[str, Quantity]

    def by_lot(self) -> dict[UUID, Quantity]:
        """How much of each lot, at whatever price."""
        return by_lot(self.allocations)


def by_lot(parts: Iterable[Allocation]) -> dict[UUID, Quantity]:
    """How much of each lot these are together."""
    sums: dict[UUID, Quantity] = {}
    for part in parts:
        before = sums.get(part.lot_id)
        sums[part.lot_id] = part.quantity if before is None else Quantity(before + part.quantity)
    return sums


def good(expires_on: date | None, *, on: date) -> bool:
    """Whether a lot may still be sold on a day. The day it expires on counts; undated goods keep."""
    return expires_on is None or expires_on >= on


def last_good(expiries: Iterable[date | None]) -> date | None:
    """The last day on which some of these are good; None if there are none, or one of them keeps."""
    days = list(expiries)
    return None if None in days else max((day for day in days if day), default=None)


def total(demands: Iterable[Demand]) -> dict[str, Demand]:
    """One demand per SKU: quantities add up, and the strictest freshness holds for all of it."""
    totals: dict[str, Demand] = {}
    for demand in demands:
        other = totals.get(demand.sku)
        totals[demand.sku] = _together(demand, other) if other else demand
    return totals


def _together(one: Demand, other: Demand) -> Demand:
    freshness = max(one.min_freshness_days, other.min_freshness_days)
    reduced: dict[int, Quantity] = {}
    for percent, part in (*one.reduced, *other.reduced):
        reduced[percent] = Quantity(reduced.get(percent, ZERO) + part)
    return Demand(one.sku, Quantity(one.quantity + other.quantity), freshness, tuple(reduced.items()))


def first_expired_first(shelf: Shelf) -> tuple[date, UUID]:
    """Sorts lots by expiry, undated last, the older lot first on a tie (ids grow with time)."""
    return (shelf.expires_on or date.max, shelf.lot_id)


def allocate(demands: Mapping[str, Demand], shelves: Iterable[Shelf], *, good_on: date) -> Plan:
    """Cover each demand from its SKU's lots that are good on `good_on` plus its freshness, first expired first.

    Lots that are marked down give to what is wanted at their percentage, others to the rest: two pools that never
    mix. Only what the holder has of a lot already, promised at another price, it may keep at that price.
    """
    by_sku: dict[str, list[Shelf]] = defaultdict(list)
    for shelf in shelves:
        by_sku[shelf.sku].append(shelf)
    allocations: list[Allocation] = []
    shortages: dict[str, Quantity] = {}
    for sku, demand in demands.items():
        taken, missing = _cover(demand, by_sku[sku], good_on=good_on)
        allocations += taken
        if missing:
            shortages[sku] = missing
    return Plan(tuple(allocations), shortages)


def _cover(demand: Demand, shelves: Sequence[Shelf], *, good_on: date) -> tuple[list[Allocation], Quantity]:
    """What to take for one demand, and what is missing of it: first what is kept, then first expired first."""
    plain = demand.plain if demand.reduced else demand.quantity
    parts: _Parts = [(None, plain, good_on + timedelta(days=demand.min_freshness_days))]
    parts += [(percent, part, good_on) for percent, part in demand.reduced]
    taken: list[Allocation] = []
    if any(shelf.own for shelf in shelves):
        parts, taken = _keep(parts, shelves)
        used = by_lot(taken)
        shelves = [replace(shelf, free=Quantity(shelf.free - used.get(shelf.lot_id, ZERO))) for shelf in shelves]
    missing = ZERO
    for percent, wanted, day in parts:
        pool = [shelf for shelf in shelves if shelf.percent == percent and good(shelf.expires_on, on=day)]
        some, short = take(wanted, pool, percent=percent)
        taken, missing = taken + some, Quantity(missing + short)
    return taken, missing


type _Parts = list[tuple[int | None, Quantity, date]]


def _keep(parts: _Parts, shelves: Sequence[Shelf]) -> tuple[_Parts, list[Allocation]]:
    """What is already held at the price that is wanted, of lots that have another price; and what is still wanted."""
    left: _Parts = []
    kept: list[Allocation] = []
    for percent, wanted, day in parts:
        own = [
            replace(shelf, free=have)
            for shelf in shelves
            if good(shelf.expires_on, on=day) and (have := shelf.kept(percent))
        ]
        some, short = take(wanted, own, percent=percent)
        left.append((percent, short, day))
        kept += some
    return left, kept


def take(
    wanted: Quantity, shelves: Iterable[Shelf], *, percent: int | None = None
) -> tuple[list[Allocation], Quantity]:
    """Take `wanted` at this price from these lots, first expired first; also returns what they could not give."""
    taken: list[Allocation] = []
    for shelf in sorted(shelves, key=first_expired_first):
        part = Quantity(min(wanted, shelf.free))
        if part > 0:
            taken.append(Allocation(shelf.sku, shelf.lot_id, shelf.lot_code, shelf.expires_on, part, percent))
            wanted = Quantity(wanted - part)
    return taken, wanted
