"""What inventory takes and returns, and what it may refuse. Quantities are exact, in the product's own unit."""

from __future__ import annotations

from grocery.inventory.contracts.changes import (
    ChangeKind,
    ChangesDone,
    ChangesRefused,
    RefusedLine,
    StockChange,
    StockLine,
)
from grocery.inventory.contracts.counts import (
    AlreadyCounted,
    Choice,
    Count,
    CountedByYou,
    CountedLot,
    CountLine,
    CountMovedOn,
    CountState,
    CountUnfinished,
)
from grocery.inventory.contracts.feed import FeedDifference, FeedDocument, FeedRepair, FeedUnavailable, as_number
from grocery.inventory.contracts.hot import HotRule
from grocery.inventory.contracts.imports import (
    ImportMode,
    NotAStockFile,
    ReferenceUsed,
    RejectedLine,
    SkuDifference,
    StockImportProgress,
    UnknownImportProfile,
)
from grocery.inventory.contracts.levels import CAP, LotLevel, ShownLevel, StockLevel
from grocery.inventory.contracts.picking import LotUnfit, PickableLot, ScanCheck, ScanFault, Unfit
from grocery.inventory.contracts.promises import (
    Allocation,
    Availability,
    Demand,
    NearExpiry,
    NothingReserved,
    OutOfStock,
    ReducedUnits,
    Reservation,
)
from grocery.inventory.contracts.returns import (
    GivenOut,
    GoodsReturn,
    MoreThanIssued,
    Returned,
    ReturnedLot,
    ReturnIsPast,
)
from grocery.inventory.contracts.shelf_care import WasteReason
from grocery.inventory.contracts.simulating import SimulationFigures
from grocery.inventory.contracts.taking_back import NotTakenBackSo, TakenBackAlready
from grocery.inventory.contracts.transfers import (
    Arrival,
    Transfer,
    TransferItem,
    TransferLine,
    TransferMovedOn,
    TransferState,
)
from grocery.inventory.contracts.truth import BOOKS, Book, CheckRun, Difference, HasMovedOn, How, Remedy

__all__ = [
    "SimulationFigures",
    "ImportMode",
    "NotAStockFile",
    "ReferenceUsed",
    "RejectedLine",
    "SkuDifference",
    "StockImportProgress",
    "UnknownImportProfile",
    "NotTakenBackSo",
    "TakenBackAlready",
    "AlreadyCounted",
    "Choice",
    "Count",
    "CountLine",
    "CountMovedOn",
    "CountState",
    "CountUnfinished",
    "CountedByYou",
    "CountedLot",
    "BOOKS",
    "CAP",
    "Allocation",
    "Arrival",
    "Availability",
    "Book",
    "ChangeKind",
    "ChangesDone",
    "ChangesRefused",
    "CheckRun",
    "Demand",
    "Difference",
    "FeedDifference",
    "FeedDocument",
    "FeedRepair",
    "FeedUnavailable",
    "HasMovedOn",
    "GoodsReturn",
    "MoreThanIssued",
    "Returned",
    "GivenOut",
    "ReturnedLot",
    "ReturnIsPast",
    "WasteReason",
    "HotRule",
    "How",
    "LotLevel",
    "LotUnfit",
    "PickableLot",
    "ScanCheck",
    "ScanFault",
    "Unfit",
    "NearExpiry",
    "NothingReserved",
    "OutOfStock",
    "ReducedUnits",
    "RefusedLine",
    "Remedy",
    "Reservation",
    "StockChange",
    "ShownLevel",
    "StockLevel",
    "StockLine",
    "Transfer",
    "TransferItem",
    "TransferLine",
    "TransferMovedOn",
    "TransferState",
    "as_number",
]
