"""The part of inventory's face for those who pick and pack."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from types import MappingProxyType
from uuid import UUID

from grocery.inventory.contracts import Allocation, LotUnfit, PickableLot, ScanCheck, ScanFault, Unfit
from grocery.inventory.services import issue as _issuing
from grocery.inventory.services import scans as _scans
from grocery.kernel.quantity import Quantity

__all__ = [
    "issue",
    "pickable",
    "check_scan",
    # what these return
    "PickableLot",
    "ScanCheck",
    "ScanFault",
    "Unfit",
    # what they refuse
    "LotUnfit",
]


def issue(
    *,
    holder: str,
    quantities: Mapping[str, Quantity] | None,
    lots: Mapping[UUID, Quantity] = MappingProxyType({}),
    good_on: date | None = None,
    now: datetime,
    by: UUID | None,
) -> tuple[Allocation, ...]:
    """Goods leave the store for `holder`, who put them into a box: movements "sold". Returns what left which lot.

    `quantities`: what was really packed, by SKU, in the product's unit, as it was weighed; a SKU that is not named
    did not leave. None: exactly what is reserved. What is reserved and does not leave is free again; what leaves
    beyond it comes from the same lots, then from others of the same price, first expired first; never from what is
    promised to others. `lots`: of which lots it was really taken, by lot id; of a SKU of which lots are named exactly
    these leave (it need not be in `quantities`; if it is, they add up to it). All of it is good on `good_on` (the day
    of the delivery; None: today): goods that have expired while they were held do not leave, whoever packs takes
    another lot or less. `by`: the staff member.

    Raises NothingReserved, OutOfStock (with what is missing of which SKU), LotUnfit for a named lot that is past its
    day or marked down where that was not ordered, NotFound, Invalid; then nothing was changed.
    """
    return _issuing.issue(holder=holder, quantities=quantities, lots=lots, good_on=good_on, now=now, by=by)


def pickable(
    *, holder: str, skus: Collection[str], good_on: date | None = None, now: datetime
) -> dict[str, tuple[PickableLot, ...]]:
    """The lots from which `holder` could be given these SKUs, first expired first, for a picker who has to choose.

    Each with what is held of it for this holder and what is free, and why it may not leave where it may not; also
    of SKUs that the holder has nothing of (substitutes). For display: only `issue` decides. Raises NothingReserved.
    """
    return _issuing.pickable(holder=holder, skus=skus, good_on=good_on, now=now)


def check_scan(*, code: str, holder: str, sku: str, good_on: date | None = None, now: datetime) -> ScanCheck:
    """Whether what a picker has scanned is this SKU, of a lot that may leave for this holder; nothing is written.

    Reads all that `recognise` reads, among it the shop's own codes with a weight (GTIN-13 from 20 to 29, laid out as
    the setting WEIGHT_BARCODES says), and the SKU itself, typed or on a shelf label. `good_on`: the day of the
    delivery. Raises UnreadableCode for a code that cannot be right (scan again), NothingReserved.
    """
    return _scans.check(code=code, holder=holder, sku=sku, good_on=good_on, now=now)
