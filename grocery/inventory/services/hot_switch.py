"""Items become hot and cool down, by rule or by what is bought; and what hot items hold is told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from grocery.inventory.contracts import HotRule
from grocery.inventory.events import HotItemMoved
from grocery.inventory.models import Bucket, Reservation, StockItem
from grocery.inventory.services import hot_items, locking
from grocery.inventory.services.announcing import announce
from grocery.kernel.errors import NotFound

#: An item is hot once so many reservations of it were made in WINDOW, and cools down when there were fewer than COOL.
HOT, COOL = 100, 10
WINDOW = timedelta(seconds=10)
#: Each time a part of the buckets, so that buyers find others.
_SLICES = 4


@transaction.atomic
def set_rule(*, sku: str, location: UUID, rule: HotRule) -> None:
    """See `public.set_hot_rule`."""
    items = locking.items([sku], location=location)
    if not items:
        raise NotFound("SKU", sku)
    StockItem.objects.among([item.id for item in items]).update(hot_rule=rule)
    if rule is not HotRule.AUTO:
        _switch(items, hot=rule is HotRule.ON)


@transaction.atomic
def settle(*, events: Iterable[HotItemMoved], now: datetime) -> None:
    """Tell what these items now hold. Only their rows are locked: buyers go on meanwhile and tell for themselves.

    All stores' in one statement: store after store would be another order than everybody else's.
    """
    keys = {(event.sku, event.location) for event in events}
    announce(StockItem.objects.keyed(keys).locked(), now=now, dealt=True)


def tend(*, now: datetime) -> None:
    """See `public.tend_hot_items`."""
    bought = Reservation.objects.bought_since(now - WINDOW)
    auto = dict(StockItem.objects.ruled(HotRule.AUTO, [item for item, times in bought.items() if times >= HOT]))
    for item in [item for item, hot in auto.items() if not hot]:
        _switch_one(item, hot=True)
    for item in StockItem.objects.hot().ids(rule=HotRule.AUTO):
        if bought.get(item, 0) < COOL:
            _switch_one(item, hot=False)
    for item in Bucket.objects.spilt():
        _switch_one(item, hot=False)
    _fold_some(now=now)


@transaction.atomic
def _switch_one(item: UUID, *, hot: bool) -> None:
    _switch(locking.these([item]), hot=hot)


def _switch(items: list[StockItem], *, hot: bool) -> None:
    """Locked and folded items; those that are not hot may have buckets left that somebody gave goods back to."""
    ids = [item.id for item in items]
    StockItem.objects.among(ids).update(hot=hot)
    if hot:
        hot_items.redeal(ids)
    else:
        Bucket.objects.fold(ids)
        Bucket.objects.drop(ids)


@transaction.atomic
def _fold_some(*, now: datetime) -> None:
    """Lots say what is reserved a little late while they are hot; this keeps it at some seconds."""
    items = [item.id for item in StockItem.objects.hot().locked()]
    if items:
        Bucket.objects.fold_some(items, slices=_SLICES, slice_=int(now.timestamp()) // 2 % _SLICES)
