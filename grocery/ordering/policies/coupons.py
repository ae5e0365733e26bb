"""Coupon codes and what their uses count against. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Final, Protocol
from uuid import UUID

#: Without 0 O 1 I L 5 S 8 B 2 Z U V: nobody has to guess what was printed.
ALPHABET: Final = "34679ACDEFGHJKMNPQRTWXY"
#: Random letters of a code: 23 to the 8th are 78 thousand million.
LETTERS: Final = 8
CODES_MOST: Final = 10_000
#: How many codes one cart may hold.
PER_CART: Final = 5
_SHAPE: Final = re.compile(r"[A-Z0-9-]{3,40}")


class Limits(Protocol):
    """An offer's limits; None: none."""

    @property
    def most_uses(self) -> int | None: ...
    @property
    def most_per_customer(self) -> int | None: ...
    @property
    def most_per_period(self) -> int | None: ...
    @property
    def period(self) -> str: ...


def as_typed(code: str) -> str | None:
    """The code that someone meant, whatever the case and blanks; None where it cannot be one."""
    text = "".join(code.split()).upper()
    return text if _SHAPE.fullmatch(text) else None


def scopes(
    limits: Limits, *, code: str, most_of_code: int | None, customer_id: UUID, day: date
) -> Iterator[tuple[str, int]]:
    """What one use counts against, and how many there may be."""
    if limits.most_uses is not None:
        yield "total", limits.most_uses
    if limits.most_per_customer is not None:
        yield f"customer:{customer_id}", limits.most_per_customer
    if limits.most_per_period is not None:
        yield f"period:{period_of(limits.period, day)}", limits.most_per_period
    if most_of_code is not None:
        yield f"code:{code}", most_of_code


def period_of(period: str, day: date) -> str:
    """The day, week or month that this day is in: `2026-11-20`, `2026-W47`, `2026-11`."""
    if period == "day":
        return day.isoformat()
    if period == "month":
        return f"{day:%Y-%m}"
    year, week, _weekday = day.isocalendar()
    return f"{year}-W{week:02d}"
