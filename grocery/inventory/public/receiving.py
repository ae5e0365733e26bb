"""The part of inventory's face for goods that come in."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from grocery.inventory.contracts.receiving import (
    NewReceiptLine,
    NothingReceived,
    ReceiptClosed,
    Recognised,
    Scan,
    ShortDated,
    UnreadableCode,
)
from grocery.inventory.services import barcodes as _barcodes
from grocery.inventory.services import receive as _receiving
from grocery.kernel.quantity import Quantity

__all__ = [
    "recognise",
    "learn_barcode",
    "forget_barcode",
    "open_receipt",
    "receive_line",
    "short_dated",
    "remove_receipt_line",
    "book_receipt",
    "reverse_receipt",
    # what these take and return
    "NewReceiptLine",
    "Recognised",
    "Scan",
    # what they refuse
    "NothingReceived",
    "ReceiptClosed",
    "ShortDated",
    "UnreadableCode",
]


def recognise(*, code: str, location: UUID, now: datetime) -> Recognised | None:
    """Read a scanned or typed code and say which product it is, as far as this is known; None: it is no GS1 code.

    Reads GTINs and GS1 element strings (GS1-128, DataMatrix) as scanners give them. A GTIN is what staff have said of
    it (`learn_barcode`), or else what the catalogue says. Raises UnreadableCode for a code that cannot be right.
    """
    return _barcodes.recognise(code=code, location=location, now=now)


def learn_barcode(*, gtin: str, sku: str, pack_quantity: Quantity, location: UUID, now: datetime, by: UUID) -> None:
    """From now on this GTIN stands for so much of this product, in every store, whatever it stood for before.

    `pack_quantity` is in the product's unit: 12 for a case of 12 pieces. Raises UnreadableCode, NotFound, Invalid.
    """
    _barcodes.learn(gtin=gtin, sku=sku, pack_quantity=pack_quantity, location=location, now=now, by=by)


def forget_barcode(*, gtin: str) -> None:
    """What staff have said of this GTIN is forgotten; what the catalogue knows stays. Raises NotFound."""
    _barcodes.forget(gtin=gtin)


def open_receipt(*, receipt: UUID, location: UUID, supplier: str, reference: str, now: datetime, by: UUID) -> None:
    """Begin to receive what a supplier has brought. `receipt` is an id made by the caller: twice the same is one.

    `reference`: the number of the supplier's delivery note, may be empty. Raises NotFound for the store, Invalid.
    """
    _receiving.open_receipt(
        receipt=receipt, location=location, supplier=supplier, reference=reference, now=now, by=by
    )


def receive_line(
    *, receipt: UUID, line: NewReceiptLine, accept_short_dated: bool = False, now: datetime, by: UUID
) -> None:
    """Write down goods in hand; stock is what it was until the receipt is booked. A line sent twice is one line.

    Goods that spoil need an expiry. Raises ShortDated for goods that keep less than the product's minimum freshness
    and a day, unless `accept_short_dated`; Invalid (with the field), NotFound, ReceiptClosed.
    """
    _receiving.add_line(receipt=receipt, line=line, accept_short_dated=accept_short_dated, now=now, by=by)


def short_dated(*, sku: str, location: UUID, expires_on: date | None, now: datetime) -> ShortDated | None:
    """What `receive_line` would warn of if goods of this expiry came in now; None: nothing. Raises NotFound."""
    return _receiving.shortness(sku=sku, location=location, expires_on=expires_on, now=now)


def remove_receipt_line(*, receipt: UUID, line: UUID, now: datetime, by: UUID) -> None:
    """Take a line off again, as long as the receipt is open; it stays to be read. Raises NotFound, ReceiptClosed."""
    _receiving.remove_line(receipt=receipt, line=line, now=now, by=by)


def book_receipt(*, receipt: UUID, now: datetime, by: UUID) -> bool:
    """Put all lines into stock, or none; False if somebody has done so before: it is done once.

    Raises NothingReceived, ChangesRefused (goods have expired since), ReceiptClosed after it was undone, NotFound.
    """
    return _receiving.book(receipt=receipt, now=now, by=by)


def reverse_receipt(*, receipt: UUID, reason: str, now: datetime, by: UUID) -> bool:
    """Undo a booking by movements the other way, all of them or none; False if it has been undone before.

    Raises ChangesRefused where goods of it are promised or gone already or `reason` is empty, ReceiptClosed for a
    receipt that is not booked, NotFound.
    """
    return _receiving.reverse(receipt=receipt, reason=reason, now=now, by=by)
