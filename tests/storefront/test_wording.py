"""How figures are said, in both languages."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from grocery.kernel import phones
from grocery.kernel.money import dong
from grocery.kernel.quantity import quantity
from grocery.storefront import wording
from grocery.storefront.wording import Counter

FRIDAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("amount", "unit", "language", "said"),
    [
        ("0.45", "kg", "vi", "450\xa0g"),
        ("4.2", "kg", "vi", "4,2\xa0kg"),
        ("4.2", "kg", "en", "4.2\xa0kg"),
        ("0.75", "l", "en", "750\xa0ml"),
        ("1", "kg", "vi", "1\xa0kg"),
        ("3", "piece", "vi", "3"),
    ],
)
def test_an_amount_is_said_in_the_unit_one_holds_in_the_hand(amount: str, unit: str, language: str, said: str):
    assert wording.measure(Decimal(amount), unit, language) == said


def test_a_price_per_kilogram_reads_alike_in_both_languages():
    assert wording.per(dong(37_800), "kg") == "37.800\xa0₫/kg"


@pytest.mark.parametrize(("language", "said"), [("en", "3.600\xa0₫ each"), ("vi", "3.600\xa0₫/sản phẩm")])
def test_a_price_per_piece_is_said_in_words(language: str, said: str):
    with translation.override(language):
        assert wording.per(dong(3_600), "piece") == said


@pytest.mark.parametrize(
    ("day", "language", "said"),
    [
        (FRIDAY, "vi", "Hôm nay 16–18h"),
        (FRIDAY, "en", "Today 16–18h"),
        (date(2026, 11, 21), "vi", "T7 21/11, 16–18h"),
    ],
)
def test_a_slot_is_said_with_its_weekday_on_the_clock_of_the_shop(day: date, language: str, said: str):
    starts = datetime(day.year, day.month, day.day, 9, 0, tzinfo=UTC)
    with translation.override(language):
        assert wording.when(starts, starts.replace(hour=11), today=FRIDAY) == said


@pytest.mark.parametrize(
    ("number", "said"),
    [("+84903123456", "0903 123 456"), ("+842838000000", "028 3800 0000"), ("+4930123", "+4930123")],
)
def test_a_phone_number_is_written_as_people_here_do(number: str, said: str):
    assert phones.spoken(number) == said


@given(
    amount=st.decimals(min_value=Decimal("0.001"), max_value=9999, places=3),
    unit=st.sampled_from(["kg", "l", "piece"]),
)
def test_what_a_stepper_counts_comes_back_as_the_same_amount(amount: Decimal, unit: str):
    counter = Counter.of(unit)
    assert counter.amount(counter.count(amount)) == amount


@pytest.mark.parametrize("nonsense", ["", "two", "NaN", "1e400", "0.0001", "1" * 30])
def test_a_count_that_is_none_is_refused(nonsense: str):
    with pytest.raises(ValueError, match=r"."):
        Counter.of("piece").amount(nonsense)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("2 pieces, about 700\xa0g", "1 piece, about 350\xa0g")),
        ("vi", ("2 sản phẩm, khoảng 700\xa0g", "1 sản phẩm, khoảng 350\xa0g")),
    ],
)
def test_what_is_counted_and_then_weighed_is_said_in_both(language: str, said: tuple[str, str]):
    each = quantity("0.35")
    with translation.override(language):
        assert (
            wording.portion(quantity("0.7"), "kg", each, language),
            wording.about(each, "kg", each, language),
        ) == said


def test_a_stepper_counts_the_pieces_above_their_weight():
    assert wording.in_hand(quantity("0.7"), "kg", quantity("0.35"), "vi") == "2\n700\xa0g"
