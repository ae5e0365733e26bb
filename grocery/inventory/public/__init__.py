"""Inventory's face: what there is, what is promised, and how it changes.

Stock is lots: goods of one SKU in one store that came together and expire together. Quantities are exact decimals
in the product's own unit (pieces, kg, l). A *location* is a store. A *holder* is "cart:<uuid>" or "order:<uuid>".

Facts: `StockChanged` for each SKU and store that a transaction changed, `ReservationEnded` when time ran out.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from grocery.inventory.contracts import (
    CAP,
    Allocation,
    AlreadyCounted,
    Arrival,
    Availability,
    ChangeKind,
    ChangesDone,
    ChangesRefused,
    CheckRun,
    Choice,
    Count,
    CountedByYou,
    CountedLot,
    CountLine,
    CountMovedOn,
    CountState,
    CountUnfinished,
    Demand,
    Difference,
    FeedDifference,
    FeedDocument,
    FeedRepair,
    FeedUnavailable,
    HasMovedOn,
    How,
    ImportMode,
    LotLevel,
    NearExpiry,
    NotAStockFile,
    NothingReserved,
    NotTakenBackSo,
    OutOfStock,
    ReducedUnits,
    ReferenceUsed,
    RefusedLine,
    Remedy,
    Reservation,
    ShownLevel,
    SimulationFigures,
    StockChange,
    StockImportProgress,
    StockLevel,
    StockLine,
    TakenBackAlready,
    Transfer,
    TransferItem,
    TransferLine,
    TransferMovedOn,
    TransferState,
    UnknownImportProfile,
)
from grocery.inventory.public.changing import change_stock, change_stock_by_line, stock_up
from grocery.inventory.public.feed import (
    LiveStock,
    check_feed,
    delist,
    pay_feed_debts,
    read_feed,
    relist,
    repair_feed,
)
from grocery.inventory.public.hot_items import HotRule, set_hot_rule, tend_hot_items
from grocery.inventory.public.looking import availability, holdings, levels, near_expiry, stock
from grocery.inventory.public.picking import (
    LotUnfit,
    PickableLot,
    ScanCheck,
    ScanFault,
    Unfit,
    check_scan,
    issue,
    pickable,
)
from grocery.inventory.public.places import (
    NewPlace,
    Place,
    PlacesDone,
    PlacesProgress,
    Zone,
    import_places,
    place_goods,
    places,
)
from grocery.inventory.public.receiving import (
    NewReceiptLine,
    NothingReceived,
    ReceiptClosed,
    Recognised,
    Scan,
    ShortDated,
    UnreadableCode,
    book_receipt,
    forget_barcode,
    learn_barcode,
    open_receipt,
    receive_line,
    recognise,
    remove_receipt_line,
    reverse_receipt,
    short_dated,
)
from grocery.inventory.public.returns import (
    GivenOut,
    GoodsReturn,
    MoreThanIssued,
    Returned,
    ReturnedLot,
    ReturnIsPast,
    given_out,
    put_back,
    undo_put_back,
)
from grocery.inventory.public.shelf_care import (
    NewWastage,
    NotAPhoto,
    NothingFree,
    WasteIsPast,
    WasteReason,
    acknowledge_alert,
    drop_photo,
    end_markdowns,
    keep_photo,
    mark_down,
    sweep_photos,
    today,
    turn_days,
    undo_waste,
    waste,
    waste_photo,
)
from grocery.inventory.services import let_go as _letting_go
from grocery.inventory.services import reserve as _reserving
from grocery.inventory.services.check import check_stock, run_check
from grocery.inventory.services.choose_count import choose_for_count
from grocery.inventory.services.count import (
    approve_count,
    cancel_count,
    finish_count,
    look_at_count,
    record_count,
    recount,
    start_count,
)
from grocery.inventory.services.import_stock import import_stock, stock_import_profiles
from grocery.inventory.services.repair import plan_repair, repair
from grocery.inventory.services.simulate import simulate
from grocery.inventory.services.take_back import take_back
from grocery.inventory.services.transfer import (
    add_to_transfer,
    cancel_transfer,
    in_transit,
    receive_transfer,
    send_transfer,
    start_transfer,
    take_off_transfer,
)
from grocery.inventory.services.transfer import look as transfer

__all__ = [
    # promising
    "reserve",
    "extend",
    "release",
    "issue",
    "pickable",
    "check_scan",
    "ScanCheck",
    "ScanFault",
    "PickableLot",
    "Unfit",
    "LotUnfit",
    "expire_reservations",
    "prune_reservations",
    # what comes back
    "put_back",
    "given_out",
    "GivenOut",
    "undo_put_back",
    "GoodsReturn",
    "Returned",
    "ReturnedLot",
    "MoreThanIssued",
    "ReturnIsPast",
    # flash sales
    "set_hot_rule",
    "tend_hot_items",
    # looking
    "availability",
    "near_expiry",
    "holdings",
    "NearExpiry",
    "stock",
    "levels",
    "read_feed",
    # where goods stand
    "places",
    "place_goods",
    "import_places",
    "NewPlace",
    "Place",
    "PlacesDone",
    "PlacesProgress",
    "Zone",
    # changing
    "change_stock",
    "change_stock_by_line",
    "stock_up",
    "delist",
    "relist",
    # counting
    "choose_for_count",
    "start_count",
    "record_count",
    "finish_count",
    "approve_count",
    "recount",
    "cancel_count",
    "look_at_count",
    "take_back",
    "import_stock",
    "stock_import_profiles",
    "simulate",
    # comparing the books
    "check_stock",
    "run_check",
    "plan_repair",
    "repair",
    # between stores
    "start_transfer",
    "add_to_transfer",
    "take_off_transfer",
    "send_transfer",
    "receive_transfer",
    "cancel_transfer",
    "transfer",
    "in_transit",
    # the feed
    "check_feed",
    "repair_feed",
    "pay_feed_debts",
    # looking after the shelf
    "waste",
    "undo_waste",
    "keep_photo",
    "drop_photo",
    "sweep_photos",
    "waste_photo",
    "mark_down",
    "end_markdowns",
    "turn_days",
    "today",
    "acknowledge_alert",
    "NewWastage",
    "WasteReason",
    "NotAPhoto",
    "NothingFree",
    "WasteIsPast",
    # receiving by scanning
    "recognise",
    "learn_barcode",
    "forget_barcode",
    "open_receipt",
    "receive_line",
    "short_dated",
    "remove_receipt_line",
    "book_receipt",
    "reverse_receipt",
    "LiveStock",
    # what these take and return
    "CAP",
    "Allocation",
    "Availability",
    "ChangeKind",
    "ChangesDone",
    "CheckRun",
    "Demand",
    "Difference",
    "FeedDifference",
    "FeedDocument",
    "FeedRepair",
    "HotRule",
    "How",
    "LotLevel",
    "ReducedUnits",
    "Remedy",
    "Reservation",
    "StockChange",
    "ShownLevel",
    "StockLevel",
    "StockLine",
    "Choice",
    "Count",
    "CountedLot",
    "CountLine",
    "CountState",
    "Arrival",
    "Transfer",
    "TransferItem",
    "TransferLine",
    "TransferState",
    "NewReceiptLine",
    "Recognised",
    "Scan",
    "ImportMode",
    "StockImportProgress",
    "SimulationFigures",
    # what they refuse
    "NotAStockFile",
    "ReferenceUsed",
    "UnknownImportProfile",
    "NotTakenBackSo",
    "TakenBackAlready",
    "AlreadyCounted",
    "CountedByYou",
    "CountMovedOn",
    "CountUnfinished",
    "ChangesRefused",
    "FeedUnavailable",
    "HasMovedOn",
    "NothingReceived",
    "NothingReserved",
    "OutOfStock",
    "ReceiptClosed",
    "RefusedLine",
    "ShortDated",
    "TransferMovedOn",
    "UnreadableCode",
]


def reserve(
    *,
    holder: str,
    location: UUID,
    demands: Iterable[Demand],
    good_on: date,
    until: datetime | None,
    now: datetime,
    replaces: str | None = None,
) -> Reservation:
    """Promise all of this to `holder`, first expired first out, from lots still good on `good_on`; or nothing at all.

    A lot is good on the day it expires; a demand's `min_freshness_days` are counted from there on. Demands of one SKU
    add up. Lots that are marked down give to `Demand.reduced` alone, and only at exactly their percentage. What the
    holder (and, to turn a cart's goods into an order's, the holder `replaces`) has reserved before counts as
    available, also at the price at which it was promised, and is let go in the same breath; when this fails, it
    stays as it was.

    `until`: when the promise ends by itself; None: not before it is released or issued. Joins the caller's
    transaction, refuses to run without one. Raises OutOfStock with every shortage, having written nothing;
    Conflict if the same holder reserves elsewhere at this moment.
    """
    return _reserving.reserve(
        holder=holder,
        location=location,
        demands=demands,
        good_on=good_on,
        until=until,
        now=now,
        replaces=replaces,
    )


def extend(*, holder: str, until: datetime | None, now: datetime) -> None:
    """The promise to `holder` now ends at `until` (None: not by itself). Raises NothingReserved when it has ended."""
    _letting_go.extend(holder=holder, until=until, now=now)


def release(*, holder: str, now: datetime) -> None:
    """Let go what `holder` has reserved; if there is nothing (any more), nothing happens."""
    _letting_go.release(holder=holder, now=now)


def expire_reservations(*, now: datetime) -> int:
    """Free the goods of all reservations whose time is up, and say so (ReservationEnded); how many there were.

    Commits in batches; any number of workers may do this at once. Not to be called inside a transaction.
    """
    return _letting_go.expire(now=now)


def prune_reservations(*, now: datetime) -> int:
    """Forget reservations that ended more than 60 days ago; how many. The books need open ones and movements only."""
    return _letting_go.prune(now=now)
