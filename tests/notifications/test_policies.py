"""How messages say figures, and when they come too late."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from grocery.kernel.ids import new_id
from grocery.kernel.money import dong
from grocery.notifications import policies

SPACE = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("amount", "unit", "vi", "en"),
    [
        ("2", "piece", "2", "2"),
        ("10", "piece", "10", "10"),
        ("0.45", "kg", f"450{SPACE}g", f"450{SPACE}g"),
        ("1.25", "kg", f"1,25{SPACE}kg", f"1.25{SPACE}kg"),
        ("0.0375", "kg", f"37,5{SPACE}g", f"37.5{SPACE}g"),
        ("0.5", "l", f"500{SPACE}ml", f"500{SPACE}ml"),
        ("5.000", "kg", f"5{SPACE}kg", f"5{SPACE}kg"),
    ],
)
def test_amounts_read_by_comma_in_vietnamese_and_by_point_in_english(amount: str, unit: str, vi: str, en: str):
    assert [policies.measure(Decimal(amount), unit, language) for language in ("vi", "en")] == [vi, en]


def test_a_line_says_how_much_at_what_price():
    said = [
        policies.line_detail(Decimal(a), u, dong(p), "vi")
        for a, u, p in (("2", "piece", 38_500), ("0.45", "kg", 219_000))
    ]
    assert said == [f"2 × 38.500{SPACE}₫", f"450{SPACE}g × 219.000{SPACE}₫/kg"]


@pytest.mark.parametrize(
    ("language", "minutes", "said"),
    [
        ("vi", 0, "thứ Sáu 20/11, 16–18h"),
        ("en", 0, "Friday 20/11, 16–18h"),
        ("vi", 30, "thứ Sáu 20/11, 16:30–18:30"),
    ],
)
def test_a_window_is_on_the_stores_clock(language: str, minutes: int, said: str):
    starts = datetime(2026, 11, 20, 9, minutes, tzinfo=UTC)
    ends = starts + timedelta(hours=2)
    assert policies.slot_text(date(2026, 11, 20), starts, ends, "Asia/Ho_Chi_Minh", language) == said


def test_a_fact_carries_the_moment_when_it_was_told():
    before = datetime.now(UTC)
    told = policies.happened_at(new_id())
    assert timedelta(milliseconds=-1) <= told - before < timedelta(seconds=5)


@pytest.mark.parametrize(("hours", "stale"), [(23, False), (24, False), (25, True)])
def test_a_day_later_nobody_wants_to_hear_of_it(hours: int, stale: bool):
    then = datetime(2026, 11, 20, tzinfo=UTC)
    assert policies.is_stale(happened=then, now=then + timedelta(hours=hours)) == stale


def test_a_language_without_templates_reads_vietnamese():
    assert [policies.spoken_language(language) for language in ("en", "vi", "fr")] == ["en", "vi", "vi"]
