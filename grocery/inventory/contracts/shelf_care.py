"""Looking after the shelf: goods thrown away, marked down, running low, running out of time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from grocery.kernel.errors import DomainError
from grocery.kernel.quantity import Quantity


class WasteReason(StrEnum):
    """Why goods are thrown away."""

    EXPIRED = "expired"
    SPOILED = "spoiled"
    DAMAGED = "damaged"
    WARM = "warm"  # the cold chain was broken
    RECALLED = "recalled"
    OTHER = "other"  # needs a note


@dataclass(frozen=True, slots=True)
class NewWastage:
    """So much of a lot is thrown away; `quantity` None: all of it that is promised to nobody.

    `id` is made by who asks: the same sent twice is done once. `photo`: what `keep_photo` returned, may be empty.
    """

    id: UUID
    lot_id: UUID
    quantity: Quantity | None
    reason: WasteReason
    note: str = ""
    photo: str = ""


class AlertKind(StrEnum):
    LOW = "low"
    EXPIRING = "expiring"


class NotAPhoto(DomainError):
    """What was sent is no picture that we take."""

    code = "not_a_photo"
    status = 422
    en = "This is not a JPEG, PNG or WebP picture of at most 12 MB."
    vi = "Đây không phải ảnh JPEG, PNG hoặc WebP tối đa 12 MB."
    field = "photo"


class WasteIsPast(DomainError):
    """Waste is undone on the day on which it was noted; afterwards it is corrected by a count."""

    code = "waste_is_past"
    status = 409
    en = "This can be undone on the same day only."
    vi = "Chỉ hủy được trong cùng ngày."


class NothingFree(DomainError):
    """All of it is promised to customers, or gone."""

    code = "nothing_free"
    status = 409
    en = "Nothing of it is free: it is reserved for customers, or gone."
    vi = "Không còn hàng tự do: đã giữ cho khách hoặc đã hết."
