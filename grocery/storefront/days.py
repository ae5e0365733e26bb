"""The day that a cart is for, chosen before there is a slot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.utils.translation import gettext as _

from grocery.kernel import clock
from grocery.ordering.public import CartView
from grocery.storefront import wording

#: How many days are offered, today first.
_OFFERED: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    value: str
    name: str
    chosen: bool


def choices(cart: CartView) -> list[Day]:
    """Today and the days after it; nothing while a slot is held, for then its day counts."""
    if cart.slot:
        return []
    today = wording.local(clock.now()).date()
    days = [today + timedelta(days=number) for number in range(_OFFERED)]
    if cart.day and cart.day not in days:
        days.append(cart.day)
    return [
        Day(
            value=day.isoformat(),
            name=_("Today") if day == today else f"{wording.weekday(day, today=today)} {wording.day(day)}",
            chosen=day == cart.day,
        )
        for day in days
    ]
