"""Promises end: extended, released, run out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from prometheus_client import Counter

from grocery.inventory.contracts import NothingReserved
from grocery.inventory.events import HotItemMoved, ReservationEnded
from grocery.inventory.models import Reservation, ReservationState
from grocery.inventory.services import locking
from grocery.inventory.services.announcing import announce
from grocery.kernel.outbox import publish

EXPIRED = Counter("grocery_inventory_reservations_expired", "Reservations whose time ran out.")
_BATCH = 100
#: Movements name the holder, and the books add up open reservations: ended ones are kept only to be looked at.
_KEPT = timedelta(days=60)
_FORGET = 1000


@transaction.atomic
def extend(*, holder: str, until: datetime | None, now: datetime) -> None:
    """See `public.extend`."""
    if until is not None and until <= now:
        raise ValueError(f"a promise is not extended into the past: {until}")
    found = locking.open_reservations(holder)
    if not found:
        raise NothingReserved(holder)
    Reservation.objects.among(found).update(until=until)


@transaction.atomic
def release(*, holder: str, now: datetime) -> None:
    """See `public.release`."""
    _end(locking.open_reservations(holder), now=now)


def expire(*, now: datetime) -> int:
    """See `public.expire_reservations`. A batch is one transaction; what another worker holds is left to it."""
    expired = 0
    while batch := _expire_some(now=now):
        expired += batch
    return expired


def prune(*, now: datetime) -> int:
    """See `public.prune_reservations`. Each statement commits by itself, so that nobody waits for it."""
    pruned = 0
    while batch := Reservation.objects.prune(before=now - _KEPT, most=_FORGET):
        pruned += batch
    return pruned


@transaction.atomic
def _expire_some(*, now: datetime) -> int:
    lapsed = list(Reservation.objects.open().lapsed(now).locked(skip_locked=True)[:_BATCH])
    _end(lapsed, now=now)
    publish(*(ReservationEnded(holder=reservation.holder) for reservation in lapsed))
    EXPIRED.inc(len(lapsed))
    return len(lapsed)


def _end(reservations: Sequence[Reservation], *, now: datetime) -> None:
    if reservations:
        locked, hot = locking.items_to_free(reservations)
        ids = [reservation.id for reservation in reservations]
        Reservation.objects.end(ids, as_=ReservationState.ENDED, locked=[item.id for item in locked], now=now)
        announce(locked, now=now)
        publish(*(HotItemMoved(sku=item.sku, location=item.location) for item in hot))
