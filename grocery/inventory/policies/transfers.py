"""What may leave for another store, and what may be said to have come. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from grocery.inventory.contracts import Arrival, RefusedLine, TransferItem, TransferLine
from grocery.inventory.policies.changes import LotState, Refusal, named_lot, taken_off
from grocery.kernel.quantity import LARGEST

_QUANTITY = Refusal("quantity", "The quantity is not possible.", "Số lượng không hợp lệ.")
_EXPIRED = Refusal("already_expired", "The expiry date has passed.", "Đã quá hạn sử dụng.")
_DIFFERENT = Refusal("reason_needed", "This is not what was sent: say why.", "Số nhận khác số đã gửi: hãy ghi lý do.")


def draft(
    items: Sequence[TransferItem], lots: Iterable[LotState], *, today: date
) -> tuple[dict[UUID, Decimal], list[RefusedLine]]:
    """How much of which lot is to go, lines of one lot added up; and the lines that cannot be, with why."""
    shelf = list(lots)
    going: dict[UUID, Decimal] = {}
    refused: list[RefusedLine] = []
    for number, item in enumerate(items, start=1):
        of_sku = [lot for lot in shelf if lot.sku == item.sku]
        try:
            lot = named_lot(of_sku, lot_code=item.lot_code, expires_on=item.expires_on)
            leave(lot, item.quantity, today=today)
        except Refusal as why:
            refused.append(why.of(number, item.sku))
        else:
            going[lot.lot_id] = going.get(lot.lot_id, Decimal(0)) + item.quantity
    return going, refused


def depart(going: Mapping[UUID, Decimal], lots: Iterable[LotState], *, today: date) -> list[RefusedLine]:
    """What of a draft, in its order, cannot leave any more: sold or promised since, or past its day."""
    shelf = {lot.lot_id: lot for lot in lots}
    refused: list[RefusedLine] = []
    for number, (lot_id, quantity) in enumerate(going.items(), start=1):
        try:
            leave(shelf[lot_id], quantity, today=today)
        except Refusal as why:
            refused.append(why.of(number, shelf[lot_id].sku))
    return refused


def leave(lot: LotState, quantity: Decimal, *, today: date) -> None:
    """Take goods off a lot to send them. What is reserved stays, what has expired is not sent on. Raises Refusal."""
    if not 0 < quantity <= LARGEST:
        raise _QUANTITY
    if lot.expires_on and lot.expires_on < today:
        raise _EXPIRED
    taken_off(lot, quantity)


def arrive(
    lines: Sequence[TransferLine], arrivals: Mapping[UUID, Arrival]
) -> tuple[dict[UUID, tuple[Decimal, str]], list[RefusedLine]]:
    """What came of each line and why that is not what was sent; a line nobody speaks of came as it was sent."""
    came: dict[UUID, tuple[Decimal, str]] = {}
    refused: list[RefusedLine] = []
    for number, line in enumerate(lines, start=1):
        said = arrivals.get(line.id) or Arrival(line.id, line.quantity)
        different = said.quantity != line.quantity
        if not 0 <= said.quantity <= LARGEST:
            refused.append(_QUANTITY.of(number, line.sku))
        elif different and not said.reason:
            refused.append(_DIFFERENT.of(number, line.sku))
        else:
            came[line.id] = (said.quantity, said.reason if different else "")
    return came, refused
