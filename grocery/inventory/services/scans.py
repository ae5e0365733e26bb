"""Whether what a picker holds is what the order wants."""

from __future__ import annotations

from datetime import date, datetime

from grocery.inventory.contracts import NothingReserved, PickableLot, ScanCheck, ScanFault
from grocery.inventory.contracts.receiving import Recognised, Scan
from grocery.inventory.models import Reservation
from grocery.inventory.services import barcodes
from grocery.inventory.services.days import today
from grocery.inventory.services.issue import pickable


def check(*, code: str, holder: str, sku: str, good_on: date | None, now: datetime) -> ScanCheck:
    """See `public.check_scan`."""
    reservation = Reservation.objects.open().of([holder]).first()
    if reservation is None:
        raise NothingReserved(holder)
    read = barcodes.recognise(code=code, location=reservation.location, now=now)
    if read is None:
        typed = code.strip()
        return ScanCheck(None, sku) if typed.upper() == sku.upper() else ScanCheck(ScanFault.UNKNOWN_CODE, None)
    if read.sku != sku:
        return _seen(read, ScanFault.OTHER_PRODUCT if read.sku else ScanFault.UNKNOWN_CODE, None)
    lots = pickable(holder=holder, skus=[sku], good_on=good_on, now=now)[sku]
    lot = _named(read.scan, lots)
    day = max(good_on or date.min, today(reservation.location, now=now))
    return _seen(read, _fault(read.scan, lot, day), lot)


def _named(scan: Scan, lots: tuple[PickableLot, ...]) -> PickableLot | None:
    """The lot that the code names, by code or by expiry; of several what is held comes first."""
    if not (scan.lot_code or scan.expires_on):
        return None
    fits = [lot for lot in lots if scan.lot_code in {"", lot.lot_code} and scan.expires_on in {None, lot.expires_on}]
    return min(fits, key=lambda lot: (lot.unfit is not None, not lot.held), default=None)


def _fault(scan: Scan, lot: PickableLot | None, day: date) -> ScanFault | None:
    if scan.expires_on and scan.expires_on < day:
        return ScanFault.EXPIRED
    return ScanFault(lot.unfit.value) if lot and lot.unfit else None


def _seen(read: Recognised, fault: ScanFault | None, lot: PickableLot | None) -> ScanCheck:
    scan = read.scan
    return ScanCheck(fault, read.sku, lot, read.quantity, scan.gtin, scan.lot_code, scan.expires_on)
