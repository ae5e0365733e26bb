"""What lowers a price, and how it is explained."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from grocery.kernel.money import Money, dong
from grocery.kernel.quantity import Quantity

NOTHING: Final = dong(0)


class OfferKind(StrEnum):
    """What a rule looks at."""

    SKU = "sku"
    NEAR_EXPIRY = "near_expiry"
    MULTI_BUY = "multi_buy"
    CATEGORY = "category"
    BASKET = "basket"
    FREE_DELIVERY = "free_delivery"


@dataclass(frozen=True, slots=True)
class NearExpiry:
    """Units of a marked-down lot that may still be had: `percent` off, good up to and on `expires_on`."""

    percent: int
    available: Quantity
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One rule's effect on one line, or on the delivery fee: `amount` is less than nothing.

    `quantity` says on how much of the line. `offer_id` None: no offer of staff's but the markdown of a lot.
    """

    offer_id: UUID | None
    kind: OfferKind
    name_en: str
    name_vi: str
    quantity: Quantity
    amount: Money

    def name(self, language: str) -> str:
        return self.name_vi if language == "vi" else self.name_en
