"""The part of the face for prices to come."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from grocery.catalog.contracts import Sku
from grocery.catalog.contracts.prices import PlannedPriceId, PriceAlreadyPlanned, PriceIsDue
from grocery.catalog.services import prices as _prices


def plan_price(*, sku: Sku, price: int, starts_at: datetime, now: datetime, by: UUID | None = None) -> PlannedPriceId:
    """Write down what a product will cost (đồng for one unit, VAT included) from a moment on.

    Raises NotFound, Invalid for a price that is none and for a moment that is not to come within a year, and
    PriceAlreadyPlanned.
    """
    return _prices.plan_price(sku=sku, price=price, starts_at=starts_at, by=by, now=now)


def check_planned_price(*, price: int, starts_at: datetime, now: datetime) -> None:
    """Say beforehand whether a price may be planned so: raises Invalid."""
    _prices.check(price=price, starts_at=starts_at, now=now)


def take_back_price(*, planned: PlannedPriceId, now: datetime, by: UUID | None = None) -> None:
    """Take a planned price back before its moment. Raises NotFound, PriceIsDue."""
    _prices.take_back(planned=planned, by=by, now=now)


def apply_due_prices(*, now: datetime) -> int:
    """Bring planned prices into force whose moment has come, each once, entered in the history; run by the clock."""
    return _prices.apply_due(now=now)


__all__ = [
    "PlannedPriceId",
    "PriceAlreadyPlanned",
    "PriceIsDue",
    "apply_due_prices",
    "check_planned_price",
    "plan_price",
    "take_back_price",
]
