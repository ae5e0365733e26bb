"""Where we deliver and for how much."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from grocery.accounts import public as accounts
from grocery.delivery import models
from grocery.delivery.contracts import OutsideDeliveryArea, Zone, ZoneId
from grocery.kernel.errors import Invalid, NotFound
from grocery.kernel.money import Money, dong


def zone_of(*, store_id: UUID, ward_code: str) -> Zone:
    """The zone of the store that holds this ward. Raises OutsideDeliveryArea."""
    row = models.DeliveryZone.objects.that_holds(store_id, ward_code)
    if row is None:
        raise OutsideDeliveryArea(ward_code, _name_of(ward_code))
    return _shown(row)


@transaction.atomic
def save_zone(
    *,
    store_id: UUID,
    name_en: str,
    name_vi: str,
    fee: Money,
    free_from: Money | None,
    ward_codes: Collection[str],
    zone_id: UUID | None,
) -> ZoneId:
    """Write a zone down; its wards leave whatever zone of the store they were in."""
    _check_wards(ward_codes)
    row = _known(store_id, name_en, zone_id) or models.DeliveryZone(store_id=store_id)
    row.name_en, row.name_vi, row.fee = name_en, name_vi, fee.minor
    row.free_from = free_from.minor if free_from else None
    row.save()
    _move_wards(row, ward_codes)
    return ZoneId(row.id)


def delete_zone(*, zone_id: UUID) -> None:
    """Stop delivering to its wards."""
    if not models.DeliveryZone.objects.with_id(zone_id).delete()[0]:
        raise NotFound("delivery zone", zone_id)


def _move_wards(zone: models.DeliveryZone, ward_codes: Collection[str]) -> None:
    models.ZoneWard.objects.of_zone(zone.id).delete()
    models.ZoneWard.objects.of_store(zone.store_id, ward_codes).delete()
    models.ZoneWard.objects.bulk_create(
        models.ZoneWard(zone=zone, store_id=zone.store_id, ward_code=code) for code in dict.fromkeys(ward_codes)
    )


def _known(store_id: UUID, name_en: str, zone_id: UUID | None) -> models.DeliveryZone | None:
    """The store's zone of this id or, without one, of this name, if there is one already."""
    zones = models.DeliveryZone.objects.of_store(store_id)
    if zone_id is None:
        return zones.called(name_en).first()
    row = zones.with_id(zone_id).first()
    if row is None:
        raise NotFound("delivery zone", zone_id)
    return row


def _check_wards(ward_codes: Collection[str]) -> None:
    """Each code is a ward of today's list: asked province by province, for a city has hundreds of wards."""
    unchecked = set(ward_codes)
    while unchecked:
        code = min(unchecked)
        try:
            province_code = accounts.ward(ward_code=code).province_code
        except NotFound:
            raise Invalid("ward_codes", f"There is no ward {code}.", f"Không có phường, xã {code}.") from None
        unchecked -= {ward.code for ward in accounts.wards(province_code=province_code)} | {code}


def _name_of(ward_code: str) -> str:
    try:
        return accounts.ward(ward_code=ward_code).name
    except NotFound:
        return ward_code


def _shown(row: models.DeliveryZone) -> Zone:
    return Zone(
        id=ZoneId(row.id),
        store_id=row.store_id,
        name_en=row.name_en,
        name_vi=row.name_vi,
        fee=dong(row.fee),
        free_from=dong(row.free_from) if row.free_from is not None else None,
    )
