"""The catalogue's rules, on their own."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grocery.catalog.contracts import NetUnit, ProductDraft, Unit
from grocery.catalog.policies.drafts import checked
from grocery.catalog.policies.folding import fold, word_pairs
from grocery.catalog.policies.gtin import LENGTHS, check_digit, gtin14, internal_gtin
from grocery.catalog.policies.phrases import phrases
from grocery.catalog.policies.slugs import slug
from grocery.catalog.policies.texts import tidy
from grocery.catalog.policies.typing_errors import as_spelled, distance, one_edit_away
from grocery.catalog.policies.unit_price import unit_price
from grocery.kernel.errors import Invalid
from grocery.kernel.money import dong

TOMATO = ProductDraft(sku="T1", name_en="Tomatoes", name_vi="Cà chua", category="vegetables", price=18_900)


# --- unit price -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("price", "content", "unit", "shown", "per"),
    [
        (18_900, "500", NetUnit.G, 37_800, Unit.KG),
        (38_500, "950", NetUnit.ML, 40_500, Unit.L),
        (45_000, "350", NetUnit.G, 128_600, Unit.KG),
        (36_000, "10", NetUnit.PIECE, 3_600, Unit.PIECE),
        (9_990, "30", NetUnit.PIECE, 333, Unit.PIECE),
    ],
)
def test_a_pack_says_what_a_kilogram_litre_or_piece_comes_to(price, content, unit, shown, per):
    assert unit_price(price=dong(price), unit=Unit.PIECE, net_content=Decimal(content), net_unit=unit) == (
        dong(shown),
        per,
    )


def test_goods_sold_by_weight_are_priced_by_the_kilogram_already():
    assert unit_price(price=dong(219_000), unit=Unit.KG, net_content=None, net_unit=None) == (dong(219_000), Unit.KG)


def test_a_single_piece_needs_no_unit_price():
    assert unit_price(price=dong(5_000), unit=Unit.PIECE, net_content=Decimal(1), net_unit=NetUnit.PIECE) is None


@given(st.integers(1, 10**9), st.decimals("0.001", "100000", places=3), st.sampled_from([NetUnit.G, NetUnit.ML]))
def test_a_unit_price_is_off_by_half_a_grain_at_most(price: int, content: Decimal, unit: NetUnit):
    shown = unit_price(price=dong(price), unit=Unit.PIECE, net_content=content, net_unit=unit)
    exact = Decimal(price) * 1000 / content
    assert shown is not None
    assert abs(shown[0].minor - exact) <= (50 if exact >= 1000 else Decimal("0.5"))


# --- GTIN -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("printed", "kept"),
    [("4006381333931", "04006381333931"), ("73513537", "00000073513537"), ("036000291452", "00036000291452")],
)
def test_a_gtin_is_kept_with_fourteen_digits(printed: str, kept: str):
    assert gtin14(printed) == kept


@given(st.sampled_from(LENGTHS), st.data())
def test_one_wrong_digit_is_always_noticed(length: int, data: st.DataObject):
    body = data.draw(st.text("0123456789", min_size=length - 1, max_size=length - 1))
    right = f"{body}{check_digit(body)}"
    place = data.draw(st.integers(0, length - 1))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != right[place]]))
    with pytest.raises(ValueError, match="check digit"):
        gtin14(right[:place] + other + right[place + 1 :])


@given(st.integers(0, 10**10 - 1))
def test_numbers_of_our_own_are_valid_and_restricted(number: int):
    assert gtin14(internal_gtin(number))[:3] == "004"


@pytest.mark.parametrize("text", ["", "123", "400638133393A", "٤٠٠٦٣٨١٣٣٣٩٣١", "4006381333932"])
def test_what_is_no_gtin_is_refused(text: str):
    with pytest.raises(ValueError, match="GTIN"):
        gtin14(text)


# --- words ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "folded"),
    [("Đường Sữa", "duong sua"), ("ĐƯỜNG, mía!", "duong mia"), ("Mom's 100% Café", "moms 100 cafe")],
)
def test_folding_leaves_words_without_marks(text: str, folded: str):
    assert fold(text) == folded


@given(st.text(max_size=60))
def test_folding_does_not_care_how_marks_are_encoded(text: str):
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing(text: str):
    assert fold(fold(text)) == fold(text)


@given(st.text("abcđsữa", min_size=1, max_size=9), st.data())
def test_one_edit_is_at_distance_one(word: str, data: st.DataObject):
    word = fold(word)
    edits = one_edit_away(word)
    assert {distance(word, data.draw(st.sampled_from(sorted(edits))))} == {1}


@pytest.mark.parametrize(
    ("one", "other", "slips"), [("chau", "chua", 1), ("sua", "sua", 0), ("tomtao", "tomato", 1), ("ca", "bo", 2)]
)
def test_neighbours_swapped_are_one_slip(one: str, other: str, slips: int):
    assert distance(one, other) == slips


def test_a_correction_is_spelled_as_the_names_spell_it():
    assert as_spelled(["ca", "chua"], [word_pairs("Sốt cà chua")]) == "cà chua"


def test_phrases_go_on_as_the_names_do():
    names = [word_pairs(name) for name in ("Cà chua beef", "Cà chua bi", "Sốt cà chua", "Cà chua bi Đà Lạt")]
    assert phrases(["ca", "chua"], names, limit=2) == ["cà chua", "cà chua bi"]


@pytest.mark.parametrize(("text", "made"), [("Thịt, cá & trứng", "thit-ca-trung"), ("Đồ hộp", "do-hop"), ("♥", "x")])
def test_a_slug_fits_into_an_address(text: str, made: str):
    assert slug(text) == made


# --- drafts ---------------------------------------------------------------------------------------------------------
def test_names_are_tidied():
    assert checked(replace(TOMATO, name_vi=unicodedata.normalize("NFD", "  Cà \n chua "))).name_vi == "Cà chua"


@given(st.text(max_size=80))
def test_tidying_twice_changes_nothing(text: str):
    assert tidy(tidy(text)) == tidy(text)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sku", "with blank"),
        ("sku", "x" * 65),
        ("name_en", ""),
        ("name_vi", "x" * 201),
        ("name_vi", "nul\x00"),
        ("price", 0),
        ("price", -1),
        ("price", None),
        ("price", 1_000_000_001),
        ("vat_group", "Not A Code"),
        ("step", Decimal(0)),
        ("step", Decimal("0.5")),
        ("net_content", Decimal(5)),
        ("dietary", ("carnivore",)),
        ("tags", ("Has Blank",)),
        ("gtin", "123"),
        ("image", "../etc/passwd"),
        ("tint", "mauve"),
        ("unit", "gallon"),
        ("popularity", -1),
    ],
)
def test_a_draft_is_refused_for_its(field: str, value: object):
    with pytest.raises(Invalid) as refused:
        checked(replace(TOMATO, **{field: value}))  # type: ignore[arg-type]  # wrong values are the point
    assert refused.value.field == field


def test_what_spoils_must_promise_days():
    with pytest.raises(Invalid) as refused:
        checked(replace(TOMATO, perishable=True))
    assert refused.value.field == "min_freshness_days"


def test_what_is_not_on_sale_needs_no_price():
    assert checked(replace(TOMATO, price=None, active=False)).price is None
