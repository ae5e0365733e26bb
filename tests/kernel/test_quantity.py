"""Quantities are exact, and bounded by their column."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grocery.kernel.quantity import LARGEST, plain, quantity

thousandths = st.integers(-999_999_999_999, 999_999_999_999)


@given(thousandths)
def test_what_is_written_is_read_exactly(number: int):
    exact = Decimal(number) / 1000
    assert quantity(plain(exact)) == exact


@given(thousandths)
def test_the_plain_form_has_no_needless_digits(number: int):
    text = plain(Decimal(number) / 1000)
    assert (text.startswith("."), text.endswith((".", "-")), "." in text and text.endswith("0")) == (
        False,
        False,
        False,
    )


@given(st.decimals(allow_nan=True, allow_infinity=True))
def test_anything_else_is_refused_or_exact(value: Decimal):
    try:
        read = quantity(value)
    except ValueError:
        return
    assert (read == value, abs(read) <= LARGEST, read == round(read, 3)) == (True, True, True)


@pytest.mark.parametrize(
    "value", ["", "a", "NaN", "Infinity", "0.0001", "1000000000", "-1000000000", "1e999999", "1e-999999", "0.45.1"]
)
def test_what_is_no_quantity_is_refused(value: str):
    with pytest.raises(ValueError, match="not a quantity"):
        quantity(value)


def test_a_float_is_a_mistake_in_the_program():
    with pytest.raises(TypeError):
        quantity(0.1)  # type: ignore[arg-type]  # that is the point


@pytest.mark.parametrize(
    ("value", "text"),
    [("2.000", "2"), ("0.450", "0.45"), ("10", "10"), ("1E+1", "10"), ("-0.5", "-0.5"), ("0.000", "0"), ("-0", "0")],
)
def test_a_quantity_reads_plainly(value: str, text: str):
    assert plain(Decimal(value)) == text
