"""What codes say: GTINs and GS1 element strings, as scanners give them and as they stand below the bars."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grocery.inventory.contracts.receiving import Scan, UnreadableCode
from grocery.inventory.policies import gs1
from tests.inventory.conftest import TODAY

GTIN = "08936041200012"
CASE = f"1893604120001{gs1.check_digit('1893604120001')}"
REAL = Path(__file__).parents[3] / "shared/data/openfoodfacts/vietnam_barcodes_893.csv"

bodies = st.sampled_from([7, 11, 12, 13]).flatmap(lambda n: st.text("0123456789", min_size=n, max_size=n))
gtins = bodies.map(lambda body: f"{body}{gs1.check_digit(body)}")
#: All of GS1's characters but the brackets that people write around identifiers.
lots = st.text("ABCXYZabcxyz0123456789!\"%&'*+,-./:;<=>?_", min_size=1, max_size=20)
days = st.dates(date(1977, 1, 1), date(2076, 12, 31))


def read(text: str) -> Scan | None:
    return gs1.read(text, today=TODAY)


# --- GTINs --------------------------------------------------------------------------------------------------------


@given(gtins)
def test_a_gtin_of_any_length_is_read_as_fourteen_digits(gtin: str):
    assert read(gtin) == Scan(gtin.zfill(14))


@given(gtins, st.data())
def test_one_wrong_digit_is_always_noticed(gtin: str, data: st.DataObject):
    place = data.draw(st.integers(0, len(gtin) - 1))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != gtin[place]]))
    with pytest.raises(UnreadableCode, match="check digit"):
        read(gtin[:place] + other + gtin[place + 1 :])


@pytest.mark.parametrize("prefix", ["]E0", "]E4", "]I1"])
def test_a_symbology_identifier_before_a_gtin_is_read_over(prefix: str):
    assert read(f"{prefix}8936041200012") == Scan(GTIN)


def test_a_case_names_the_product_that_it_holds():
    assert [gs1.unit_of(CASE), gs1.unit_of(GTIN)] == [GTIN, GTIN]


def test_what_is_no_code_is_left_to_others():
    assert [read(text) for text in ("", "MILK-1L", "cà chua", "12345", "٨٩٣٦٠٤١٢٠٠٠١٢")] == [None] * 5


@pytest.mark.skipif(not REAL.exists(), reason="the real codes are not here")
def test_real_codes_are_judged_as_their_collectors_did():
    with REAL.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 100
    assert [row["code"] for row in rows if _valid(row["code"]) != (row["gtin_valid"] == "1")] == []


def _valid(code: str) -> bool:
    try:
        gs1.gtin14(code)
    except UnreadableCode:
        return False
    return True


# --- element strings ----------------------------------------------------------------------------------------------

FULL = f"01{GTIN}17261124" + "10DL-1911\x1d3748"
SAID = Scan(GTIN, "DL-1911", date(2026, 11, 24), count=48)


@pytest.mark.parametrize("prefix", ["", "\x1d", "]C1", "]d2", "]e0"])
def test_elements_are_read_with_whatever_scanners_put_before_them(prefix: str):
    assert read(prefix + FULL) == SAID


def test_elements_are_read_with_brackets_as_people_copy_them():
    assert read(f"(01) {GTIN} (17) 261124 (10) DL-1911 (37) 48") == SAID


@given(st.sampled_from([GTIN, CASE]), lots, days, st.integers(1, 99_999_999), st.permutations([0, 1, 2]))
def test_what_is_written_is_read_in_any_order(gtin: str, lot: str, day: date, count: int, order: list[int]):
    parts = [f"17{day:%y%m%d}", f"10{lot}", f"37{count}"]
    text = f"01{gtin}" + "".join(f"{parts[place]}\x1d" for place in order)
    assert read(text) == Scan(gtin, lot, day, count=count)


def test_a_separator_after_an_element_of_fixed_length_does_no_harm():
    assert read(f"01{GTIN}\x1d17261124\x1d10A") == Scan(GTIN, "A", date(2026, 11, 24))


@pytest.mark.parametrize(
    ("elements", "day"),
    [
        ("17261100", date(2026, 11, 30)),  # day 00: the month's last
        ("17280200", date(2028, 2, 29)),
        ("15261124", date(2026, 11, 24)),  # best before, where there is no expiry
        ("1526112417261130", date(2026, 11, 30)),
        ("11261101", None),  # when it was made says nothing of how long it keeps
        ("17761231", date(2076, 12, 31)),  # fifty years ahead
        ("17770101", date(1977, 1, 1)),  # or 49 behind
    ],
)
def test_days(elements: str, day: date | None):
    scan = read(f"01{GTIN}{elements}")
    assert scan is not None
    assert scan.expires_on == day


def test_centuries_move_with_the_day_that_it_is():
    assert gs1.day_of("010101", today=date(2099, 6, 1)) == date(2101, 1, 1)
    assert gs1.day_of("990101", today=date(2001, 6, 1)) == date(1999, 1, 1)


@pytest.mark.parametrize(
    ("elements", "weight"),
    [("3103002500", "2.5"), ("3102000045", "0.45"), ("3100000012", "12"), ("3103000000", None)],
)
def test_net_weight_is_exact(elements: str, weight: str | None):
    scan = read(f"01{GTIN}{elements}")
    assert scan is not None
    assert scan.weight == (Decimal(weight) if weight else None)


def test_a_pallet_names_what_it_holds_and_how_many():
    assert read(f"02{CASE}3712") == Scan(CASE, count=12)


def test_prices_and_serial_numbers_are_read_over():
    assert read(f"01{GTIN}3922001250\x1d21S-1\x1d10L") == Scan(GTIN, "L")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("01089360412000171726112410A", "check digit"),
        (f"01{GTIN}8888", "8888"),  # nobody's identifier
        (f"01{GTIN}17261332", "17261332"),  # no such month
        (f"01{GTIN}17260231", "no date"),
        (f"01{GTIN}17260012", "no date"),
        (f"01{GTIN}17", "17"),
        (f"01{GTIN}10", "10"),
        (f"01{GTIN}10" + "A" * 21, "A"),
        (f"01{GTIN}3105000001", "finer than a gram"),
        ("(17)261124(10)A", "names no product"),
        (f"(01){GTIN}(10)A(b)c", "brackets"),
        (f"(01){GTIN}(88)1", "881"),
        (f"(01){GTIN}(1)726", "brackets"),
        ("(01)", "brackets"),
        ("]C1", "names no product"),
        ("]E0893604", "8, 12, 13 or 14"),
    ],
)
def test_what_cannot_be_right_says_why(text: str, why: str):
    with pytest.raises(UnreadableCode) as refused:
        read(text)
    assert why in str(refused.value)


@given(st.text(max_size=60) | st.text("0123456789()\x1d]CdE", max_size=60))
def test_any_text_is_read_or_refused_and_nothing_else(text: str):
    try:
        scan = read(text)
    except UnreadableCode:
        return
    assert scan is None or len(scan.gtin) == 14
