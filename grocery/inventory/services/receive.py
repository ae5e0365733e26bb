"""Goods come in: a receipt is opened, filled by scanning, booked into stock, and undone where that was wrong."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from grocery.catalog import public as catalog
from grocery.inventory.contracts import ChangeKind, StockChange
from grocery.inventory.contracts.receiving import NewReceiptLine, NothingReceived, ReceiptClosed, ShortDated
from grocery.inventory.models import GoodsReceipt, ReceiptLine, ReceiptState
from grocery.inventory.policies.shelf_life import short_dated
from grocery.inventory.services.change_stock import change_stock
from grocery.inventory.services.days import today
from grocery.kernel.errors import Invalid, NotFound
from grocery.kernel.quantity import Quantity


@transaction.atomic
def open_receipt(*, receipt: UUID, location: UUID, supplier: str, reference: str, now: datetime, by: UUID) -> None:
    """See `public.open_receipt`."""
    catalog.store(store_id=catalog.StoreId(location))
    if not supplier.strip():
        raise Invalid("supplier", "Say who delivers.", "Ghi tên nhà cung cấp.")
    made = GoodsReceipt(
        id=receipt,
        location=location,
        supplier=supplier.strip(),
        reference=reference.strip(),
        opened_at=now,
        opened_by=by,
    )
    GoodsReceipt.objects.bulk_create([made], ignore_conflicts=True)


@transaction.atomic
def add_line(*, receipt: UUID, line: NewReceiptLine, accept_short_dated: bool, now: datetime, by: UUID) -> None:
    """See `public.receive_line`."""
    found = _locked(receipt)
    if ReceiptLine.objects.of(receipt).named(line.id).exists():
        return
    _open(found)
    product = catalog.product(sku=catalog.Sku(line.sku), store_id=catalog.StoreId(found.location))
    day = today(found.location, now=now)
    _check(line, product, day)
    short = short_dated(line.expires_on, today=day, min_freshness_days=product.min_freshness_days)
    if short and not accept_short_dated:
        raise short
    kept = ReceiptLine(
        id=line.id,
        receipt=found,
        sku=line.sku,
        quantity=line.quantity,
        lot_code=line.lot_code,
        expires_on=line.expires_on,
        gtin=line.gtin,
        short_dated=bool(short),
        added_at=now,
        added_by=by,
    )
    ReceiptLine.objects.add(kept)


def shortness(*, sku: str, location: UUID, expires_on: date | None, now: datetime) -> ShortDated | None:
    """See `public.short_dated`."""
    product = catalog.product(sku=catalog.Sku(sku), store_id=catalog.StoreId(location))
    day = today(location, now=now)
    return short_dated(expires_on, today=day, min_freshness_days=product.min_freshness_days)


@transaction.atomic
def remove_line(*, receipt: UUID, line: UUID, now: datetime, by: UUID) -> None:
    """See `public.remove_receipt_line`."""
    _open(_locked(receipt))
    lines = ReceiptLine.objects.of(receipt).named(line)
    if not lines.exists():
        raise NotFound("receipt line", line)
    lines.standing().update(removed_at=now, removed_by=by)


@transaction.atomic
def book(*, receipt: UUID, now: datetime, by: UUID) -> bool:
    """See `public.book_receipt`."""
    found = _locked(receipt)
    if found.state == ReceiptState.BOOKED:
        return False
    _open(found)
    changes = [_change(line, ChangeKind.RECEIVE, Quantity(line.quantity)) for line in _standing(found)]
    if not changes:
        raise NothingReceived
    change_stock(location=found.location, changes=changes, now=now, by=by, reference=found.stock_reference)
    GoodsReceipt.objects.of(receipt).update(state=ReceiptState.BOOKED, booked_at=now, booked_by=by)
    return True


@transaction.atomic
def reverse(*, receipt: UUID, reason: str, now: datetime, by: UUID) -> bool:
    """See `public.reverse_receipt`."""
    found = _locked(receipt)
    if found.state == ReceiptState.REVERSED:
        return False
    if found.state != ReceiptState.BOOKED:
        raise ReceiptClosed
    changes = [_change(line, ChangeKind.ADJUST, Quantity(-line.quantity), reason=reason) for line in _standing(found)]
    change_stock(location=found.location, changes=changes, now=now, by=by, reference=found.stock_reference)
    GoodsReceipt.objects.of(receipt).update(state=ReceiptState.REVERSED, reversed_at=now, reversed_by=by)
    return True


def _locked(receipt: UUID) -> GoodsReceipt:
    found = GoodsReceipt.objects.of(receipt).locked().first()
    if found is None:
        raise NotFound("goods receipt", receipt)
    return found


def _open(receipt: GoodsReceipt) -> None:
    if receipt.state != ReceiptState.OPEN:
        raise ReceiptClosed


def _standing(receipt: GoodsReceipt) -> list[ReceiptLine]:
    return list(ReceiptLine.objects.of(receipt.id).standing().newest_first())


def _check(line: NewReceiptLine, product: catalog.ProductDetail, day: date) -> None:
    if line.quantity <= 0:
        raise Invalid("quantity", "More than nothing.", "Số lượng phải lớn hơn 0.")
    if product.unit is catalog.Unit.PIECE and line.quantity != int(line.quantity):
        raise Invalid("quantity", "Whole pieces only.", "Chỉ nhận số nguyên.")
    if product.perishable and line.expires_on is None:
        raise Invalid("expires_on", "This spoils: say until when.", "Hàng có hạn: ghi hạn sử dụng.")
    if line.expires_on is not None and line.expires_on < day:
        raise Invalid("expires_on", "This day has passed.", "Đã quá hạn sử dụng.")


def _change(line: ReceiptLine, kind: ChangeKind, quantity: Quantity, *, reason: str = "") -> StockChange:
    return StockChange(kind, line.sku, quantity, line.lot_code, line.expires_on, reason, exact=True)
