"""Staff change what is in a store: goods come in, go off, are counted, are corrected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from grocery.catalog import public as catalog
from grocery.inventory.contracts import ChangeKind, ChangesRefused, StockChange, StockLevel, StockLine
from grocery.inventory.models import Lot, Movement, MovementKind, Posting, StockItem
from grocery.inventory.policies import changes as rules
from grocery.inventory.services import locking
from grocery.inventory.services.announcing import announce
from grocery.inventory.services.days import today

_MOVEMENTS = {
    ChangeKind.RECEIVE: MovementKind.RECEIVED,
    ChangeKind.WASTE: MovementKind.WASTED,
    ChangeKind.ADJUST: MovementKind.ADJUSTED,
    ChangeKind.COUNT: MovementKind.COUNTED,
}


@transaction.atomic
def change_stock(
    *, location: UUID, changes: Sequence[StockChange], now: datetime, by: UUID | None, reference: str = ""
) -> list[StockLevel]:
    """See `public.change_stock`."""
    received = [change for change in changes if change.kind is ChangeKind.RECEIVE]
    if received:
        catalog.store(store_id=catalog.StoreId(location))  # goods come into stores that there are
    StockItem.objects.add_missing({change.sku for change in received}, location=location)
    items = locking.items({change.sku for change in changes}, location=location)
    Lot.objects.open(received, location=location)
    outcome = rules.apply(changes, Lot.objects.states(items), today=today(location, now=now))
    if outcome.refused:
        raise ChangesRefused(outcome.refused)
    postings = [Posting(step.lot_id, _MOVEMENTS[step.kind], step.quantity, step.reason) for step in outcome.steps]
    Movement.objects.post(postings, by=by, reference=reference, at=now)
    moved = {step.item_id for step in outcome.steps}
    return announce([item for item in items if item.id in moved], now=now)


@transaction.atomic
def stock_up(*, location: UUID, lines: Iterable[StockLine], now: datetime) -> int:
    """See `public.stock_up`."""
    lines = list(lines)
    thresholds = {line.sku: line.low_stock_threshold for line in lines if line.low_stock_threshold is not None}
    StockItem.objects.set_thresholds(thresholds, location=location)
    changes = [
        StockChange(ChangeKind.RECEIVE, line.sku, line.quantity, line.lot_code, line.expires_on) for line in lines
    ]
    change_stock(location=location, changes=changes, now=now, by=None)
    Lot.objects.analyze()
    return len(lines)
