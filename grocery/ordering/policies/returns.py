"""What goods that are given back come to, how long they may be, and what may become of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from grocery.kernel.errors import Invalid
from grocery.kernel.money import Money, dong, spread
from grocery.kernel.quantity import ZERO, Quantity
from grocery.ordering.contracts import OrderState
from grocery.ordering.contracts.returns import GoodsFate, ReturnReason

_THOUSANDTHS: Final = 1000
#: What makes goods unfit to be sold again, however they are kept.
_SPOILT: Final = frozenset({ReturnReason.DAMAGED, ReturnReason.SHORT_DATED})


@dataclass(frozen=True, slots=True)
class GivenBack:
    """So much of a line was given back before, for so much money; `asked` of it counts, decided or not."""

    quantity: Quantity = ZERO
    amount: Money = dong(0)  # noqa: RUF009 - Money is immutable
    asked: Quantity = ZERO


def share_of(charged: Money, *, packed: Quantity, before: GivenBack, more: Quantity) -> Money:
    """What `more` of a line comes to that was charged so much for what was packed, after what was given back before.

    Largest remainder over the whole line: however it is cut, all parts together are exactly what was charged, and no
    part is less than nothing.
    """
    back = min(Quantity(before.quantity + more), packed)
    if not packed:
        return dong(0)
    whole, _kept = spread(charged, [_whole(back), _whole(Quantity(packed - back))])
    return max(min(whole, charged) - before.amount, dong(0))


def check_unwanted(sku: str, quantity: Quantity, *, left: Quantity, step: Quantity) -> None:
    """Raise Invalid unless it is more than nothing, and all that is left or whole steps of it."""
    if quantity <= 0:
        raise Invalid("lines", "Say how much is given back.", "Hãy cho biết trả bao nhiêu.")
    if quantity != left and quantity % step:
        raise Invalid("lines", f"{sku}: whole pieces, please.", f"{sku}: số lượng phải chẵn đơn vị.")


def check_reason(reason: ReturnReason, note: str) -> None:
    """Raise Invalid where words are needed and there are none."""
    if reason is ReturnReason.OTHER and not note.strip():
        raise Invalid("note", "Say what is wrong with it.", "Hãy cho biết lý do.")


def return_until(delivered_at: datetime, zone: str, windows: Mapping[str, timedelta]) -> datetime:
    """Until when goods that are kept like that may be returned."""
    return delivered_at + windows[zone]


def may_be_sold_again(zone: str, unit: str, reason: ReturnReason, *, spoils: bool) -> bool:
    """Only what is packaged, keeps at room temperature, does not spoil, and of which nobody says that it is bad."""
    return zone == "ambient" and unit == "piece" and not spoils and reason not in _SPOILT


def fate_of(fate: GoodsFate, reason: ReturnReason) -> GoodsFate:
    """What did not come in the first place comes back to no shelf."""
    return GoodsFate.KEPT if reason is ReturnReason.MISSING else fate


def may_be_refused(state: OrderState, *, pickup: bool) -> bool:
    """At the door, or over the counter of a pickup point."""
    return state is OrderState.OUT_FOR_DELIVERY or (pickup and state is OrderState.PACKED)


def smallest(unit: str, step: Decimal | None) -> Quantity:
    """In what a line can be given back: by the piece, or to the gram."""
    return Quantity(step or Decimal(1)) if unit == "piece" else Quantity(Decimal("0.001"))


def _whole(quantity: Decimal) -> int:
    return int(quantity * _THOUSANDTHS)
