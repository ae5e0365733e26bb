"""Goods come back from customers: to the lot they came from, or away; a slip is undone on the same day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from grocery.inventory import contracts
from grocery.inventory.contracts import (
    ChangesRefused,
    MoreThanIssued,
    Returned,
    ReturnedLot,
    ReturnIsPast,
    WasteReason,
)
from grocery.inventory.models import (
    GoodsReturn,
    GoodsReturnLine,
    Lot,
    Movement,
    MovementKind,
    Posting,
    StockItem,
    Wastage,
)
from grocery.inventory.policies import returns as rules
from grocery.inventory.policies.changes import LotState, Refusal, taken_off
from grocery.inventory.services import locking
from grocery.inventory.services.announcing import announce
from grocery.inventory.services.days import today
from grocery.kernel.errors import Conflict, Invalid, NotFound
from grocery.kernel.ids import new_id
from grocery.kernel.quantity import Quantity


@transaction.atomic
def put_back(
    *, return_id: UUID, holder: str, returned: Sequence[Returned], now: datetime, by: UUID
) -> contracts.GoodsReturn:
    """See `public.put_back`."""
    _check(returned)
    issued = GoodsReturn.objects.issued(holder)
    items = locking.items_of_lots([lot.lot_id for lot in issued])
    if (done := GoodsReturn.objects.named(return_id)) is not None:
        if done.holder != holder:
            raise Conflict
        return done.told()
    if not items:
        raise MoreThanIssued(_sums(returned))
    location = items[0].location
    day = today(location, now=now)
    back = rules.sort_back(returned, GoodsReturn.objects.issued(holder), today=day)
    found = GoodsReturn.objects.create(id=return_id, holder=holder, location=location, at=now, by=by)
    _post(found, back, {one.sku: one.note for one in returned if one.spoilt})
    _announce(items, {lot.sku for lot in back}, now=now)
    return found.told()


@transaction.atomic
def undo(*, return_id: UUID, now: datetime, by: UUID) -> bool:
    """See `public.undo_put_back`."""
    found = GoodsReturn.objects.of(return_id).locked().first()
    if found is None:
        raise NotFound("return", return_id)
    if found.undone_at:
        return False
    if today(found.location, now=now) != today(found.location, now=found.at):
        raise ReturnIsPast
    lines = list(found.lines.order_by("id"))
    wasted = Wastage.objects.standing_among([line.wastage_id for line in lines if line.wastage_id])
    items = locking.items_of_lots([line.lot_id for line in lines])
    _take_off(lines, wasted, Lot.objects.states(items))
    postings = [Posting(line.lot_id, MovementKind.ADJUSTED, -line.quantity, takes_back=line.id) for line in lines]
    postings += [
        Posting(line.lot_id, MovementKind.ADJUSTED, line.quantity, takes_back=line.wastage_id)
        for line in lines
        if line.wastage_id in wasted
    ]
    Movement.objects.post(postings, by=by, reference=found.holder, at=now)
    Wastage.objects.undo(wasted, now=now, by=by)
    GoodsReturn.objects.of(return_id).update(undone_at=now, undone_by=by)
    announce(items, now=now)
    return True


def given_out(holder: str) -> list[contracts.GivenOut]:
    """See `public.given_out`."""
    lots = sorted(GoodsReturn.objects.issued(holder), key=lambda lot: (lot.sku, lot.expires_on or date.max))
    return [contracts.GivenOut(lot.sku, lot.lot_id, lot.lot_code, lot.expires_on, lot.quantity) for lot in lots]


def _check(returned: Sequence[Returned]) -> None:
    if not returned or any(one.quantity <= 0 for one in returned):
        raise Invalid("quantity", "More than nothing.", "Số lượng phải lớn hơn 0.")
    if any(one.spoilt is WasteReason.OTHER and not one.note.strip() for one in returned):
        raise Invalid("note", "Say what happened.", "Ghi rõ lý do.")


def _sums(returned: Iterable[Returned]) -> dict[str, Quantity]:
    sums: dict[str, Quantity] = {}
    for one in returned:
        sums[one.sku] = Quantity(sums.get(one.sku, 0) + one.quantity)
    return sums


def _post(found: GoodsReturn, back: Sequence[ReturnedLot], notes: Mapping[str, str]) -> None:
    """Everything comes back first; what is not fit goes off again, as waste that can be read as such."""
    lines = [GoodsReturnLine(goods_return=found, lot_id=lot.lot_id, quantity=lot.quantity) for lot in back]
    came = [Posting(line.lot_id, MovementKind.RETURNED, line.quantity, id=line.id) for line in lines]
    Movement.objects.post(came, by=found.by, reference=found.holder, at=found.at)
    for line, lot in zip(lines, back, strict=True):
        if lot.wasted:
            line.wastage = _wastage(found, lot, lot.wasted, notes)
    wasted = [line.wastage for line in lines if line.wastage]
    for wastage in wasted:
        gone = Posting(wastage.lot_id, MovementKind.WASTED, -wastage.quantity, wastage.reason, id=wastage.id)
        Movement.objects.post([gone], by=found.by, reference=wastage.reference, at=found.at)
    Wastage.objects.bulk_create(wasted)
    GoodsReturnLine.objects.bulk_create(lines)


def _wastage(found: GoodsReturn, lot: ReturnedLot, reason: WasteReason, notes: Mapping[str, str]) -> Wastage:
    id_ = new_id()
    return Wastage(
        id=id_,
        location=found.location,
        sku=lot.sku,
        lot_id=lot.lot_id,
        quantity=lot.quantity,
        reason=reason,
        note=notes.get(lot.sku, ""),
        reference=f"waste:{id_}",
        at=found.at,
        by=found.by,
    )


def _take_off(lines: Iterable[GoodsReturnLine], wasted: set[UUID], states: Iterable[LotState]) -> None:
    """Raises ChangesRefused where what came back has been promised or sold since."""
    lots = {state.lot_id: state for state in states}
    for number, line in enumerate(lines, start=1):
        if line.wastage_id not in wasted:
            try:
                taken_off(lots[line.lot_id], line.quantity)
            except Refusal as why:
                raise ChangesRefused([why.of(number, lots[line.lot_id].sku)]) from why


def _announce(items: Iterable[StockItem], skus: set[str], *, now: datetime) -> None:
    announce([item for item in items if item.sku in skus], now=now)
