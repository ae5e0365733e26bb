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
from grocery.inventory.contracts.feed import FeedDifference, FeedDocument, FeedRepair, FeedUnavailable, as_number
from grocery.inventory.contracts.levels import Difference, LotLevel, StockLevel
from grocery.inventory.contracts.promises import (
    Allocation,
    Availability,
    Demand,
    NothingReserved,
    OutOfStock,
    Reservation,
)
from grocery.inventory.contracts.transfers import (
    Arrival,
    Transfer,
    TransferItem,
    TransferLine,
    TransferMovedOn,
    TransferState,
)

__all__ = [
    "Allocation",
    "Arrival",
    "Availability",
    "ChangeKind",
    "ChangesDone",
    "ChangesRefused",
    "Demand",
    "Difference",
    "FeedDifference",
    "FeedDocument",
    "FeedRepair",
    "FeedUnavailable",
    "LotLevel",
    "NothingReserved",
    "OutOfStock",
    "RefusedLine",
    "Reservation",
    "StockChange",
    "StockLevel",
    "StockLine",
    "Transfer",
    "TransferItem",
    "TransferLine",
    "TransferMovedOn",
    "TransferState",
    "as_number",
]
