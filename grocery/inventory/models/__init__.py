"""Inventory's tables: what there is (stock), what is promised (reservations), what happened (movements),
what is on its way between stores (transfers)."""

from grocery.inventory.models.alerts import Concern, StockAlert, StockAlerts, StoreDay
from grocery.inventory.models.buckets import Bucket
from grocery.inventory.models.checks import LotFigures, StockCheck, StockDifference
from grocery.inventory.models.counts import Count, CountEntry, CountLine
from grocery.inventory.models.feed import Debt, FeedDebt
from grocery.inventory.models.imports import StockImport
from grocery.inventory.models.markdowns import Markdown
from grocery.inventory.models.movements import Movement, MovementKind, Posting
from grocery.inventory.models.places import ShelfPlace, Zones
from grocery.inventory.models.receiving import Barcode, GoodsReceipt, ReceiptLine, ReceiptState
from grocery.inventory.models.reservations import Allocation, Reservation, ReservationState
from grocery.inventory.models.returns import GoodsReturn, GoodsReturnLine
from grocery.inventory.models.stock import Lot, StockItem
from grocery.inventory.models.transfers import Transfer, TransferLine
from grocery.inventory.models.waste import Wastage, WasteReasons

__all__ = [
    "Markdown",
    "StockAlert",
    "StockAlerts",
    "StoreDay",
    "Concern",
    "Wastage",
    "WasteReasons",
    "Allocation",
    "Bucket",
    "Count",
    "CountEntry",
    "CountLine",
    "Debt",
    "FeedDebt",
    "Barcode",
    "GoodsReceipt",
    "GoodsReturn",
    "GoodsReturnLine",
    "Lot",
    "LotFigures",
    "Movement",
    "MovementKind",
    "ShelfPlace",
    "Posting",
    "Zones",
    "ReceiptLine",
    "ReceiptState",
    "Reservation",
    "ReservationState",
    "StockCheck",
    "StockDifference",
    "StockImport",
    "StockItem",
    "Transfer",
    "TransferLine",
]
