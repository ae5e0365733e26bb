"""Staff count what is there without seeing what the books say; what differs is booked, if need be after approval.

What is booked is the difference to the books at the moment of the count, never the figure itself: what was sold or
received since stays. A count's row is locked first, then the items of its lots.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from grocery.catalog import public as catalog
from grocery.inventory import contracts
from grocery.inventory.contracts import (
    AlreadyCounted,
    ChangeKind,
    ChangesRefused,
    CountedByYou,
    CountedLot,
    CountMovedOn,
    CountState,
    CountUnfinished,
    StockChange,
)
from grocery.inventory.models import Count, CountEntry, CountLine, Lot, Movement, MovementKind, Posting
from grocery.inventory.models.counts import CountQuerySet
from grocery.inventory.policies import counts as rules
from grocery.inventory.policies.changes import LotState
from grocery.inventory.services import locking
from grocery.inventory.services.announcing import announce
from grocery.kernel.errors import Invalid, NotFound
from grocery.kernel.quantity import LARGEST


@transaction.atomic
def start_count(
    *, location: UUID, skus: Collection[str], title: str, now: datetime, by: UUID | None
) -> contracts.Count:
    """Begin to count these SKUs, lot by lot; SKUs that the store never had are left out.

    Raises Invalid if none is left, AlreadyCounted if a lot is in another open count.
    """
    items = locking.items(skus, location=location)
    if not items:
        raise Invalid("skus", "There is nothing to count.", "Không có gì để kiểm.")
    shelf = [lot for lot in Lot.objects.states(items) if lot.on_hand > 0]
    _in_no_other_count(lot.lot_id for lot in shelf)
    known = sorted({item.sku for item in items})
    made = Count.objects.create(location=location, title=title, skus=known, made_at=now, made_by=by)
    CountLine.objects.bulk_create(_line(made, lot) for lot in shelf)
    return look_at_count(count=made.id)


@transaction.atomic
def record_count(*, count: UUID, found: Sequence[CountedLot], now: datetime, by: UUID | None) -> contracts.Count:
    """Say what was found of some lots; each is compared with what the books say at this moment.

    A lot that the books do not have is opened. Said again, the last word holds and every one is kept. Raises Invalid
    for a quantity that cannot be or a SKU that is not in this count, AlreadyCounted, CountMovedOn, NotFound.
    """
    counting = _locked(count, CountState.OPEN)
    _possible(counting, found)
    items = locking.items({one.sku for one in found}, location=counting.location)
    Lot.objects.open(
        [StockChange(ChangeKind.RECEIVE, one.sku, one.quantity, one.lot_code, one.expires_on) for one in found],
        location=counting.location,
    )
    lots = {(lot.sku, lot.lot_code, lot.expires_on): lot for lot in Lot.objects.states(items)}
    named = {lots[one.sku, one.lot_code, one.expires_on].lot_id: one for one in found}
    lines = _lines(counting, [lot for lot in lots.values() if lot.lot_id in named])
    corrections = CountLine.objects.corrections(named)
    books = {lot.lot_id: lot.on_hand for lot in lots.values()}
    for line in lines:
        line.counted, line.book = named[line.lot_id].quantity, books[line.lot_id]
        line.counted_at, line.counted_by = now, by
        line.corrections, line.tries = corrections.get(line.lot_id, 0), line.tries + 1
        line.again = rules.again(line.told(), tolerance())
    fields = ["counted", "book", "counted_at", "counted_by", "corrections", "tries", "again"]
    CountLine.objects.bulk_update(lines, fields)
    CountEntry.objects.keep(lines, by=by, at=now)
    return look_at_count(count=count)


@transaction.atomic
def finish_count(*, count: UUID, now: datetime, by: UUID | None) -> contracts.Count:
    """Done counting: what differs is booked, or waits for approval if that is a lot. Lots nobody counted stay.

    Raises CountUnfinished while lots are to be counted again or none was counted, ChangesRefused for what cannot be
    booked (the goods are promised, or were corrected since), CountMovedOn, NotFound.
    """
    counting = _locked(count, CountState.OPEN)
    lines = look_at_count(count=count).lines
    counted = [line for line in lines if line.counted is not None]
    if not counted or any(line.again for line in lines):
        raise CountUnfinished({line.sku for line in lines if line.again or not counted})
    if rules.needs_approval(counted, _prices({line.sku for line in counted}), tolerance()):
        counting.state = CountState.WAITING
        counting.save()
    else:
        _book(counting, now=now, by=by)
    return look_at_count(count=count)


@transaction.atomic
def approve_count(*, count: UUID, now: datetime, by: UUID) -> contracts.Count:
    """What differs is booked, as it was counted. Raises CountedByYou for who has counted any of it; ChangesRefused
    naming every lot whose goods are promised or were corrected since; CountMovedOn, NotFound."""
    counting = _locked(count, CountState.WAITING)
    if by in CountEntry.objects.counters_of(counting):
        raise CountedByYou
    _book(counting, now=now, by=by)
    return look_at_count(count=count)


@transaction.atomic
def recount(*, count: UUID, lines: Collection[UUID]) -> contracts.Count:
    """Count these lines anew; what was said before is kept. Raises CountMovedOn once it is booked, NotFound."""
    counting = _locked(count, CountState.OPEN, CountState.WAITING)
    CountLine.objects.of(counting).among(lines).forget()
    counting.state = CountState.OPEN
    counting.save()
    return look_at_count(count=count)


@transaction.atomic
def cancel_count(*, count: UUID, now: datetime, by: UUID | None) -> contracts.Count:
    """Nothing is booked; what was found stays to be read. Raises CountMovedOn once it is booked, NotFound."""
    counting = _locked(count, CountState.OPEN, CountState.WAITING, CountState.CANCELLED)
    if counting.state != CountState.CANCELLED:
        _end(counting, CountState.CANCELLED, now=now, by=by)
    return look_at_count(count=count)


def look_at_count(*, count: UUID) -> contracts.Count:
    """One count with its lines, in two statements; what the books said is in there. Raises NotFound."""
    return _one(Count.objects.with_lines(), count).told()


def tolerance() -> rules.Tolerance:
    """How much may differ in this shop."""
    return rules.Tolerance(
        settings.COUNT_AGAIN_PERCENT, settings.COUNT_APPROVAL_PERCENT, settings.COUNT_APPROVAL_VALUE
    )


def _one(counts: CountQuerySet, count: UUID) -> Count:
    found = counts.named(count)
    if found is None:
        raise NotFound("count", count)
    return found


def _locked(count: UUID, *states: CountState) -> Count:
    found = _one(Count.objects.locked(), count)
    if found.state not in states:
        raise CountMovedOn(CountState(found.state))
    return found


def _possible(counting: Count, found: Iterable[CountedLot]) -> None:
    for one in found:
        if one.sku not in counting.skus:
            raise Invalid("sku", f"{one.sku} is not in this count.", f"{one.sku} không thuộc phiếu kiểm này.")
        if not 0 <= one.quantity <= LARGEST:
            raise Invalid("quantity", "The quantity is not possible.", "Số lượng không hợp lệ.")


def _in_no_other_count(lots: Iterable[UUID]) -> None:
    if skus := CountLine.objects.open().of_lots(lots).skus():
        raise AlreadyCounted(skus)


def _line(counting: Count, lot: LotState) -> CountLine:
    return CountLine(count=counting, lot_id=lot.lot_id, sku=lot.sku, lot_code=lot.lot_code, expires_on=lot.expires_on)


def _lines(counting: Count, lots: Collection[LotState]) -> list[CountLine]:
    """The lines of these lots, made where there are none."""
    ids = [lot.lot_id for lot in lots]
    there = {line.lot_id: line for line in CountLine.objects.of(counting).of_lots(ids)}
    new = [lot for lot in lots if lot.lot_id not in there]
    _in_no_other_count(lot.lot_id for lot in new)
    return [*there.values(), *CountLine.objects.bulk_create(_line(counting, lot) for lot in new)]


def _prices(skus: Collection[str]) -> dict[str, int]:
    """In đồng; what is not sold any more counts for nothing."""
    products = catalog.products_on_sale(skus=[catalog.Sku(sku) for sku in skus])
    return {str(sku): product.price.minor for sku, product in products.items()}


def _book(counting: Count, *, now: datetime, by: UUID | None) -> None:
    different = [line for line in CountLine.objects.of(counting).order_by("id") if line.told().variance]
    items = locking.items({line.sku for line in different}, location=counting.location)
    lots = {lot.lot_id: lot for lot in Lot.objects.states(items)}
    corrections = CountLine.objects.corrections(line.lot_id for line in different)
    refused = rules.book(
        (line.told(), lots[line.lot_id], corrections.get(line.lot_id, 0) != line.corrections) for line in different
    )
    if refused:
        raise ChangesRefused(refused)
    postings = [
        Posting(line.lot_id, MovementKind.COUNTED, line.told().variance, counting.title) for line in different
    ]
    Movement.objects.post(postings, by=by, reference=counting.reference, at=now)
    announce([item for item in items if item.sku in {line.sku for line in different}], now=now)
    _end(counting, CountState.BOOKED, now=now, by=by)


def _end(counting: Count, state: CountState, *, now: datetime, by: UUID | None) -> None:
    counting.state, counting.ended_at, counting.ended_by = state, now, by
    counting.save()
    CountLine.objects.of(counting).update(open=False)
