"""Rates of VAT by the day."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from grocery.catalog.services import vat as _vat


def vat_rate(*, group: str, on: date) -> Decimal:
    """The rate (percent) of a VAT group on a day, as for a delivery fee: VAT_OF_DELIVERY. Raises NotFound."""
    return _vat.rate(group=group, on=on)


def vat_rates(*, on: date) -> dict[str, Decimal]:
    """Each VAT group's rate (percent) of a day. One statement; outside a transaction none."""
    return _vat.rates(on=on)


def set_vat_rate(*, group: str, starts_on: date, rate: Decimal | None, now: datetime, by: UUID | None = None) -> None:
    """Write down from which day a group has which rate (percent), in place of what was written for that day.

    None takes it back. Remembered with who and when. Raises NotFound for an unknown group, Invalid for a rate that is
    none and for a day that has begun: what today's carts and orders count with is not changed under them.
    """
    _vat.set_rate(group=group, starts_on=starts_on, rate=rate, now=now, by=by)


def check_vat_rate(*, starts_on: date, rate: Decimal, now: datetime) -> None:
    """Say beforehand whether a rate may be written down for that day: raises Invalid."""
    _vat.check(starts_on, rate, now)
