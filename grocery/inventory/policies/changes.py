"""What staff may do to a lot, line by line. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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


class _Refusal(Exception):
    def __init__(self, code: str, en: str, vi: str) -> None:
        self.code, self.en, self.vi = code, en, vi


_QUANTITY = _Refusal("quantity", "The quantity is not possible.", "Số lượng không hợp lệ.")
_REASON = _Refusal("reason_needed", "Say why.", "Cần ghi lý do.")
_EXPIRED = _Refusal("already_expired", "The expiry date has passed.", "Đã quá hạn sử dụng.")
_UNKNOWN = _Refusal("unknown_lot", "There is no such lot here.", "Không có lô này tại cửa hàng.")
_AMBIGUOUS = _Refusal(
    "which_lot", "Several lots match: name lot and expiry.", "Có nhiều lô: hãy ghi rõ mã lô và hạn dùng."
)


def apply(changes: Sequence[StockChange], lots: Iterable[LotState], *, today: date) -> Outcome:
    """Go through the lines in order, each seeing what those before it did; every line that is wrong is named."""
    by_sku: dict[str, list[LotState]] = {}
    for lot in lots:
        by_sku.setdefault(lot.sku, []).append(lot)
    outcome = Outcome()
    for line, change in enumerate(changes, start=1):
        try:
            _check(change, today=today)
            step = _step(change, _lot(change, by_sku.get(change.sku, [])))
        except _Refusal as why:
            outcome.refused.append(RefusedLine(line, change.sku, why.code, why.en, why.vi))
        else:
            outcome.steps += [step] if step.quantity else []
    return outcome


def _check(change: StockChange, *, today: date) -> None:
    counted, corrected = change.kind is ChangeKind.COUNT, change.kind is ChangeKind.ADJUST
    if (change.quantity == 0 and not counted) or (change.quantity < 0 and not corrected):
        raise _QUANTITY
    if change.kind in {ChangeKind.WASTE, ChangeKind.ADJUST} and not change.reason:
        raise _REASON
    if change.kind is ChangeKind.RECEIVE and change.expires_on and change.expires_on < today:
        raise _EXPIRED


def _lot(change: StockChange, lots: Iterable[LotState]) -> LotState:
    """The one lot that the line names: exactly, or as the only one (with goods in it) that fits."""
    fits = [
        lot for lot in lots if change.lot_code in {"", lot.lot_code} and change.expires_on in {None, lot.expires_on}
    ]
    exact = [lot for lot in fits if (lot.lot_code, lot.expires_on) == (change.lot_code, change.expires_on)]
    if change.kind is ChangeKind.RECEIVE:
        return exact[0]
    filled = [lot for lot in fits if lot.on_hand > 0] or fits
    chosen = [lot for lot in exact if lot in filled] or filled
    if len(chosen) != 1:
        raise _AMBIGUOUS if chosen else _UNKNOWN
    return chosen[0]


def _step(change: StockChange, lot: LotState) -> Step:
    gain = {
        ChangeKind.RECEIVE: change.quantity,
        ChangeKind.WASTE: -change.quantity,
        ChangeKind.ADJUST: change.quantity,
        ChangeKind.COUNT: change.quantity - lot.on_hand,
    }[change.kind]
    after = lot.on_hand + gain
    if after > LARGEST:
        raise _QUANTITY
    if after < 0:
        there = plain(lot.on_hand)
        raise _Refusal("not_there", f"Only {there} is there.", f"Chỉ có {there}.")
    if after < lot.reserved:
        held = plain(lot.reserved)
        raise _Refusal("reserved", f"{held} of it is reserved for customers.", f"{held} đã được giữ cho khách.")
    lot.on_hand = after
    return Step(lot.lot_id, lot.item_id, change.kind, gain, change.reason)
