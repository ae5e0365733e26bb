"""Staff change what is in a store: goods come in, go off, are counted, are corrected."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from django.db import transaction

from grocery.catalog import public as catalog
from grocery.inventory.contracts import (
    ChangeKind,
    ChangesDone,
    ChangesRefused,
    StockChange,
    StockLevel,
    StockLine,
)
from grocery.inventory.models import Lot, Movement, MovementKind, Posting, StockItem
from grocery.inventory.policies import changes as rules
from grocery.inventory.policies.changes import Step
from grocery.inventory.services import locking
from grocery.inventory.services.announcing import announce
from grocery.inventory.services.days import today
from grocery.kernel.quantity import Quantity

_MOVEMENTS = {
    ChangeKind.RECEIVE: MovementKind.RECEIVED,
    ChangeKind.WASTE: MovementKind.WASTED,
    ChangeKind.ADJUST: MovementKind.ADJUSTED,
    ChangeKind.COUNT: MovementKind.COUNTED,
}
_NO_THRESHOLDS: Mapping[str, Quantity] = MappingProxyType({})


@transaction.atomic
def change_stock(
    *,
    location: UUID,
    changes: Sequence[StockChange],
    now: datetime,
    by: UUID | None,
    reference: str = "",
    thresholds: Mapping[str, Quantity] = _NO_THRESHOLDS,
    catalogued: bool = False,
) -> list[StockLevel]:
    """See `public.change_stock`."""
    done = change_by_line(
        location=location,
        changes=changes,
        now=now,
        by=by,
        reference=reference,
        thresholds=thresholds,
        catalogued=catalogued,
    )
    if done.refused:
        raise ChangesRefused(done.refused)
    return list(done.levels)


@transaction.atomic
def change_by_line(
    *,
    location: UUID,
    changes: Sequence[StockChange],
    now: datetime,
    by: UUID | None,
    reference: str = "",
    thresholds: Mapping[str, Quantity] = _NO_THRESHOLDS,
    catalogued: bool = False,
) -> ChangesDone:
    """See `public.change_stock_by_line`."""
    day = today(location, now=now)
    coming = {change.sku for change in changes if change.kind is ChangeKind.RECEIVE}
    unlisted = _unlisted(coming | thresholds.keys(), location) if catalogued else frozenset()
    received = rules.received(changes, today=day, unlisted=unlisted)
    beyond = rules.unlisted_thresholds(thresholds, unlisted=unlisted, after=len(changes))
    thresholds = {sku: low for sku, low in thresholds.items() if sku not in unlisted}
    if received or thresholds:
        catalog.store(store_id=catalog.StoreId(location))  # goods come into stores that there are
    StockItem.objects.add_missing({change.sku for change in received} | thresholds.keys(), location=location)
    items = locking.items({change.sku for change in changes} | thresholds.keys(), location=location)
    Lot.objects.open(received, location=location)
    outcome = rules.apply(changes, Lot.objects.states(items), today=day, unlisted=unlisted)
    _post(outcome.steps, by=by, reference=reference, now=now)
    touched = {step.item_id for step in outcome.steps} | _set_thresholds(items, thresholds, location)
    levels = announce([item for item in items if item.id in touched], now=now)
    return ChangesDone(tuple(levels), (*outcome.refused, *beyond))


def _unlisted(skus: Collection[str], location: UUID) -> frozenset[str]:
    """Those that this store has never had and the catalogue does not sell."""
    new = set(skus) - StockItem.objects.known(skus, location=location)
    if not new:
        return frozenset()
    return frozenset(new - {str(sku) for sku in catalog.products_on_sale(skus=[catalog.Sku(sku) for sku in new])})


def _post(steps: Iterable[Step], *, by: UUID | None, reference: str, now: datetime) -> None:
    postings = [Posting(step.lot_id, _MOVEMENTS[step.kind], step.quantity, step.reason) for step in steps]
    Movement.objects.post(postings, by=by, reference=reference, at=now)


def _set_thresholds(items: Iterable[StockItem], wanted: Mapping[str, Quantity], location: UUID) -> set[UUID]:
    """Say when each of these locked items counts as low; those for which that is news."""
    news = [item for item in items if wanted.get(item.sku, item.low_stock_threshold) != item.low_stock_threshold]
    changed = {item.sku: item.id for item in news}
    StockItem.objects.set_thresholds({sku: wanted[sku] for sku in changed}, location=location)
    return set(changed.values())


@transaction.atomic
def stock_up(*, location: UUID, lines: Iterable[StockLine], now: datetime) -> int:
    """See `public.stock_up`."""
    lines = list(lines)
    thresholds = {line.sku: line.low_stock_threshold for line in lines if line.low_stock_threshold is not None}
    changes = [
        StockChange(ChangeKind.RECEIVE, line.sku, line.quantity, line.lot_code, line.expires_on) for line in lines
    ]
    change_stock(location=location, changes=changes, thresholds=thresholds, now=now, by=None)
    Lot.objects.analyze()
    return len(lines)
