"""What people type into forms is read, or they are told that it cannot be."""

from __future__ import annotations

import pytest

from grocery.kernel.errors import Invalid
from grocery.kernel.money import dong
from grocery.kernel.quantity import quantity
from grocery.kernel.typed import quantity_typed, thousandths_typed, total_shown


@pytest.mark.parametrize(("text", "amount"), [("2", "2"), ("0,45", "0.45"), (" 1.5 ", "1.5"), ("", "0"), ("  ", "0")])
def test_a_quantity_is_read_as_people_write_it(text: str, amount: str):
    assert quantity_typed(text, field="lines") == quantity(amount)


@pytest.mark.parametrize("text", ["two", "-1", "NaN", "sNaN", "Infinity", "1e30", "0.0001", "1.000,5", "1\x00"])
def test_what_is_no_quantity_names_its_field(text: str):
    with pytest.raises(Invalid) as refused:
        quantity_typed(text, field="lines")
    assert refused.value.field == "lines"


@pytest.mark.parametrize("text", ["1200", "1.200", "1,200", "1 200", "1\u00a0200", " 1200 ", "0.001.200"])
def test_grams_are_whole_so_a_sign_stands_between_thousands(text: str):
    assert thousandths_typed(text, field="lines") == quantity("1.2")


@pytest.mark.parametrize("text", ["", "0.2", "1.2000", "1..200", "200 g", "-5", "NaN", "1e3", "²", "9" * 5000])
def test_what_is_not_whole_grams_is_refused(text: str):
    with pytest.raises(Invalid):
        thousandths_typed(text, field="lines")


@pytest.mark.parametrize(
    ("text", "total"), [("71700", dong(71_700)), ("", None), ("-1", None), ("²", None), ("9" * 5000, None)]
)
def test_the_total_that_stood_on_the_page(text: str, total: object):
    assert (total_shown({"expected_total": text}), total_shown({})) == (total, None)
