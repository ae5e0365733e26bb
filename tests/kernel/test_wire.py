"""JSON without surprises."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ninja import Schema

from grocery.kernel import wire
from grocery.kernel.money import Money, dong


class Colour(StrEnum):
    GREEN = "green"


@dataclass(frozen=True, slots=True)
class Lot:
    code: str
    weight: Decimal


class Price(Schema):
    amount: wire.Dong


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("0.450"), "0.45"),
        (Decimal("2.000"), "2"),
        (Decimal("1E+3"), "1000"),
        (Decimal("-0.001"), "-0.001"),
        (dong(345_000), "345000"),
        (Lot("A", Decimal("1.5")), '{"code":"A","weight":1.5}'),
        ({UUID(int=1): Colour.GREEN}, '{"00000000-0000-0000-0000-000000000001":"green"}'),
        (datetime(2026, 11, 21, 9, 30, tzinfo=UTC), '"2026-11-21T09:30:00Z"'),
        (date(2026, 11, 21), '"2026-11-21"'),
        (Price.model_validate({"amount": dong(5)}), '{"amount":5}'),
        ("đường", '"đường"'),
    ],
)
def test_each_kind_of_value_has_one_form(value: object, text: str):
    assert wire.dumps(value).decode() == text


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), object(), {1, 2}])
def test_what_has_no_exact_form_is_refused(value: object):
    with pytest.raises(TypeError):
        wire.dumps(value)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9))
def test_a_decimal_survives_the_wire(value: Decimal):
    assert Decimal(wire.loads(wire.dumps(value))) == value


def test_a_number_with_a_point_is_never_a_float():
    assert repr(wire.loads("0.1000000000000000055511151231257827")) == (
        "Decimal('0.1000000000000000055511151231257827')"
    )


def test_a_response_schema_shows_money_as_its_number():
    assert Price.model_json_schema()["properties"]["amount"]["type"] == "integer"


def test_the_response_schema_takes_a_bare_number_too():
    assert Price.model_validate({"amount": 7}) == Price.model_validate({"amount": Money(7)})
