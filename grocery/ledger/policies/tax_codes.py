"""Vietnamese tax codes (MST): ten digits, the last of which checks the others; a branch adds a dash and three. Pure.

python-stdnum 2 has the same rule and a hundred others (`stdnum.vn.mst`); its examples are in the tests.
"""

from __future__ import annotations

import re
from typing import Final

from grocery.kernel.errors import Invalid

_SHAPE: Final = re.compile(r"([0-9]{10})(?:-?([0-9]{3}))?")
_BETWEEN: Final = re.compile(r"[\s.]")
_DASHES: Final = re.compile(r"[\u2010-\u2015]")
_WEIGHTS: Final = (31, 29, 23, 19, 17, 13, 7, 5, 3)


def tax_code(text: str) -> str:
    """As it is printed: `0301482886`, `0301482886-001`; with the blanks and dots that people type. Raises Invalid."""
    found = _SHAPE.fullmatch(_DASHES.sub("-", _BETWEEN.sub("", text)))
    if not found or found[1][2:9] == "0000000" or found[2] == "000" or _check(found[1]) != int(found[1][9]):
        raise Invalid(
            "tax_code",
            "This is no tax code: please check its digits.",
            "Mã số thuế không đúng, vui lòng kiểm tra lại.",
        )
    return "-".join(filter(None, found.groups()))


def _check(digits: str) -> int:
    """Ten, which is no digit, where there is no such code."""
    weighted = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=False))
    return 10 - weighted % 11
