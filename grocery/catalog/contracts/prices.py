"""Prices to come."""

from __future__ import annotations

from datetime import datetime
from typing import NewType
from uuid import UUID

from grocery.kernel.errors import DomainError

PlannedPriceId = NewType("PlannedPriceId", UUID)


class PriceAlreadyPlanned(DomainError):
    """A product has one price at a time."""

    code = "price_already_planned"
    status = 409
    field = "starts_at"
    en = "A price of {sku} is planned for that moment already; take it back first."
    vi = "Đã có giá mới của {sku} vào thời điểm đó; hãy hủy giá đó trước."

    def __init__(self, sku: str, starts_at: datetime) -> None:
        self.sku, self.starts_at = sku, starts_at.isoformat()


class PriceIsDue(DomainError):
    """What has come into force, or is about to, is changed by a new price."""

    code = "price_is_due"
    status = 409
    en = "This price can no longer be taken back: its moment has come, or somebody took it back."
    vi = "Không thể hủy giá này nữa: đã đến thời điểm áp dụng, hoặc đã có người hủy."
