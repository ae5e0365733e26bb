"""GTINs: the numbers under bar codes (GS1 General Specifications, sections 1.3 and 7.9)."""

from __future__ import annotations

from typing import Final

LENGTHS: Final = (8, 12, 13, 14)


def check_digit(body: str) -> int:
    """The last digit that makes `body` whole: from the right, digits count three times and once in turn."""
    weighted = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return -weighted % 10


def gtin14(text: str) -> str:
    """A GTIN of 8, 12, 13 or 14 digits as the fourteen that we keep; blanks and hyphens do not count.

    Raises ValueError for another length, another character or a wrong check digit.
    """
    digits = text.replace(" ", "").replace("-", "")
    if not (digits.isascii() and digits.isdigit()) or len(digits) not in LENGTHS:
        raise ValueError("a GTIN has 8, 12, 13 or 14 digits")
    if check_digit(digits[:-1]) != int(digits[-1]):
        raise ValueError("the check digit of the GTIN is wrong")
    return digits.zfill(14)


def internal_gtin(number: int) -> str:
    """A GTIN-13 for use inside one shop (GS1 prefix 04: restricted circulation): it meets nobody's."""
    if not 0 <= number < 10**10:
        raise ValueError("there are ten digits for a number of our own")
    body = f"04{number:010d}"
    return f"{body}{check_digit(body)}"
