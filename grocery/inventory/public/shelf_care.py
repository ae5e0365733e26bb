"""The part of inventory's face for looking after the shelf: waste, markdowns, alerts, days that turn."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import BinaryIO
from uuid import UUID

from grocery.inventory.contracts.shelf_care import (
    NewWastage,
    NotAPhoto,
    NothingFree,
    WasteIsPast,
    WasteReason,
)
from grocery.inventory.services import alerts as _alerts
from grocery.inventory.services import markdowns as _markdowns
from grocery.inventory.services import sweep_photos as _sweeping
from grocery.inventory.services import turn_days as _days
from grocery.inventory.services import waste as _wasting
from grocery.inventory.services.days import today as _today

__all__ = [
    # waste
    "waste",
    "undo_waste",
    "keep_photo",
    "drop_photo",
    "sweep_photos",
    "waste_photo",
    # markdowns
    "mark_down",
    "end_markdowns",
    # days and alerts
    "turn_days",
    "today",
    "acknowledge_alert",
    # what these take
    "NewWastage",
    "WasteReason",
    # what they refuse
    "NotAPhoto",
    "NothingFree",
    "WasteIsPast",
]


def waste(*, location: UUID, lines: Sequence[NewWastage], now: datetime, by: UUID) -> int:
    """Throw goods away, all lines or none; how many lots it was. A line sent twice is done once.

    What is promised to customers cannot be thrown away: a line without a quantity takes what is free, and is left out
    where nothing is. Raises NothingFree when that leaves no line, ChangesRefused, Invalid, NotFound for a lot that is
    not in this store.
    """
    return _wasting.waste(location=location, lines=lines, now=now, by=by)


def undo_waste(*, wastage: UUID, reason: str, now: datetime, by: UUID) -> bool:
    """Put back what was not thrown away after all, by a movement the other way; False if that was done before.

    Only on the store's same day. Raises WasteIsPast, ChangesRefused without a reason, NotFound.
    """
    return _wasting.undo(wastage=wastage, reason=reason, now=now, by=by)


def keep_photo(*, photo: BinaryIO) -> str:
    """Keep a photo of goods, small and without what the camera wrote about it; its name, for a wastage.

    Takes JPEG, PNG and WebP of at most 12 MB. Slow: not to be called inside a transaction. Raises NotAPhoto.
    """
    return _wasting.keep_photo(photo=photo)


def drop_photo(*, photo: str) -> None:
    """Forget a photo that belongs to no wastage; of an empty name nothing happens."""
    _wasting.drop_photo(photo=photo)


def sweep_photos(*, now: datetime) -> int:
    """Forget photos that have belonged to no wastage for a day; how many. Any number may do it at once."""
    return _sweeping.sweep_photos(now=now)


def waste_photo(*, wastage: UUID) -> BinaryIO:
    """The photo of a wastage, a JPEG. Raises NotFound."""
    return _wasting.photo_of(wastage=wastage)


def mark_down(*, location: UUID, lots: Collection[UUID], percent: int, now: datetime, by: UUID) -> int:
    """Sell these lots for `percent` (1 to 90) less from today on; how many that changed. Tells LotMarkedDown of each.

    Another percentage replaces the one that stands; lots past their day are left out. From now on nothing of these
    lots is reserved but by demands for this percentage (`Demand.reduced`); what is reserved already stays so, at its
    price. Raises Invalid, NotFound for a lot that is not in this store.
    """
    return _markdowns.mark_down(location=location, lots=lots, percent=percent, now=now, by=by)


def end_markdowns(*, location: UUID, lots: Collection[UUID], now: datetime, by: UUID) -> int:
    """These lots are sold for their full price again; how many there were. Tells MarkdownEnded of each.

    What has been reserved at less stays reserved at that price.
    """
    return _markdowns.end(location=location, lots=lots, now=now, by=by)


def turn_days(*, now: datetime) -> int:
    """In stores where another day has begun, say what changed by that alone; how many items were looked at.

    Items with lots that expired tell StockChanged with a new version, markdowns of such lots end, lots that expire
    soon tell LotExpiringSoon. Each once per store and day, also when days were missed, a worker died on the way, or
    several do it at once. Commits in batches; not to be called inside a transaction.
    """
    return _days.turn_days(now=now)


def today(*, location: UUID, now: datetime) -> date:
    """The calendar day in a store: expiry dates are of its days."""
    return _today(location, now=now)


def acknowledge_alert(*, alert: UUID, location: UUID, now: datetime, by: UUID) -> None:
    """Somebody of the store knows of it; who knew first stays. Raises NotFound."""
    _alerts.acknowledge(alert=alert, location=location, now=now, by=by)
