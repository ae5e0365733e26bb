"""How the shop says figures: weights, dates, windows and unit prices, in the reader's language.

Money says itself (`str(Money)`), the same in both languages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext, ngettext, pgettext

from grocery.kernel.money import NO_BREAK_SPACE, Money
from grocery.kernel.quantity import Quantity, plain, quantity
from grocery.ordering.public import pieces_of

#: Every store is in Việt Nam, which has one time zone and no summer time.
ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")
#: An empty cart's total.
NOTHING: Final = str(Money(0))
#: What is counted in the hand: a kilogram in grams, a litre in millilitres.
_SMALL: Final = {"kg": ("g", 1000), "l": ("ml", 1000)}


@dataclass(frozen=True, slots=True)
class Counter:
    """What a stepper counts in: pieces, or grams and millilitres for what is sold by kg and litre."""

    sign: str
    per_unit: int

    @classmethod
    def of(cls, unit: str) -> Counter:
        return cls(*_SMALL.get(unit, ("", 1)))

    @classmethod
    def by_sign(cls, sign: str) -> Counter:
        """What a stepper that shows this sign counts in."""
        return next((cls(small, per) for small, per in _SMALL.values() if small == sign), cls("", 1))

    def count(self, amount: Decimal) -> str:
        """How many of these `amount` is: 0.45 kg are `450`."""
        return plain(amount * self.per_unit)

    def amount(self, count: str) -> Quantity:
        """The quantity that so many of these are. Raises ValueError."""
        return quantity(Decimal(quantity(count)) / self.per_unit)


def number(value: Decimal, language: str) -> str:
    """Plain digits, comma in Vietnamese, point in English: `4,2` and `4.2`."""
    text = plain(value)
    return text.replace(".", ",") if language == "vi" else text


def measure(amount: Decimal, unit: str, language: str) -> str:
    """An amount in its unit: `450 g`, `1,2 kg`, `750 ml`, `2` pieces."""
    if unit in _SMALL and amount < 1:
        small, per_unit = _SMALL[unit]
        return f"{number(amount * per_unit, language)}{NO_BREAK_SPACE}{small}"
    sign = f"{NO_BREAK_SPACE}{unit}" if unit and unit != "piece" else ""
    return f"{number(amount, language)}{sign}"


def portion(amount: Quantity, unit: str, piece_weight: Quantity | None, language: str) -> str:
    """The same, of goods that are counted by the piece and paid by weight in both: `2 pieces, about 700 g`."""
    text = measure(amount, unit, language)
    pieces = pieces_of(amount, piece_weight)
    if pieces is None:
        return text
    said = ngettext("%(n)s piece, about %(amount)s", "%(n)s pieces, about %(amount)s", pieces)
    return said % {"n": pieces, "amount": text}


def about(amount: Quantity, unit: str, piece_weight: Quantity | None, language: str) -> str:
    """What is weighed is never exact: `About 450 g`, `2 pieces, about 700 g`."""
    if pieces_of(amount, piece_weight) is not None:
        return portion(amount, unit, piece_weight, language)
    return gettext("About %(amount)s") % {"amount": measure(amount, unit, language)}


def in_hand(amount: Quantity, unit: str, piece_weight: Quantity | None, language: str) -> str:
    """What a stepper shows, pieces above their weight."""
    pieces = pieces_of(amount, piece_weight)
    text = measure(amount, unit, language)
    return text if pieces is None else f"{pieces}\n{text}"


def per(price: Money, unit: str) -> str:
    """A price per unit: `37.800 ₫/kg`, `3.600 ₫/sản phẩm`, in English `3.600 ₫ each`."""
    if unit in {"piece", "each", ""}:
        return gettext("%(price)s each") % {"price": price}
    return f"{price}/{unit}"


def local(moment: datetime) -> datetime:
    """The moment on the shop's clock."""
    return moment.astimezone(ZONE)


def day(value: date) -> str:
    """`20/11`."""
    return f"{value.day}/{value.month}"


def weekday(value: date, *, today: date) -> str:
    """Today, or the weekday in short: `T6`, `Fri`."""
    return pgettext("a delivery day", "Today") if value == today else _WEEKDAYS[value.weekday()]()


_WEEKDAYS: Final = (
    lambda: pgettext("weekday", "Mon"),
    lambda: pgettext("weekday", "Tue"),
    lambda: pgettext("weekday", "Wed"),
    lambda: pgettext("weekday", "Thu"),
    lambda: pgettext("weekday", "Fri"),
    lambda: pgettext("weekday", "Sat"),
    lambda: pgettext("weekday", "Sun"),
)


def window(starts_at: datetime, ends_at: datetime) -> str:
    """A slot's hours: `16–18h`, or `16:30–18h` where minutes matter."""
    return f"{_hour(local(starts_at))}–{_hour(local(ends_at))}h"


def _hour(moment: datetime) -> str:
    return f"{moment.hour}:{moment.minute:02d}" if moment.minute else str(moment.hour)


def when(starts_at: datetime, ends_at: datetime, *, today: date) -> str:
    """A slot in words: `Today 16–18h`, `Sat 21/11, 16–18h`."""
    its_day = local(starts_at).date()
    name = weekday(its_day, today=today)
    hours = window(starts_at, ends_at)
    return f"{name} {hours}" if its_day == today else f"{name} {day(its_day)}, {hours}"


def fresh(days: int) -> str:
    """The promise on a card: fresh for so many days when it arrives."""
    return ngettext("Fresh %(days)s+ day", "Fresh %(days)s+ days", days) % {"days": days}


def items(count: int) -> str:
    """`9 items`."""
    return ngettext("%(count)s item", "%(count)s items", count) % {"count": count}
