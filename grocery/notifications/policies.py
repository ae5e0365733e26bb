"""The rules of messages, and how they say figures in the reader's language: no tables, no clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from grocery.kernel.money import NO_BREAK_SPACE, Money
from grocery.kernel.quantity import plain

#: A message about something older than this helps nobody any more; it is kept, not sent.
STALE_AFTER: Final = timedelta(hours=24)
_WEEKDAYS: Final = {
    "vi": ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
#: What a customer is told of a transfer that fits nothing, by what is odd about it (payments' `Oddity`); and its end.
ODD_TRANSFERS: Final = frozenset({"less", "more", "twice", "order_off", "sent_back"})
#: What is counted in the hand: below one, a kilogram reads in grams, a litre in millilitres.
_SMALL: Final = {"kg": "g", "l": "ml"}


def happened_at(event_id: UUID) -> datetime:
    """When a fact was told: the first 48 bits of its id (UUIDv7, RFC 9562) are milliseconds since 1970."""
    return datetime.fromtimestamp((event_id.int >> 80) / 1000, UTC)


def is_stale(*, happened: datetime, now: datetime) -> bool:
    """Whether a message about it comes too late to be sent."""
    return now - happened > STALE_AFTER


def spoken_language(language: str) -> str:
    """A language that we have templates in."""
    return language if language in _WEEKDAYS else "vi"


def measure(amount: Decimal, unit: str, language: str) -> str:
    """An amount in its unit: `450 g`, `1,2 kg` (English `1.2 kg`), `2` pieces."""
    if unit in _SMALL and amount < 1:
        amount, unit = amount * 1000, _SMALL[unit]
    number = plain(amount.normalize())
    if language == "vi":
        number = number.replace(".", ",")
    return number if unit == "piece" else f"{number}{NO_BREAK_SPACE}{unit}"


def line_detail(amount: Decimal, unit: str, price: Money, language: str, pieces: int | None = None) -> str:
    """How much at what price: `2 × 38.500 ₫`, `450 g × 219.000 ₫/kg`, `2 pieces, about 700 g × 60.000 ₫/kg`.

    `pieces`: how many it is about, of goods that are counted before they are weighed.
    """
    per = "" if unit == "piece" else f"/{unit}"
    return f"{_counted(pieces, language)}{measure(amount, unit, language)} × {price}{per}"


def _counted(pieces: int | None, language: str) -> str:
    if pieces is None:
        return ""
    if language == "vi":
        return f"{pieces} sản phẩm, khoảng "
    return f"{pieces} {'piece' if pieces == 1 else 'pieces'}, about "


def slot_text(day: date, starts_at: datetime, ends_at: datetime, zone: str, language: str) -> str:
    """A window on the store's clock: `thứ Sáu 20/11, 16–18h`; with minutes where there are any: `16:30–18:00`."""
    local = ZoneInfo(zone)
    starts, ends = starts_at.astimezone(local), ends_at.astimezone(local)
    window = f"{starts.hour}–{ends.hour}h"
    if starts.minute or ends.minute:
        window = f"{starts:%H:%M}–{ends:%H:%M}"
    return f"{_WEEKDAYS[language][day.weekday()]} {day:%d/%m}, {window}"


def rate(percent: Decimal, language: str) -> str:
    """A VAT rate: `8%`, `2,5%`."""
    text = plain(percent.normalize())
    return f"{text.replace('.', ',') if language == 'vi' else text}%"
