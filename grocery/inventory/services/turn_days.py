"""A store's day turns at its midnight: what has expired goes off sale, what expires soon is said."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from grocery.catalog import public as catalog
from grocery.inventory.models import StoreDay
from grocery.inventory.models.by_day import DatedLot, lots_turning, skus_turning
from grocery.inventory.policies.shelf_life import LONGEST_PROMISE
from grocery.inventory.services import locking
from grocery.inventory.services.alerts import warn_of_days
from grocery.inventory.services.announcing import announce
from grocery.inventory.services.days import today
from grocery.inventory.services.markdowns import end_expired

#: Items in one transaction: their locks are held for some milliseconds.
_AT_ONCE = 200


def turn_days(*, now: datetime) -> int:
    """See `public.turn_days`."""
    turned = 0
    for store in catalog.stores():
        while (some := _turn_some(store.id, now=now)) is not None:
            turned += some
    return turned


@transaction.atomic
def _turn_some(location: UUID, *, now: datetime) -> int | None:
    """Go on with the store's day; how many items were looked at, None when there is nothing to do for this worker."""
    day = today(location, now=now)
    store = _mine(location)
    if store is None or (store.done and store.day is not None and store.day >= day):
        return None
    store.begin(day)
    horizon = day + timedelta(days=settings.EXPIRES_SOON_DAYS + LONGEST_PROMISE)
    skus = skus_turning(location=location, since=store.since, horizon=horizon, after=store.after_sku, limit=_AT_ONCE)
    _turn(lots_turning(skus, location=location, horizon=horizon), store, day, now=now)
    store.after_sku = skus[-1] if skus else store.after_sku
    store.done = len(skus) < _AT_ONCE
    store.save()
    return len(skus)


def _mine(location: UUID) -> StoreDay | None:
    """The store's row, unless another worker is at it."""
    StoreDay.objects.bulk_create([StoreDay(location=location)], ignore_conflicts=True)
    return StoreDay.objects.of(location).locked().first()


def _turn(lots: list[DatedLot], store: StoreDay, day: date, *, now: datetime) -> None:
    expired = [
        lot for lot in lots if lot.expires_on and lot.expires_on < day and lot.expires_on >= (store.since or date.min)
    ]
    if expired:
        announce(locking.items({lot.sku for lot in expired}, location=store.location), now=now)
        end_expired([lot.id for lot in expired], now=now)
    warn_of_days(lots, today=day, now=now)
