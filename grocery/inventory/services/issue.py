"""Goods leave the store, as they were packed; and what a picker may pack from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from uuid import UUID

from django.db import transaction

from grocery.inventory.contracts import Allocation, NothingReserved, OutOfStock, PickableLot, Unfit
from grocery.inventory.models import Lot, Movement, MovementKind, Posting, Reservation, ReservationState, StockItem
from grocery.inventory.models.by_day import lots_named
from grocery.inventory.policies import picking
from grocery.inventory.policies.fefo import Shelf, first_expired_first
from grocery.inventory.services import locking
from grocery.inventory.services.announcing import announce
from grocery.inventory.services.days import today
from grocery.kernel.errors import Invalid, NotFound
from grocery.kernel.quantity import ZERO, Quantity

_NO_LOTS: Mapping[UUID, Quantity] = MappingProxyType({})


@transaction.atomic
def issue(
    *,
    holder: str,
    quantities: Mapping[str, Quantity] | None,
    lots: Mapping[UUID, Quantity] = _NO_LOTS,
    good_on: date | None = None,
    now: datetime,
    by: UUID | None,
) -> tuple[Allocation, ...]:
    """See `public.issue`."""
    reservation = _open_reservation(holder)
    location = reservation.location
    named = _by_sku(lots, quantities, location)
    items = locking.items({*(quantities or ()), *named}, location=location, held_by=[reservation])
    shelves = Lot.objects.shelves(items, held_by=[reservation.id])
    wanted = _held(shelves) if quantities is None else quantities
    plan = picking.pick(wanted, shelves, on=_day(good_on, location, now=now), lots=lots)
    if missing := {**_gone(named, lots, shelves), **plan.shortages}:
        raise OutOfStock(missing)
    Reservation.objects.end(
        [reservation.id], as_=ReservationState.ISSUED, locked=[item.id for item in items], now=now
    )
    sold = [Posting(lot, MovementKind.SOLD, -quantity) for lot, quantity in plan.by_lot().items()]
    Movement.objects.post(sold, by=by, reference=holder, at=now)
    announce(items, now=now)
    return plan.allocations


def holdings(*, holders: Iterable[str]) -> dict[str, tuple[Allocation, ...]]:
    """See `public.holdings`."""
    return Reservation.objects.reserved_by(holders)


def pickable(
    *, holder: str, skus: Collection[str], good_on: date | None, now: datetime
) -> dict[str, tuple[PickableLot, ...]]:
    """See `public.pickable`."""
    reservation = Reservation.objects.open().of([holder]).first()
    if reservation is None:
        raise NothingReserved(holder)
    items = StockItem.objects.of_or_among(skus, (), location=reservation.location)
    shelves = sorted(Lot.objects.shelves(items, held_by=[reservation.id]), key=first_expired_first)
    day = _day(good_on, reservation.location, now=now)
    found: dict[str, list[PickableLot]] = {sku: [] for sku in skus}
    for shelf in shelves:
        its = [other for other in shelves if other.sku == shelf.sku]
        found[shelf.sku].append(_pickable(shelf, picking.fit(shelf, its, on=day)))
    return {sku: tuple(its) for sku, its in found.items()}


def _pickable(shelf: Shelf, unfit: Unfit | None) -> PickableLot:
    return PickableLot(
        sku=shelf.sku,
        lot_id=shelf.lot_id,
        lot_code=shelf.lot_code,
        expires_on=shelf.expires_on,
        held=shelf.held,
        free=Quantity(shelf.free - shelf.held),
        percent=shelf.percent,
        unfit=unfit,
    )


def _day(good_on: date | None, location: UUID, *, now: datetime) -> date:
    day = today(location, now=now)
    return max(good_on, day) if good_on else day


def _open_reservation(holder: str) -> Reservation:
    found = locking.open_reservations(holder)
    if not found:
        raise NothingReserved(holder)
    return found[0]


def _by_sku(
    lots: Mapping[UUID, Quantity], quantities: Mapping[str, Quantity] | None, location: UUID
) -> dict[str, set[UUID]]:
    """The lots that are named, by SKU. Raises NotFound, and Invalid where they do not add up to what left."""
    if not lots:
        return {}
    if any(quantity <= 0 for quantity in lots.values()):
        raise Invalid("lots", "More than nothing of each.", "Mỗi lô phải lấy nhiều hơn 0.")
    found = [lot for lot in lots_named(lots) if lot.location == location]
    if missing := lots.keys() - {lot.id for lot in found}:
        raise NotFound("lot", min(missing))
    named: dict[str, set[UUID]] = {}
    for lot in found:
        named.setdefault(lot.sku, set()).add(lot.id)
    for sku, its in named.items():
        if quantities and sku in quantities and quantities[sku] != sum(lots[lot] for lot in its):
            raise Invalid("lots", f"The lots of {sku} do not add up.", f"Số lượng các lô của {sku} không khớp.")
    return named


def _gone(
    named: Mapping[str, set[UUID]], lots: Mapping[UUID, Quantity], shelves: Iterable[Shelf]
) -> dict[str, Quantity]:
    """What is missing of named lots that hold nothing any more."""
    there = {shelf.lot_id for shelf in shelves}
    gone = {sku: sum((lots[lot] for lot in its - there), start=ZERO) for sku, its in named.items()}
    return {sku: Quantity(missing) for sku, missing in gone.items() if missing}


def _held(shelves: Iterable[Shelf]) -> dict[str, Quantity]:
    held: dict[str, Quantity] = {}
    for shelf in shelves:
        held[shelf.sku] = Quantity(held.get(shelf.sku, ZERO) + shelf.held)
    return held
