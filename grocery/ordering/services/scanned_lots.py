"""Goods leave the stock from the lots that were scanned into the crates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

import structlog
from django.db import transaction

from grocery.inventory import public as inventory
from grocery.kernel.principal import Principal
from grocery.kernel.quantity import ZERO, Quantity
from grocery.ordering import models

log = structlog.get_logger(__name__)

#: A lot as its code says it.
type Said = tuple[str, date | None]


def issue(order: models.Order, packed: Mapping[str, Quantity], *, by: Principal, now: datetime) -> None:
    """Let what was packed of a locked order leave, good on the day of its slot.

    Where the code of each handful of a SKU named its lot, exactly these lots are written down. What the books cannot
    give from them (it is promised to somebody else, or was booked otherwise) leaves as it was reserved: the box is
    packed, whatever the books say.
    """
    if lots := _named(order, packed, now):
        try:
            with transaction.atomic():
                _issue(order, packed, lots, by, now)
                return
        except (inventory.OutOfStock, inventory.LotUnfit) as error:
            log.warning("scanned_lots_not_free", order_id=str(order.id), code=error.code)
    _issue(order, packed, {}, by, now)


def _issue(
    order: models.Order,
    packed: Mapping[str, Quantity],
    lots: Mapping[UUID, Quantity],
    by: Principal,
    now: datetime,
) -> None:
    inventory.issue(holder=order.holder, quantities=packed, lots=lots, good_on=order.slot_day, now=now, by=by.id)


def _named(order: models.Order, packed: Mapping[str, Quantity], now: datetime) -> dict[UUID, Quantity]:
    """So much of each lot that was scanned, of the SKUs of which all was."""
    scanned = _scanned(order, packed)
    if not scanned:
        return {}
    shelf = inventory.pickable(holder=order.holder, skus=scanned.keys(), good_on=order.slot_day, now=now)
    named: dict[UUID, Quantity] = {}
    for sku, lots in scanned.items():
        found = [(_lot(said, shelf.get(sku, ()), amount), amount) for said, amount in lots.items()]
        if all(lot for lot, _amount in found):
            named |= {lot: amount for lot, amount in found if lot}
    return named


def _scanned(order: models.Order, packed: Mapping[str, Quantity]) -> dict[str, dict[Said, Quantity]]:
    """What was scanned from which lot, of SKUs of which every handful was and that were packed as picked."""
    scanned: dict[str, dict[Said, Quantity]] = {}
    unsaid: set[str] = set()
    for pick in models.Pick.objects.of_orders([order.id]).standing():
        lots, said = scanned.setdefault(pick.sku, {}), (pick.lot_code, pick.expires_on)
        lots[said] = Quantity(lots.get(said, ZERO) + pick.quantity)
        unsaid |= set() if pick.lot_read else {pick.sku}
    return {sku: lots for sku, lots in scanned.items() if sku not in unsaid and sum(lots.values()) == packed.get(sku)}


def _lot(said: Said, shelf: tuple[inventory.PickableLot, ...], amount: Quantity) -> UUID | None:
    """The one lot that is meant, if it may leave and has as much; two of one code are told apart by their day."""
    code, expires_on = said
    meant = [
        lot
        for lot in shelf
        if (not code or lot.lot_code == code) and (expires_on is None or lot.expires_on == expires_on)
    ]
    if len(meant) != 1 or meant[0].unfit or meant[0].held + meant[0].free < amount:
        return None
    return meant[0].lot_id
