"""What staff may do to a lot, line by line. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from grocery.inventory.contracts import ChangeKind, RefusedLine, StockChange
from grocery.kernel.quantity import LARGEST, plain


@dataclass(slots=True)
class LotState:
    """A lot as it stands, and as it will stand after the lines so far."""

    lot_id: UUID
    item_id: UUID
    sku: str
    lot_code: str
    expires_on: date | None
    on_hand: Decimal
    reserved: Decimal


@dataclass(frozen=True, slots=True)
class Step:
    """A lot gains `quantity`, or loses it where negative."""

    lot_id: UUID
    item_id: UUID
    kind: ChangeKind
    quantity: Decimal
    reason: str


@dataclass(slots=True)
class Outcome:
    """The steps that the lines come to, and the lines that cannot be: with any of these, none is to be done."""

    steps: list[Step] = field(default_factory=list)
    refused: list[RefusedLine] = field(default_factory=list)


class Refusal(Exception):
    """Why a line cannot be."""

    def __init__(self, code: str, en: str, vi: str) -> None:
        self.code, self.en, self.vi = code, en, vi

    def of(self, line: int, sku: str) -> RefusedLine:
        return RefusedLine(line, sku, self.code, self.en, self.vi)


_QUANTITY = Refusal("quantity", "The quantity is not possible.", "Số lượng không hợp lệ.")
_REASON = Refusal("reason_needed", "Say why.", "Cần ghi lý do.")
_UNLISTED = Refusal("unknown_sku", "The catalogue does not know this SKU.", "Danh mục hàng không có mã này.")
_EXPIRED = Refusal("already_expired", "The expiry date has passed.", "Đã quá hạn sử dụng.")
_UNKNOWN = Refusal("unknown_lot", "There is no such lot here.", "Không có lô này tại cửa hàng.")
_AMBIGUOUS = Refusal(
    "which_lot", "Several lots match: name lot and expiry.", "Có nhiều lô: hãy ghi rõ mã lô và hạn dùng."
)


def received(changes: Iterable[StockChange], *, today: date, unlisted: Collection[str]) -> list[StockChange]:
    """The goods that come in, without lines that are wrong at sight: lots are opened for these alone."""
    return [change for change in changes if change.kind is ChangeKind.RECEIVE and _fine(change, today, unlisted)]


def apply(
    changes: Sequence[StockChange], lots: Iterable[LotState], *, today: date, unlisted: Collection[str] = ()
) -> Outcome:
    """Go through the lines in order, each seeing what those before it did; every line that is wrong is named.

    `unlisted`: SKUs that nothing may be received of, because the catalogue does not know them.
    """
    by_sku: dict[str, list[LotState]] = {}
    for lot in lots:
        by_sku.setdefault(lot.sku, []).append(lot)
    outcome = Outcome()
    for line, change in enumerate(changes, start=1):
        try:
            _check(change, today=today, unlisted=unlisted)
            step = _step(change, _lot(change, by_sku.get(change.sku, [])))
        except Refusal as why:
            outcome.refused.append(why.of(line, change.sku))
        else:
            outcome.steps += [step] if step.quantity else []
    return outcome


def unlisted_thresholds(skus: Iterable[str], *, unlisted: Collection[str], after: int) -> tuple[RefusedLine, ...]:
    """Thresholds for what the catalogue does not know; they are numbered on after the lines."""
    return tuple(_UNLISTED.of(number, sku) for number, sku in enumerate(skus, start=after + 1) if sku in unlisted)


def _fine(change: StockChange, today: date, unlisted: Collection[str]) -> bool:
    try:
        _check(change, today=today, unlisted=unlisted)
    except Refusal:
        return False
    return True


def _check(change: StockChange, *, today: date, unlisted: Collection[str]) -> None:
    counted, corrected = change.kind is ChangeKind.COUNT, change.kind is ChangeKind.ADJUST
    if (change.quantity == 0 and not counted) or (change.quantity < 0 and not corrected):
        raise _QUANTITY
    if change.kind in {ChangeKind.WASTE, ChangeKind.ADJUST} and not change.reason:
        raise _REASON
    if change.kind is ChangeKind.RECEIVE and change.expires_on and change.expires_on < today:
        raise _EXPIRED
    if change.kind is ChangeKind.RECEIVE and change.sku in unlisted:
        raise _UNLISTED


def _lot(change: StockChange, lots: Iterable[LotState]) -> LotState:
    key = (change.lot_code, change.expires_on)
    if change.kind is ChangeKind.RECEIVE:
        return next(lot for lot in lots if (lot.lot_code, lot.expires_on) == key)
    if change.exact:
        lots = [lot for lot in lots if (lot.lot_code, lot.expires_on) == key]
    return named_lot(lots, lot_code=change.lot_code, expires_on=change.expires_on)


def named_lot(lots: Iterable[LotState], *, lot_code: str, expires_on: date | None) -> LotState:
    """The one lot that is meant: exactly, or as the only one (with goods in it) that fits. Raises Refusal."""
    fits = [lot for lot in lots if lot_code in {"", lot.lot_code} and expires_on in {None, lot.expires_on}]
    exact = [lot for lot in fits if (lot.lot_code, lot.expires_on) == (lot_code, expires_on)]
    filled = [lot for lot in fits if lot.on_hand > 0] or fits
    chosen = [lot for lot in exact if lot in filled] or filled
    if len(chosen) != 1:
        raise _AMBIGUOUS if chosen else _UNKNOWN
    return chosen[0]


def taken_off(lot: LotState, quantity: Decimal) -> None:
    """Take so much off a lot that is not promised to anybody. Raises Refusal."""
    _set(lot, lot.on_hand - quantity)


def _step(change: StockChange, lot: LotState) -> Step:
    gain = {
        ChangeKind.RECEIVE: change.quantity,
        ChangeKind.WASTE: -change.quantity,
        ChangeKind.ADJUST: change.quantity,
        ChangeKind.COUNT: change.quantity - lot.on_hand,
    }[change.kind]
    _set(lot, lot.on_hand + gain)
    return Step(lot.lot_id, lot.item_id, change.kind, gain, change.reason)


def _set(lot: LotState, after: Decimal) -> None:
    if after > LARGEST:
        raise _QUANTITY
    if after < 0:
        there = plain(lot.on_hand)
        raise Refusal("not_there", f"Only {there} is there.", f"Chỉ có {there}.")
    if after < lot.reserved:
        held = plain(lot.reserved)
        raise Refusal("reserved", f"{held} of it is reserved for customers.", f"{held} đã được giữ cho khách.")
    lot.on_hand = after
