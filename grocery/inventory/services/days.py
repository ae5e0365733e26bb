"""Which day it is where the goods are: expiry dates are local dates."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from grocery.catalog import public as catalog
from grocery.kernel.clock import local_date
from grocery.kernel.errors import NotFound

#: For a store that has closed while goods are still in it.
_DEFAULT_ZONE = "Asia/Ho_Chi_Minh"
#: Zones of stores seen so far. A shop does not move to another time zone while a process lives.
_zones: dict[UUID, str] = {}


def today(location: UUID, *, now: datetime) -> date:
    """The calendar day in the store."""
    return local_date(now, zone=_zones.get(location) or _look_up(location))


def _look_up(location: UUID) -> str:
    try:
        zone = catalog.store(store_id=catalog.StoreId(location)).zone
    except NotFound:
        return _DEFAULT_ZONE
    _zones[location] = zone
    return zone
