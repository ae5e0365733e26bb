"""Stores."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction

from grocery.catalog import contracts
from grocery.catalog.contracts import StoreId
from grocery.catalog.models import Store
from grocery.catalog.services import versions
from grocery.kernel.errors import Invalid, NotFound


@transaction.atomic
def save_store(
    *, code: str, name_en: str, name_vi: str, zone: str, address: str, phone: str, position: int, active: bool
) -> contracts.Store:
    """Write a store down under its code."""
    _check_zone(zone)
    store, _new = Store.objects.update_or_create(
        code=code,
        defaults={
            "name_en": name_en,
            "name_vi": name_vi,
            "zone": zone,
            "address": address,
            "phone": phone,
            "position": position,
            "is_active": active,
        },
    )
    versions.announce(versions.CATALOG)
    return store.seen()


def _check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Invalid("zone", "No such time zone.", "Không có múi giờ này.") from error


def stores() -> list[contracts.Store]:
    return versions.remembered("stores", lambda: [store.seen() for store in Store.objects.open()])


def store(*, store_id: StoreId) -> contracts.Store:
    for known in stores():
        if known.id == store_id:
            return known
    raise NotFound("store", store_id)


def default_store() -> contracts.Store:
    for known in stores():
        return known
    raise NotFound("store", "default")
