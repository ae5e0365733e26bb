"""VietQR codes that banks' apps read, and memos that survive banks and thumbs."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grocery.kernel.money import dong
from grocery.payments.policies import TRANSFERS
from grocery.payments.policies.memos import HOW_MANY, SIGNS, looks_mistyped, memo, memos_in
from grocery.payments.policies.vietqr import checksum, vietqr
from tests.sandbox.bank import vietqr as bank
from tests.sandbox.bank.memos import delivered

NUMBERS = st.integers(min_value=0, max_value=HOW_MANY - 1)
MEMOS = NUMBERS.map(memo)
#: What nobody writes into a memo by accident.
WORDS = st.text(alphabet="abcdehkmny BOSLUGDV0125 8.-/ĐƯờ", max_size=20)


def test_the_checksum_is_crc_16_ccitt_false():
    assert bank.crc("123456789") == "29B1"
    assert checksum("123456789")[4:] == bank.crc("1234567896304")


def test_a_transfer_of_an_amount_with_a_memo():
    text = vietqr(bank_bin="970436", account="0123456789", amount=dong(125_000), memo="G2611200001P1")
    assert text == (
        "00020101021238540010A00000072701240006970436011001234567890208QRIBFTTA"
        "530370454061250005802VN62170813G2611200001P16304490A"
    )


def test_a_transfer_of_whatever_one_likes():
    assert vietqr(bank_bin="970436", account="0123456789") == (
        "00020101021138540010A00000072701240006970436011001234567890208QRIBFTTA53037045802VN63046A15"
    )


@given(
    amount=st.integers(min_value=TRANSFERS.minimum.minor, max_value=TRANSFERS.maximum.minor),
    memo=MEMOS,
    account=st.text(alphabet="0123456789ABC", min_size=1, max_size=19),
)
def test_a_bank_reads_what_was_written(amount: int, memo: str, account: str):
    scanned = bank.scan(vietqr(bank_bin="970422", account=account, amount=dong(amount), memo=memo))
    assert scanned == bank.Scanned("970422", account, amount, memo)


@pytest.mark.parametrize(
    "wrong",
    [
        {"bank_bin": "97043"},
        {"bank_bin": "97043\N{ARABIC-INDIC DIGIT SIX}"},
        {"account": ""},
        {"account": "1" * 20},
        {"account": "12 34"},
        {"memo": "A" * 26},
        {"memo": "trả tiền"},
        {"memo": "A\n"},
    ],
)
def test_what_no_bank_could_read_is_not_written(wrong: dict[str, str]):
    asked = {"bank_bin": "970436", "account": "0123456789", "memo": "", **wrong}
    with pytest.raises(ValueError, match=r"a bank's BIN|an account|a memo"):
        vietqr(bank_bin=asked["bank_bin"], account=asked["account"], memo=asked["memo"])


def test_no_two_signs_of_a_memo_look_alike():
    assert (len(set(SIGNS)), set(SIGNS) & set("0OQD1ILB8S5Z2G UVW")) == (19, set())


@given(NUMBERS, NUMBERS)
def test_each_number_has_its_memo(one: int, other: int):
    assert (memo(one) == memo(other)) == (one == other)


@given(MEMOS, st.integers(min_value=0, max_value=12), st.sampled_from(SIGNS))
def test_one_sign_that_was_typed_wrong_is_seen(code: str, place: int, sign: str):
    typed = code[:place] + sign + code[place + 1 :]
    assert (memos_in(typed), looks_mistyped(typed)) == (([code], False) if typed == code else ([], True))


@given(MEMOS)
def test_two_signs_that_changed_places_are_seen(code: str):
    for place, (first, second) in enumerate(pairwise(code)):
        typed = code[:place] + second + first + code[place + 2 :]
        assert memos_in(typed) == ([code] if typed == code else [])


@given(MEMOS, st.sampled_from(["as_typed", "wrapped", "changed"]), WORDS, WORDS)
def test_a_memo_is_found_whatever_banks_make_of_it(code: str, way: str, before: str, after: str):
    assert code in memos_in(delivered(f"{before} {code.lower()} {after}", way))


@given(MEMOS, st.sampled_from(["truncated", "lost"]))
def test_what_is_left_of_a_memo_is_none(code: str, way: str):
    assert memos_in(delivered(code, way)) == []


def test_a_text_of_any_length_is_read_quickly():
    assert memos_in("A3" * 1_000_000) == memos_in("A3" * 500)
