"""Money is exact."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grocery.kernel.money import EXPONENTS, NO_BREAK_SPACE, Money, dong, spread, total
from grocery.kernel.quantity import LARGEST

minors = st.integers(-(10**12), 10**12)
amounts = minors.map(dong)
quantities = st.decimals(min_value=0, max_value=100_000, places=3, allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (dong(345_000), "345.000 ₫"),
        (dong(0), "0 ₫"),
        (dong(999), "999 ₫"),
        (dong(1_250_000), "1.250.000 ₫"),
        (dong(-45_700), "−45.700 ₫"),
        (Money(123_456, "USD"), "1.234,56 USD"),
        (Money(-5, "EUR"), "−0,05 EUR"),
    ],
)
def test_an_amount_reads_as_customers_write_it(amount: Money, text: str):
    assert str(amount) == text.replace(" ", NO_BREAK_SPACE)


@pytest.mark.parametrize("minor", [1.0, Decimal(1), "1", True, None])
def test_money_is_counted_in_whole_units(minor: object):
    with pytest.raises(TypeError):
        Money(minor)  # type: ignore[arg-type]  # that is the point


def test_a_currency_that_is_not_known_is_refused():
    with pytest.raises(ValueError, match="unknown currency"):
        Money(1, "XXX")


@pytest.mark.parametrize("operation", ["__add__", "__sub__", "__lt__"])
def test_currencies_do_not_mix(operation: str):
    with pytest.raises(ValueError, match="do not mix"):
        getattr(dong(1), operation)(Money(1, "USD"))


def test_the_same_number_of_another_currency_is_another_amount():
    assert Money(1, "USD") != Money(1, "EUR")


@given(amounts, amounts, amounts)
def test_sums_do_not_depend_on_the_order(a: Money, b: Money, c: Money):
    assert (a + b) + c == c + (b + a) == total([b, c, a])


@given(amounts, amounts)
def test_what_is_added_can_be_taken_away(a: Money, b: Money):
    assert a + b - b == a


@given(amounts)
def test_an_amount_and_its_opposite_are_nothing(amount: Money):
    assert (amount + -amount, bool(amount + -amount)) == (dong(0), False)


@given(amounts, amounts)
def test_amounts_are_ordered_like_their_numbers(a: Money, b: Money):
    assert (a < b, a <= b, a == b) == (a.minor < b.minor, a.minor <= b.minor, a.minor == b.minor)


@given(amounts, quantities)
def test_a_price_times_a_quantity_is_off_by_at_most_half_a_dong(price: Money, quantity: Decimal):
    exact = Fraction(price.minor) * Fraction(quantity)
    assert abs((price * quantity).minor - exact) <= Fraction(1, 2)


@pytest.mark.parametrize(
    ("price", "quantity", "expected"),
    [(219_000, "0.45", 98_550), (1, "0.5", 1), (3, "0.5", 2), (-1, "0.5", -1), (1, "0.499", 0)],
)
def test_halves_are_rounded_away_from_zero(price: int, quantity: str, expected: int):
    assert dong(price) * Decimal(quantity) == Decimal(quantity) * dong(price) == dong(expected)


def test_even_the_largest_product_is_exact():
    assert dong(100_000_000_000) * LARGEST == dong(99_999_999_999_900_000_000)


def test_money_is_never_multiplied_by_a_float():
    with pytest.raises(TypeError):
        dong(100) * 0.1  # type: ignore[operator]  # that is the point


# --- spreading ---

weights = st.lists(st.integers(0, 10**9), min_size=1, max_size=80)


@given(minors, weights)
def test_parts_of_a_spread_amount_add_up_to_the_dong(amount: int, weights: list[int]):
    assert total(spread(dong(amount), weights)) == dong(amount)


@given(minors, weights.filter(any))
def test_each_part_is_less_than_one_dong_off(amount: int, weights: list[int]):
    exact = [Fraction(amount * weight, sum(weights)) for weight in weights]
    off = [abs(part.minor - share) for part, share in zip(spread(dong(amount), weights), exact, strict=True)]
    assert max(off) < 1


@given(minors, weights.filter(any))
def test_who_has_no_weight_gets_nothing(amount: int, weights: list[int]):
    parts = spread(dong(amount), weights)
    assert {part.minor for part, weight in zip(parts, weights, strict=True) if weight == 0} <= {0}


@given(st.integers(0, 10**12), weights)
def test_a_discount_is_spread_as_its_opposite_would_be(amount: int, weights: list[int]):
    assert spread(dong(-amount), weights) == [-part for part in spread(dong(amount), weights)]


def test_what_is_left_goes_to_the_largest_remainders_and_the_earlier_on_a_tie():
    assert [part.minor for part in spread(dong(100), [1, 1, 1])] == [34, 33, 33]


def test_without_any_weight_all_falls_on_the_first():
    assert spread(dong(7), [0, 0]) == [dong(7), dong(0)]


@pytest.mark.parametrize("weights", [[], [1, -1]])
def test_there_is_somebody_to_spread_over(weights: list[int]):
    with pytest.raises(ValueError, match="weights"):
        spread(dong(1), weights)


@given(st.sampled_from(sorted(EXPONENTS)), minors)
def test_nothing_times_nothing_stays_in_its_currency(currency: str, minor: int):
    assert Money(minor, currency) * 0 == Money(0, currency)
