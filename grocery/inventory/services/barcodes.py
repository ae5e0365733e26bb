"""Which product a code is: as staff have said, or else as the catalogue knows it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from grocery.catalog import public as catalog
from grocery.inventory.contracts.receiving import Recognised, Scan
from grocery.inventory.models import Barcode
from grocery.inventory.policies import gs1, shop_codes
from grocery.inventory.services.days import today
from grocery.kernel.errors import Invalid, NotFound
from grocery.kernel.quantity import Quantity, quantity


def recognise(*, code: str, location: UUID, now: datetime) -> Recognised | None:
    """See `public.recognise`."""
    scan = gs1.read(code, today=today(location, now=now))
    if scan is None:
        return None
    scan = shop_codes.weighed(scan, settings.WEIGHT_BARCODES)
    sku, pack = _known(scan.gtin, location, now=now)
    return Recognised(scan, sku, pack, _quantity(scan, sku, pack, location))


def _known(gtin: str, location: UUID, *, now: datetime) -> tuple[str | None, Quantity | None]:
    """The product and how much of it one code stands for. A case of a known product: how much is not known."""
    unit = gs1.unit_of(gtin)
    said = {barcode.gtin: barcode for barcode in Barcode.objects.among({gtin, unit})}
    if gtin in said:
        return said[gtin].sku, Quantity(said[gtin].pack_quantity)
    sku = said[unit].sku if unit in said else _in_catalogue(unit, location, now=now)
    return sku, quantity(1) if sku and gtin == unit else None


def _in_catalogue(gtin: str, location: UUID, *, now: datetime) -> str | None:
    store = catalog.StoreId(location)
    found = catalog.list_products(store_id=store, now=now, filters=catalog.Filters(search=gtin), limit=2)
    for card in found.cards:
        if catalog.product(sku=card.sku, store_id=store).gtin == gtin:
            return card.sku
    return None


def _quantity(scan: Scan, sku: str | None, pack: Quantity | None, location: UUID) -> Quantity | None:
    if sku is None:
        return None
    product = catalog.product(sku=catalog.Sku(sku), store_id=catalog.StoreId(location))
    if product.unit is catalog.Unit.KG and scan.weight is not None:
        return Quantity(scan.weight * (scan.count or 1))
    if pack is None or (scan.count is None and pack == 1):
        return None
    return Quantity(pack * (scan.count or 1))


@transaction.atomic
def learn(*, gtin: str, sku: str, pack_quantity: Quantity, location: UUID, now: datetime, by: UUID) -> None:
    """See `public.learn_barcode`."""
    if pack_quantity <= 0:
        raise Invalid("pack_quantity", "It stands for more than nothing.", "Số lượng phải lớn hơn 0.")
    catalog.product(sku=catalog.Sku(sku), store_id=catalog.StoreId(location))
    number = shop_codes.number_of(gs1.gtin14(gtin), settings.WEIGHT_BARCODES)
    Barcode(gtin=number, sku=sku, pack_quantity=pack_quantity, learnt_at=now, learnt_by=by).remember()


def forget(*, gtin: str) -> None:
    """See `public.forget_barcode`."""
    if not Barcode.objects.known_as(gtin).delete()[0]:
        raise NotFound("bar code", gtin)
