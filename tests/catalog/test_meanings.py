"""What the words of a query mean, on its own."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grocery.catalog.contracts.terms import Language, Segment, Term, Terms
from grocery.catalog.gateways.house_terms import read_house_terms
from grocery.catalog.policies.term_groups import FEWEST, MOST, checked, line, parsed
from grocery.catalog.policies.terms import LONGEST_TERM, MOST_ALTERNATIVES, MOST_WORDS, meanings, prepared, words
from grocery.kernel.errors import Invalid

LINES = """
bông cải xanh, súp lơ xanh = broccoli
bông cải, súp lơ
thịt heo, thịt lợn = pork
heo, lợn = pork
thịt heo xay, thịt lợn xay = ground pork
dứa, khóm = pineapple
dưa leo, dưa chuột = cucumber
trái bơ = avocado ~ bơ
bơ lạt = butter ~ bơ
sữa hòa tan = milk powder
mè = sesame
me chua = tamarind ~ me
quả mâm xôi = raspberry
tăm bông = cotton swab ~ q-tip
"""
SMALL = prepared([parsed(text) for text in LINES.strip().splitlines()])
HOUSE = prepared(read_house_terms().values())
SAID = sorted({word for text in LINES.split() for word in words(text)})


def meant(typed: str, dictionary=SMALL) -> list[tuple[str, list[str]]]:
    return [(one.typed, [term.text for term in one.alternatives]) for one in meanings(typed, dictionary)]


def alternatives(typed: str, dictionary=HOUSE) -> set[str]:
    return {term.text for one in meanings(typed, dictionary) for term in one.alternatives}


# --- cutting --------------------------------------------------------------------------------------------------------
def test_words_are_cut_into_the_longest_terms_and_what_is_unknown_stands_alone():
    assert meant("Vissan thịt lợn xay 500g") == [
        ("vissan", []),
        ("thịt lợn xay", ["thịt heo xay", "ground pork"]),
        ("500g", []),
    ]


def test_the_longest_term_wins_wherever_it_stands():
    assert meant("heo súp lơ xanh") == [("heo", ["lợn", "pork"]), ("súp lơ xanh", ["bông cải xanh", "broccoli"])]


def test_nothing_typed_means_nothing():
    assert [meanings(typed, SMALL) for typed in ("", "  ", "?!…", "\x00")] == [()] * 4


def test_a_term_says_its_language():
    (segment,) = meanings("pork", SMALL)
    assert segment == Segment(
        "pork", tuple(Term(text, Language.VI) for text in ("thịt heo", "heo", "thịt lợn", "lợn"))
    )


# --- marks ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("typed", ["dứa", "dua", "DỨA", unicodedata.normalize("NFD", "dứa")])
def test_a_term_is_found_with_its_marks_or_without_any(typed: str):
    assert meant(typed)[0][1] == ["khóm", "pineapple"]


@pytest.mark.parametrize("typed", ["dưa", "dừa", "hẹo", "mẻ", "súp lờ", "sữa hỏa tan"])
def test_another_mark_is_another_word(typed: str):
    assert meant(typed) == [(word, []) for word in typed.split()]


def test_marks_are_meant_word_by_word():
    assert meant("thịt lon")[0] == ("thịt lon", ["thịt heo", "pork"])
    assert meant("dưa leo") == [("dưa leo", ["dưa chuột", "cucumber"])]
    assert meant("dứa leo") == [("dứa", ["khóm", "pineapple"]), ("leo", [])]


def test_without_marks_a_word_is_each_term_that_it_may_be_the_one_written_just_so_first():
    assert meant("me") == [("me", ["tamarind", "sesame"])]


def test_the_mark_of_oa_stands_on_either_letter():
    assert meant("sữa hoà tan") == [("sữa hoà tan", ["milk powder"])]


# --- what is offered ------------------------------------------------------------------------------------------------
def test_a_term_that_is_only_typed_is_not_offered():
    assert meant("bơ") == [("bơ", ["avocado", "butter"])]
    assert meant("butter") == [("butter", ["bơ lạt"])]
    assert meant("cotton swab") == [("cotton swab", ["tăm bông"])]


def test_what_has_all_of_the_words_typed_is_not_offered_for_it_is_found_anyhow():
    assert meant("heo") == [("heo", ["lợn", "pork"])]


@pytest.mark.parametrize(
    ("typed", "found"), [("raspberries", "raspberry"), ("cucumbers", "cucumber"), ("Q-Tips", "q-tip")]
)
def test_english_is_understood_in_both_numbers(typed: str, found: str):
    assert meant(typed)[0][1] == [other for other in meant(found)[0][1] if other != found]


# --- whatever is typed ----------------------------------------------------------------------------------------------
@given(st.one_of(st.text(), st.lists(st.sampled_from(SAID), max_size=20).map(" ".join)))
def test_the_segments_are_the_words_typed(typed: str):
    found = meanings(typed, SMALL)
    assert " ".join(segment.typed for segment in found) == " ".join(words(typed))
    assert all(len(segment.alternatives) <= MOST_ALTERNATIVES for segment in found)


@given(st.lists(st.sampled_from(SAID), max_size=MOST_WORDS))
def test_no_known_term_is_longer_than_both_of_the_segments_that_share_it(typed: list[str]):
    cut = [segment.typed.split() for segment in meanings(" ".join(typed), SMALL)]
    ends = [0]
    for segment in cut:
        ends.append(ends[-1] + len(segment))
    for length in range(2, LONGEST_TERM + 1):
        for start in range(len(typed) - length + 1):
            if len(meanings(" ".join(typed[start : start + length]), SMALL)) == 1:
                assert max(b - a for a, b in pairwise(ends) if a < start + length and b > start) >= length


def test_words_beyond_the_bound_are_taken_as_typed():
    found = meanings("pork " * 40, SMALL)
    assert [bool(segment.alternatives) for segment in found] == [True] * MOST_WORDS + [False] * (40 - MOST_WORDS)


# --- groups as they are written -------------------------------------------------------------------------------------
def test_a_group_is_read_as_it_is_written():
    written = "súp lơ, bông cải = cauliflower = kimchi ~ q-tip"
    assert line(parsed(written)) == written
    assert parsed("Súp  Lơ = = Kimchi ~ Bơ") == Terms(vi=("súp lơ",), common=("kimchi",), typed=("bơ",))


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (Terms(vi=("heo",)), "vi"),
        (Terms(vi=tuple("abcdefghijklm")), "vi"),
        (Terms(vi=("heo", "lợn"), en=("Heo",)), "en"),
        (Terms(vi=("heo",), en=("one two three four five six",)), "en"),
        (Terms(vi=("heo",), en=("a, b",)), "en"),
        (Terms(vi=("heo",), common=("!!",)), "common"),
        (Terms(typed=("heo", "lợn")), "typed"),
        (Terms(vi=("heo", "x" * 61)), "vi"),
    ],
)
def test_what_is_no_group_is_refused_with_its_field(terms: Terms, field: str):
    with pytest.raises(Invalid) as refused:
        checked(terms)
    assert refused.value.field == field


def test_a_line_with_too_many_parts_is_refused():
    for text in ("a = b = c = d", "a ~ b ~ c", "a, b ~ c = d"):
        with pytest.raises(ValueError, match="written as"):
            parsed(text)


# --- the house's own ------------------------------------------------------------------------------------------------
def test_the_house_has_a_dictionary_of_a_whole_supermarket():
    groups = read_house_terms()
    assert len(groups) >= 450
    assert all(FEWEST <= len(group.every()) <= MOST for group in groups.values())


@pytest.mark.parametrize(
    ("typed", "also"),
    [
        ("thịt lợn", "thịt heo"),
        ("súp lơ", "bông cải"),
        ("mướp đắng", "khổ qua"),
        ("lạc", "đậu phộng"),
        ("bap", "ngô"),
        ("khóm", "dứa"),
        ("thìa", "muỗng"),
        ("bát", "chén"),
        ("hot vit", "trứng vịt"),
        ("rau mùi", "ngò rí"),
        ("mì tôm", "mì ăn liền"),
        ("xà phòng", "xà bông"),
        ("fresh milk", "sữa tươi"),
        ("sữa", "milk"),
        ("almonds", "hạnh nhân"),
        ("cheese", "phô mai"),
        ("chicken breast", "ức gà"),
        ("prawns", "shrimp"),
        ("toilet paper", "giấy vệ sinh"),
        ("dish soap", "nước rửa chén"),
        ("nước rửa bát", "nước rửa chén"),
        ("laundry detergent", "bột giặt"),
        ("yoghurt", "yogurt"),
        ("soft drink", "nước ngọt"),
        ("crisps", "chips"),
        ("coriander", "cilantro"),
        ("courgette", "zucchini"),
        ("nappies", "diaper"),
        ("sugar free", "không đường"),
        ("whole grain", "nguyên hạt"),
        ("vegetarian", "chay"),
    ],
)
def test_north_and_south_and_english_mean_the_same(typed: str, also: str):
    assert also in alternatives(typed)


@pytest.mark.parametrize(
    ("typed", "never"),
    [
        ("butter", {"bơ", "trái bơ", "avocado"}),
        ("avocado", {"bơ", "bơ lạt", "butter"}),
        ("dưa", {"dứa", "dừa", "pineapple", "coconut"}),
        ("lemon", {"chanh", "lime", "chanh dây"}),
        ("chanh dây", {"lemon", "lime"}),
        ("pear", {"lê"}),
        ("sugar", {"đường"}),
        ("milk", {"sữa"}),
        ("bắp cải", {"corn", "ngô"}),
        ("dầu gội", {"oil", "cooking oil"}),
        ("kem đánh răng", {"ice cream", "cream"}),
        ("nước rửa chén", {"water", "bowl", "bát"}),
    ],
)
def test_no_group_brings_the_wrong_goods(typed: str, never: set[str]):
    assert never.isdisjoint(alternatives(typed))
