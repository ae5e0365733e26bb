"""Which goods to promise: first expired, first out, among those that are fresh enough. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from grocery.inventory.contracts import Allocation, Demand
from grocery.kernel.quantity import ZERO, Quantity


@dataclass(frozen=True, slots=True)
class Shelf:
    """A lot as the planner sees it: `free` is what nobody else has been promised, of which `held` is already ours."""

    lot_id: UUID
    item_id: UUID
    sku: str
    lot_code: str
    expires_on: date | None
    free: Quantity
    held: Quantity
    on_hand: Quantity = ZERO


@dataclass(frozen=True, slots=True)
class Plan:
    """What to take from which lot, and what is missing; with any shortage the plan is not to be carried out."""

    allocations: tuple[Allocation, ...]
    shortages: Mapping[str, Quantity]


def good(expires_on: date | None, *, on: date) -> bool:
    """Whether a lot may still be sold on a day. The day it expires on counts; undated goods keep."""
    return expires_on is None or expires_on >= on


def total(demands: Iterable[Demand]) -> dict[str, Demand]:
    """One demand per SKU: quantities add up, and the strictest freshness holds for all of it."""
    totals: dict[str, Demand] = {}
    for demand in demands:
        other = totals.get(demand.sku)
        totals[demand.sku] = _together(demand, other) if other else demand
    return totals


def _together(one: Demand, other: Demand) -> Demand:
    freshness = max(one.min_freshness_days, other.min_freshness_days)
    return Demand(one.sku, Quantity(one.quantity + other.quantity), freshness)


def first_expired_first(shelf: Shelf) -> tuple[date, UUID]:
    """Sorts lots by expiry, undated last, the older lot first on a tie (ids grow with time)."""
    return (shelf.expires_on or date.max, shelf.lot_id)


def allocate(demands: Mapping[str, Demand], shelves: Iterable[Shelf], *, good_on: date) -> Plan:
    """Cover each demand from its SKU's lots that are good on `good_on` plus its freshness, first expired first."""
    by_sku: dict[str, list[Shelf]] = defaultdict(list)
    for shelf in shelves:
        by_sku[shelf.sku].append(shelf)
    allocations: list[Allocation] = []
    shortages: dict[str, Quantity] = {}
    for sku, demand in demands.items():
        day = good_on + timedelta(days=demand.min_freshness_days)
        taken, missing = take(demand.quantity, [shelf for shelf in by_sku[sku] if good(shelf.expires_on, on=day)])
        allocations += taken
        if missing:
            shortages[sku] = missing
    return Plan(tuple(allocations), shortages)


def take(wanted: Quantity, shelves: Iterable[Shelf]) -> tuple[list[Allocation], Quantity]:
    """Take `wanted` from these lots, first expired first; also returns what they could not give."""
    taken: list[Allocation] = []
    for shelf in sorted(shelves, key=first_expired_first):
        part = Quantity(min(wanted, shelf.free))
        if part > 0:
            taken.append(Allocation(shelf.sku, shelf.lot_id, shelf.lot_code, shelf.expires_on, part))
            wanted = Quantity(wanted - part)
    return taken, wanted


def pick(quantities: Mapping[str, Quantity], shelves: Iterable[Shelf], *, on: date) -> Plan:
    """What leaves the store, all of it good today: from what is held for it, then from what is free.

    Each first expired first. Goods that were held for an earlier day and have expired since do not leave.
    """
    allocations: list[Allocation] = []
    shortages: dict[str, Quantity] = {}
    shelves = list(shelves)
    for sku, quantity in quantities.items():
        own = [shelf for shelf in shelves if shelf.sku == sku and good(shelf.expires_on, on=on)]
        held, wanted = take(quantity, [replace(shelf, free=shelf.held) for shelf in own])
        others = [replace(shelf, free=Quantity(shelf.free - shelf.held)) for shelf in own]
        more, missing = take(wanted, others)
        allocations += _merged([*held, *more])
        if missing:
            shortages[sku] = missing
    return Plan(tuple(allocations), shortages)


def _merged(parts: Iterable[Allocation]) -> list[Allocation]:
    """One allocation per lot."""
    by_lot: dict[UUID, Allocation] = {}
    for part in parts:
        before = by_lot.get(part.lot_id)
        by_lot[part.lot_id] = replace(part, quantity=Quantity(before.quantity + part.quantity)) if before else part
    return list(by_lot.values())
