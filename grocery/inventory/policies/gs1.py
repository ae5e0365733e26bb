"""GTINs and GS1 element strings, as scanners give them and as they stand below the bars. Pure.

The application identifiers and what may follow them come from `biip`, which keeps GS1's own table. Sections are those
of the GS1 General Specifications.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from grocery.inventory.contracts.receiving import Scan, UnreadableCode
from grocery.kernel.quantity import Quantity

if TYPE_CHECKING:
    from biip.gs1_element_strings import GS1ElementString

#: What ends an element of variable length: scanners send FNC1 as this (7.8.5).
FNC1: Final = "\x1d"
_GTIN_LENGTHS: Final = (8, 12, 13, 14)
#: Symbology identifiers (5.1): what carries elements, what carries a GTIN alone.
_ELEMENTS: Final = ("]C1", "]d2", "]e0", "]J1", "]Q3")
_GTINS: Final = ("]E0", "]E4", "]I0", "]I1")
_READABLE: Final = re.compile(r"(?:\(\d{2,4}\)[^()]+)+")
_READABLE_PART: Final = re.compile(r"\((\d{2,4})\)([^()]+)")
#: A GTIN first, as cases and pallets have it, and something after it.
_BEGINS: Final = re.compile(r"0[12]\d{14}.+", re.DOTALL)
#: A count is a number of up to eight digits (3.8); what a store receives at once is less.
_MOST: Final = 99_999_999


def read(text: str, *, today: date) -> Scan | None:
    """What a scanned or typed code says; None for what is no GS1 code at all, but perhaps a SKU.

    Reads GTIN-8, -12, -13, -14, and element strings with or without symbology identifier, FNC1 as `\\x1d`, or with
    their identifiers in brackets. Raises UnreadableCode for what is a code and cannot be right.
    """
    text = text.strip(" \t\r\n")
    for prefix in (*_ELEMENTS, *_GTINS):
        if text.startswith(prefix):
            body = text.removeprefix(prefix)
            return _scan(_elements(body), today=today) if prefix in _ELEMENTS else Scan(gtin14(body))
    text = text.removeprefix(FNC1)
    digits = re.sub(r"[ -]", "", text)
    if digits.isascii() and digits.isdigit() and len(digits) in _GTIN_LENGTHS:
        return Scan(gtin14(digits))
    if text.startswith("("):
        return _scan(_readable(text), today=today)
    if FNC1 in text or _BEGINS.fullmatch(text) or re.fullmatch(r"0[12]\d{14}", text):
        return _scan(_elements(text), today=today)
    return None


def check_digit(body: str) -> int:
    """The digit that makes `body` whole: from the right, digits count three times and once in turn (7.9)."""
    weighted = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return -weighted % 10


def gtin14(digits: str) -> str:
    """A GTIN of any length as fourteen digits. Raises UnreadableCode."""
    if not (digits.isascii() and digits.isdigit()) or len(digits) not in _GTIN_LENGTHS:
        raise UnreadableCode("a GTIN has 8, 12, 13 or 14 digits", "GTIN có 8, 12, 13 hoặc 14 chữ số")
    if check_digit(digits[:-1]) != int(digits[-1]):
        raise UnreadableCode("its check digit is wrong, scan again", "sai số kiểm tra, hãy quét lại")
    return digits.zfill(14)


def unit_of(gtin: str) -> str:
    """The GTIN of what a case holds (indicators 1 to 8, 2.1.2); what is no case of one product is itself."""
    if gtin[0] in "09":
        return gtin
    body = "0" + gtin[1:-1]
    return f"{body}{check_digit(body)}"


def day_of(digits: str, *, today: date) -> date:
    """The day of YYMMDD: of the century that lies nearest (7.12), day 00 is the month's last. Raises ValueError."""
    year, month, day = int(digits[:2]), int(digits[2:4]), int(digits[4:6])
    apart = year - today.year % 100
    century = today.year - today.year % 100
    year += century - 100 if apart >= 51 else century + 100 if apart <= -50 else century
    return date(year, month, day or calendar.monthrange(year, month)[1])


def _readable(text: str) -> list[GS1ElementString]:
    from biip import ParseConfig, ParseError  # its table takes 50 ms to read: let those wait who scan
    from biip.gs1_element_strings import GS1ElementString

    text = "".join(text.split())
    if not _READABLE.fullmatch(text):
        raise UnreadableCode(
            "brackets are for identifiers alone: (01)…(17)…(10)…", "ngoặc chỉ dùng cho mã nhận dạng: (01)…(17)…(10)…"
        )
    config = ParseConfig(gs1_element_strings_verify_date=False)  # its clock is not ours, see `day_of`
    elements = []
    for identifier, value in _READABLE_PART.findall(text):
        try:
            element = GS1ElementString.parse(identifier + value, config=config)
        except ParseError as error:
            raise _wrong_at(identifier + value) from error
        if element.ai.ai != identifier:
            raise _wrong_at(identifier + value)
        elements.append(element)
    return elements


def _elements(text: str) -> list[GS1ElementString]:
    from biip import ParseConfig, ParseError
    from biip.gs1_element_strings import GS1ElementString

    config = ParseConfig(gs1_element_strings_verify_date=False)
    elements = []
    while text:
        try:
            element = GS1ElementString.extract(text, config=config)
        except ParseError as error:
            raise _wrong_at(text) from error
        elements.append(element)
        text = text[len(element) :]
        if element.ai.separator_required and text and not text.startswith(FNC1):
            raise _wrong_at(text)
        text = text.removeprefix(FNC1)
    return elements


def _wrong_at(text: str) -> UnreadableCode:
    shown = text.replace(FNC1, " ")[:12]
    return UnreadableCode(f"nothing known begins with “{shown}”", f"không rõ phần “{shown}”")


def _scan(elements: Iterable[GS1ElementString], *, today: date) -> Scan:
    """The elements that receiving needs; the others (prices, serial numbers, production dates) are read over."""
    said = {element.ai.ai: element for element in elements}
    values = {identifier: element.value for identifier, element in said.items()}
    number = values.get("01") or values.get("02")
    if number is None:
        raise UnreadableCode("it names no product (01)", "mã không có số sản phẩm (01)")
    return Scan(
        gtin=gtin14(number),
        lot_code=values.get("10", ""),
        expires_on=_expiry(values, today=today),
        count=_count(values),
        weight=_weight(said),
    )


def _expiry(values: Mapping[str, str], *, today: date) -> date | None:
    days = {}
    for identifier in ("11", "13", "15", "17"):
        if identifier in values:
            try:
                days[identifier] = day_of(values[identifier], today=today)
            except ValueError as error:
                raise UnreadableCode(
                    f"({identifier}) is no date: {values[identifier]}", f"({identifier}) không phải ngày"
                ) from error
    return days.get("17") or days.get("15")


def _count(values: Mapping[str, str]) -> int | None:
    """How many: of the content (37) or of a product of variable count (30)."""
    text = values.get("37") or values.get("30")
    count = int(text) if text is not None else None
    return count if count is None or 0 < count <= _MOST else None


def _weight(said: Mapping[str, GS1ElementString]) -> Quantity | None:
    """The net weight (310n), to the gram. Raises UnreadableCode for what is finer, which is a misread."""
    found = next((element.decimal for identifier, element in said.items() if identifier.startswith("310")), None)
    if found is None or found <= 0:
        return None
    grams = found.quantize(Decimal("0.001"))
    if grams != found:
        raise UnreadableCode("its weight is finer than a gram", "khối lượng lẻ hơn một gam")
    return Quantity(grams)
