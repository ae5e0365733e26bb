"""How e-mails, phones, texts and places are written, and who may grant what."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grocery.accounts.contracts import Role
from grocery.accounts.policies import (
    english_place,
    folded,
    grantable,
    normalised_email,
    normalised_phone,
    one_line,
    remark,
)
from grocery.kernel.errors import Invalid


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("mai@example.com", "mai@example.com"),
        ("  Mai@Example.COM ", "mai@example.com"),
        ("mai+shop@example.com", "mai+shop@example.com"),
        ("o'neill@example.ie", "o'neill@example.ie"),
        ("mai@việtnam.vn", "mai@xn--vitnam-jk8b.vn"),
        ("mai@VIỆTNAM.vn", "mai@xn--vitnam-jk8b.vn"),
        ("mai@vie\u0323\u0302tnam.vn", "mai@xn--vitnam-jk8b.vn"),
        ("mai@xn--vitnam-jk8b.vn", "mai@xn--vitnam-jk8b.vn"),
    ],
)
def test_an_email_has_one_way_of_being_written(typed: str, kept: str):
    assert normalised_email(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "mai",
        "@example.com",
        "mai@",
        "mai@localhost",
        "mai@example..com",
        "mai@-example.com",
        "mai@example.com.",
        "mai@127.0.0.1",
        ".mai@example.com",
        "mai..nguyen@example.com",
        "mai nguyen@example.com",
        "mai@exam ple.com",
        "mai@example.com\nBcc: all@example.com",
        "mái@example.com",
        "ｍai@example.com",
        "mai@@example.com",
        '"mai"@example.com',
        "a" * 65 + "@example.com",
        "mai@" + "a" * 64 + ".com",
        "mai@" + ".".join(["abcdefgh"] * 30) + ".com",
        "mai\x00@example.com",
    ],
)
def test_what_is_no_email_is_refused(typed: str):
    with pytest.raises(Invalid) as refused:
        normalised_email(typed)
    assert refused.value.field == "email"


@given(st.text(max_size=60))
def test_normalising_an_email_twice_is_normalising_it_once(typed: str):
    try:
        once = normalised_email(typed)
    except Invalid:
        return
    assert normalised_email(once) == once
    assert once.isascii()
    assert once == once.lower()


def test_phones_are_written_as_the_partners_expect(phone_vectors: dict[str, str | None]):
    def kept(typed: str) -> str | None:
        try:
            return normalised_phone(typed)
        except Invalid:
            return None

    assert {typed: kept(typed) for typed in phone_vectors} == phone_vectors


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0901234567", "+84901234567"),
        ("84 90 123 45 67", "+84901234567"),
        ("0841234567", "+84841234567"),  # 084 is a prefix of its own, not the country
        ("0901\u00a0234\u00a0567", "+84901234567"),
        ("+44 7911 123456", "+447911123456"),
        ("+1 415 555 2671", "+14155552671"),
    ],
)
def test_a_phone_is_vietnamese_unless_it_says_otherwise(typed: str, kept: str):
    assert normalised_phone(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "0",
        "abc",
        "0901-CALL-ME",
        "090123456",
        "09012345678",
        "0901234567 ext 5",
        "٠٩٠١٢٣٤٥٦٧",
        "+999123456789",
        "0" * 41,
    ],
)
def test_what_is_no_mobile_number_is_refused(typed: str):
    with pytest.raises(Invalid):
        normalised_phone(typed)


@given(st.from_regex(r"0[35789][0-9]{8}", fullmatch=True))
def test_every_accepted_phone_is_e164_and_stays_as_it_is(typed: str):
    try:
        kept = normalised_phone(typed)
    except Invalid:
        return
    assert kept == "+84" + typed[1:]
    assert normalised_phone(kept) == kept


def test_a_line_is_kept_in_nfc():
    assert one_line(" Nguye\u0302\u0303n ", field="name") == "Nguyễn"


@pytest.mark.parametrize("text", ["", "   ", "a\nb", "a\x00b", "a\u2028b", "a\x1bb", "\ud800", "x" * 201])
def test_what_breaks_a_line_is_refused(text: str):
    with pytest.raises(Invalid):
        one_line(text, field="name")


@given(st.text(max_size=200))
def test_a_line_is_refused_or_kept_exactly_in_nfc(text: str):
    try:
        kept = one_line(text, field="name")
    except Invalid:
        return
    assert kept == unicodedata.normalize("NFC", text).strip()


def test_a_remark_may_be_empty_and_have_lines():
    assert remark("", field="note") == ""
    assert remark("a\r\nb", field="note") == "a\nb"


@pytest.mark.parametrize(
    ("name", "found_as"),
    [
        ("Phường Hoà Hưng", "phuong hoa hung"),
        ("Phường Hòa Hưng", "phuong hoa hung"),
        ("Đắk Lắk", "dak lak"),
        ("Xã Ea H’Leo", "xa ea h'leo"),
    ],
)
def test_a_place_is_found_without_its_marks(name: str, found_as: str):
    assert folded(name) == found_as


@given(st.text())
def test_folding_twice_is_folding_once(text: str):
    assert folded(folded(text)) == folded(text)


@pytest.mark.parametrize(
    ("name", "english"),
    [
        ("Phường Bến Thành", "Ben Thanh Ward"),
        ("Xã Đăk Ơ", "Dak O Commune"),
        ("Đặc khu Côn Đảo", "Con Dao Special Zone"),
        ("Thành phố Hồ Chí Minh", "Ho Chi Minh City"),
        ("Thành phố Hà Nội", "Hanoi City"),
        ("Tỉnh Đắk Lắk", "Dak Lak Province"),
    ],
)
def test_a_place_has_an_english_name(name: str, english: str):
    assert english_place(name) == english


def test_a_manager_grants_what_is_below_and_an_administrator_everything():
    below = {Role.PICKER, Role.DISPATCHER, Role.SUPPORT, Role.BUYER}
    assert {role: grantable(frozenset({role})) for role in Role} == {
        **dict.fromkeys(below | {Role.ACCOUNTANT}, frozenset()),
        Role.MANAGER: below,
        Role.ADMIN: set(Role),
    }
