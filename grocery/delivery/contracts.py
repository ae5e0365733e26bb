"""What delivery speaks of: slots, places, deliveries, and what can go wrong with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import NewType
from uuid import UUID
from zoneinfo import ZoneInfo

from grocery.kernel.errors import DomainError
from grocery.kernel.money import Money

SlotId = NewType("SlotId", UUID)
ZoneId = NewType("ZoneId", UUID)
PickupPointId = NewType("PickupPointId", UUID)


class Mode(StrEnum):
    """How the goods change hands: we bring them, or the customer fetches them."""

    DELIVERY = "delivery"
    PICKUP = "pickup"


class SlotState(StrEnum):
    """What one asker may do with a slot. Held: it is yours until the hold ends."""

    OPEN = "open"
    FULL = "full"
    CLOSED = "closed"
    HELD = "held"


class DeliveryState(StrEnum):
    SCHEDULED = "scheduled"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A window of one store on one of its days. `capacity` and `taken` count orders, live holds included."""

    id: SlotId
    store_id: UUID
    mode: Mode
    pickup_point_id: PickupPointId | None
    day: date
    starts_at: datetime
    ends_at: datetime
    cutoff_at: datetime
    zone: str
    capacity: int
    taken: int
    #: Added to the fee of the customer's zone; negative for a quiet window.
    surcharge: Money

    @property
    def starts(self) -> time:
        """When it begins, on the store's clock."""
        return self.starts_at.astimezone(ZoneInfo(self.zone)).time()

    @property
    def ends(self) -> time:
        """When it ends, on the store's clock."""
        return self.ends_at.astimezone(ZoneInfo(self.zone)).time()


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotOffer:
    """A slot as one asker sees it, with the fee that this place and basket would pay."""

    slot: Slot
    state: SlotState
    fee: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotHold:
    """A place in a slot, kept for `holder` ("cart:<uuid>") until then; never past the slot's cut-off."""

    slot: Slot
    holder: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where to: a street in a ward, or a pickup point. A copy: later edits of the address do not reach it."""

    recipient: str
    phone: str
    ward_code: str = ""
    ward: str = ""
    province_code: str = ""
    province: str = ""
    street: str = ""
    note: str = ""
    pickup_point_id: PickupPointId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """A place that is taken for good, and what it costs."""

    slot: Slot
    fee: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happened to a delivery. `by` is the staff member; None is the system itself."""

    state: DeliveryState
    at: datetime
    by: UUID | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryView:
    """One order on its way, with its history, oldest step first."""

    order_id: UUID
    customer_id: UUID
    store_id: UUID
    mode: Mode
    state: DeliveryState
    slot_id: SlotId
    day: date
    starts_at: datetime
    ends_at: datetime
    zone: str
    fee: Money
    destination: Destination
    driver: str
    proof_note: str
    timeline: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PickupPoint:
    """A place where customers fetch what they ordered."""

    id: PickupPointId
    store_id: UUID
    name_en: str
    name_vi: str
    address: str
    hours_en: str
    hours_vi: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """Wards that a store delivers to for one fee; from a basket of `free_from` on it is free."""

    id: ZoneId
    store_id: UUID
    name_en: str
    name_vi: str
    fee: Money
    free_from: Money | None


class SlotFull(DomainError):
    """The last place has just been taken."""

    code = "slot_full"
    status = 409
    en = "This time slot is full. Please choose another."
    vi = "Khung giờ này đã đầy. Vui lòng chọn khung giờ khác."

    def __init__(self, slot_id: UUID) -> None:
        self.slot_id = str(slot_id)


class SlotClosed(DomainError):
    """It is too late for this slot: its cut-off has passed."""

    code = "slot_closed"
    status = 409
    en = "It is too late for this time slot. Please choose another."
    vi = "Khung giờ này đã hết hạn đặt. Vui lòng chọn khung giờ khác."

    def __init__(self, slot_id: UUID, cutoff_at: datetime) -> None:
        self.slot_id, self.cutoff_at = str(slot_id), cutoff_at.isoformat()


class OutsideDeliveryArea(DomainError):
    """No zone of the store holds this ward."""

    code = "outside_delivery_area"
    en = "We do not deliver to {ward} yet."
    vi = "Chúng tôi chưa giao tới {ward}."
    field = "ward_code"

    def __init__(self, ward_code: str, ward: str) -> None:
        self.ward_code, self.ward = ward_code, ward


class WrongStep(DomainError):
    """A delivery cannot go from where it is to where it was told to go."""

    code = "delivery_wrong_step"
    status = 409
    en = "The delivery is {state} and cannot become {wanted}."
    vi = "Chuyến giao đang ở trạng thái {state}, không thể chuyển sang {wanted}."

    def __init__(self, state: DeliveryState, wanted: DeliveryState) -> None:
        self.state, self.wanted = state.value, wanted.value
