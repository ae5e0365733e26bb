"""Which goods leave the store for a holder, who has some promised: what was really packed. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from grocery.inventory.contracts import Allocation, LotUnfit, Unfit
from grocery.inventory.policies.fefo import Plan, Shelf, first_expired_first, good, take
from grocery.kernel.quantity import ZERO, Quantity


def pick(
    quantities: Mapping[str, Quantity],
    shelves: Iterable[Shelf],
    *,
    on: date,
    lots: Mapping[UUID, Quantity] | None = None,
) -> Plan:
    """What leaves the store, all of it good on a day: from what is held for it, then from what is free.

    Each first expired first; what is free first of the lots that are held, then of others at a price that is held
    (of what is not held: at the full price). Goods that were held and have expired since do not leave. SKUs of which
    `lots` are named leave from these, whatever expires first. Raises LotUnfit for a lot that may not leave so.
    """
    by_sku: dict[str, list[Shelf]] = defaultdict(list)
    for shelf in shelves:
        by_sku[shelf.sku].append(shelf)
    allocations: list[Allocation] = []
    shortages: dict[str, Quantity] = {}
    named = {shelf.sku for its in by_sku.values() for shelf in its if shelf.lot_id in (lots or {})}
    for sku in dict.fromkeys([*quantities, *named]):
        if sku in named:
            taken, missing = _named(lots or {}, by_sku[sku], on=on)
        else:
            taken, missing = _first_expired(quantities[sku], by_sku[sku], on=on)
        allocations += _merged(taken)
        if missing:
            shortages[sku] = missing
    return Plan(tuple(allocations), shortages)


def fit(shelf: Shelf, shelves: Iterable[Shelf], *, on: date) -> Unfit | None:
    """Why more than is held of this lot may not leave for who holds these; None: it may."""
    if not good(shelf.expires_on, on=on):
        return Unfit.EXPIRED
    if not shelf.held and shelf.percent not in _prices(shelves):
        return Unfit.OTHER_PRICE
    return None


def _first_expired(wanted: Quantity, shelves: Sequence[Shelf], *, on: date) -> tuple[list[Allocation], Quantity]:
    fits = [shelf for shelf in shelves if fit(shelf, shelves, on=on) is None]
    held: list[Allocation] = []
    for shelf in sorted(fits, key=first_expired_first):
        some, wanted = _of_held(wanted, shelf)
        held += some
    more: list[Allocation] = []
    for shelf in sorted(fits, key=lambda shelf: (not shelf.held, first_expired_first(shelf))):
        some, wanted = _of_free(wanted, shelf, _prices(shelves))
        more += some
    return held + more, wanted


def _named(lots: Mapping[UUID, Quantity], shelves: Sequence[Shelf], *, on: date) -> tuple[list[Allocation], Quantity]:
    taken: list[Allocation] = []
    missing = ZERO
    for shelf in shelves:
        if wanted := lots.get(shelf.lot_id):
            if why := fit(shelf, shelves, on=on):
                raise LotUnfit(shelf.sku, shelf.lot_id, shelf.lot_code, shelf.expires_on, why)
            held, wanted = _of_held(wanted, shelf)
            free, short = _of_free(wanted, shelf, _prices(shelves))
            taken, missing = taken + held + free, Quantity(missing + short)
    return taken, missing


def _prices(shelves: Iterable[Shelf]) -> Collection[int | None]:
    """At which prices the holder has some of these; of what it has not, it gets more at the full price."""
    return {percent for shelf in shelves for percent, _part in shelf.own} or {None}


def _of_held(wanted: Quantity, shelf: Shelf) -> tuple[list[Allocation], Quantity]:
    """Of what is held of a lot, at the price at which it was promised."""
    held: list[Allocation] = []
    for percent, part in shelf.own:
        some, wanted = take(wanted, [replace(shelf, free=part)], percent=percent)
        held += some
    return held, wanted


def _of_free(wanted: Quantity, shelf: Shelf, prices: Collection[int | None]) -> tuple[list[Allocation], Quantity]:
    """Of what is free of a lot; of one that is held at another price than it has by now, still at that price."""
    percent = shelf.percent if shelf.percent in prices else shelf.own[0][0]
    return take(wanted, [replace(shelf, free=Quantity(shelf.free - shelf.held))], percent=percent)


def _merged(parts: Iterable[Allocation]) -> list[Allocation]:
    """One allocation per lot and price."""
    merged: dict[tuple[UUID, int | None], Allocation] = {}
    for part in parts:
        key = (part.lot_id, part.percent)
        before = merged.get(key)
        merged[key] = replace(part, quantity=Quantity(before.quantity + part.quantity)) if before else part
    return list(merged.values())
