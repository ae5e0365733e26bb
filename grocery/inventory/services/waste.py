"""Goods are thrown away, and taken back where that was a slip."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import BinaryIO
from uuid import UUID

from django.db import transaction

from grocery.inventory.contracts import ChangeKind, StockChange
from grocery.inventory.contracts.shelf_care import NewWastage, NothingFree, WasteIsPast, WasteReason
from grocery.inventory.gateways import photos
from grocery.inventory.models import Wastage
from grocery.inventory.models.by_day import DatedLot, lots_named
from grocery.inventory.services import locking
from grocery.inventory.services.change_stock import change_stock
from grocery.inventory.services.days import today
from grocery.kernel.errors import Invalid, NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.quantity import ZERO, Quantity


def keep_photo(*, photo: BinaryIO) -> str:
    """See `public.keep_photo`."""
    return photos.keep(photo, folder=photos.WASTE, name=new_id())


def drop_photo(*, photo: str) -> None:
    """See `public.drop_photo`."""
    if photo:
        photos.drop(photo)


def photo_of(*, wastage: UUID) -> BinaryIO:
    """See `public.waste_photo`."""
    found = Wastage.objects.named(wastage).first()
    if found is None or not found.photo:
        raise NotFound("photo", wastage)
    try:
        return photos.fetch(found.photo)
    except FileNotFoundError as error:
        raise NotFound("photo", wastage) from error


@transaction.atomic
def waste(*, location: UUID, lines: Sequence[NewWastage], now: datetime, by: UUID) -> int:
    """See `public.waste`."""
    known = Wastage.objects.known([line.id for line in lines])
    new = [line for line in lines if line.id not in known]
    lots = _locked({line.lot_id for line in new}, location)
    settled = [settled for line in new if (settled := _settled(line, lots[line.lot_id])).quantity]
    if new and not settled:
        raise NothingFree
    if settled:
        reference = f"waste:{settled[0].id}"
        made = [_wastage(line, lots[line.lot_id], reference=reference, now=now, by=by) for line in settled]
        changes = [_change(ChangeKind.WASTE, wastage, lots[wastage.lot_id], why=_why(wastage)) for wastage in made]
        change_stock(location=location, changes=changes, now=now, by=by, reference=reference)
        Wastage.objects.bulk_create(made)
    return len(settled)


@transaction.atomic
def undo(*, wastage: UUID, reason: str, now: datetime, by: UUID) -> bool:
    """See `public.undo_waste`."""
    found = Wastage.objects.named(wastage).locked().first()
    if found is None:
        raise NotFound("waste", wastage)
    if found.undone_at:
        return False
    if today(found.location, now=now) != today(found.location, now=found.at):
        raise WasteIsPast
    (lot,) = lots_named([found.lot_id])
    change = _change(ChangeKind.ADJUST, found, lot, why=reason)
    change_stock(location=found.location, changes=[change], now=now, by=by, reference=found.reference)
    Wastage.objects.named(wastage).update(undone_at=now, undone_by=by)
    return True


def _locked(ids: Iterable[UUID], location: UUID) -> dict[UUID, DatedLot]:
    """The lots as they stand, once nobody else can change them."""
    ids = list(ids)
    skus = {lot.sku for lot in lots_named(ids) if lot.location == location}
    locking.items(skus, location=location)
    lots = {lot.id: lot for lot in lots_named(ids) if lot.location == location}
    if missing := set(ids) - lots.keys():
        raise NotFound("lot", min(missing))
    return lots


def _settled(line: NewWastage, lot: DatedLot) -> NewWastage:
    """The line with its quantity: all that is free, where it does not say."""
    if line.reason is WasteReason.OTHER and not line.note:
        raise Invalid("note", "Say what happened.", "Ghi rõ lý do.")
    if line.quantity is not None and line.quantity <= 0:
        raise Invalid("quantity", "More than nothing.", "Số lượng phải lớn hơn 0.")
    return replace(line, quantity=Quantity(lot.free)) if line.quantity is None else line


def _wastage(line: NewWastage, lot: DatedLot, *, reference: str, now: datetime, by: UUID) -> Wastage:
    return Wastage(
        id=line.id,
        location=lot.location,
        sku=lot.sku,
        lot_id=lot.id,
        quantity=line.quantity or ZERO,
        reason=line.reason,
        note=line.note,
        photo=line.photo,
        reference=reference,
        at=now,
        by=by,
    )


def _why(wastage: Wastage) -> str:
    return f"{wastage.reason}: {wastage.note}" if wastage.note else wastage.reason


def _change(kind: ChangeKind, wastage: Wastage, lot: DatedLot, *, why: str) -> StockChange:
    quantity = Quantity(Decimal(wastage.quantity))
    return StockChange(kind, lot.sku, quantity, lot.lot_code, lot.expires_on, why, exact=True)
