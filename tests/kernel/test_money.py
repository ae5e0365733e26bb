"""Money is exact."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grocery.kernel.money import Money, dong, spread, total


def test_dong_has_no_minor_unit():
    assert str(dong(345_000)) == "345.000\N{NO-BREAK SPACE}₫"


def test_a_debt_reads_with_a_minus_sign():
    assert str(dong(-45_700)) == "−45.700\N{NO-BREAK SPACE}₫"


def test_currencies_do_not_mix():
    with pytest.raises(ValueError, match="do not mix"):
        dong(1) + Money(1, "USD")


@given(st.integers(-(10**12), 10**12), st.lists(st.integers(0, 10**9), min_size=1, max_size=80))
def test_parts_of_a_spread_amount_add_up_to_the_dong(amount: int, weights: list[int]):
    assert total(spread(dong(amount), weights)) == dong(amount)
