"""The rules of slots and deliveries: no tables, no clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from grocery.delivery.contracts import DeliveryState, Mode, SlotState
from grocery.kernel.money import Money

_S = DeliveryState

#: From where a delivery may go where. A failed one may be tried again.
_NEXT: Final = {
    _S.SCHEDULED: {_S.OUT_FOR_DELIVERY, _S.CANCELLED},
    _S.OUT_FOR_DELIVERY: {_S.DELIVERED, _S.FAILED},
    _S.FAILED: {_S.OUT_FOR_DELIVERY, _S.CANCELLED},
    _S.DELIVERED: set[DeliveryState](),
    _S.CANCELLED: set[DeliveryState](),
}
#: What is fetched is never on the road: it is handed over, or nobody came; and then perhaps somebody does.
_AT_THE_COUNTER: Final = {(_S.SCHEDULED, _S.DELIVERED), (_S.SCHEDULED, _S.FAILED), (_S.FAILED, _S.DELIVERED)}


def may_become(*, mode: Mode, state: DeliveryState, wanted: DeliveryState) -> bool:
    """Whether the step is allowed. What is fetched is handed over without having been on the road."""
    on_foot = mode is Mode.PICKUP and (state, wanted) in _AT_THE_COUNTER
    return on_foot or wanted in _NEXT[state]


def window(*, day: date, starts: time, ends: time, zone: str) -> tuple[datetime, datetime] | None:
    """The window in UTC, or None on the day when the clocks jump over all of it.

    A time that the clocks skip counts by the offset before the jump; one that comes twice means the first.
    """
    local = ZoneInfo(zone)
    opens = datetime.combine(day, starts, local).astimezone(UTC)
    shuts = datetime.combine(day, ends, local).astimezone(UTC)
    return (opens, shuts) if opens < shuts else None


def delivery_fee(*, zone_fee: Money, surcharge: Money, free_from: Money | None, basket: Money | None) -> Money:
    """Zone fee and surcharge, never below nothing; nothing at all for a basket of `free_from` or more."""
    if free_from is not None and basket is not None and basket >= free_from:
        return Money(0, zone_fee.currency)
    return max(zone_fee + surcharge, Money(0, zone_fee.currency))


def slot_state(*, capacity: int, taken: int, cutoff_at: datetime, now: datetime, held: bool) -> SlotState:
    """What the asker may do with the slot. Too late comes before everything, mine before full."""
    if now >= cutoff_at:
        return SlotState.CLOSED
    if held:
        return SlotState.HELD
    return SlotState.FULL if taken >= capacity else SlotState.OPEN
