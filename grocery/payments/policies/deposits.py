"""Numbers of bank slips: as they are typed, and as they stand in what a bank says of a deposit. Pure."""

from __future__ import annotations

import re
from typing import Final

#: Fewer signs are found in any text by chance; longer ones no bank prints.
SHORTEST: Final = 4
LONGEST: Final = 24
#: People and banks put these between the signs of one number.
_WITHIN: Final = re.compile(r"[-./]")
_WORD: Final = re.compile(r"[A-Z0-9]+")
#: Longer memos than banks take are not searched.
_LONGEST_TEXT: Final = 1_000


def slip_number(text: str) -> str | None:
    """The number as it is kept: `gb-0012/34` is GB001234. None for what is none."""
    slip = _WITHIN.sub("", text.upper()).replace(" ", "")
    fits = SHORTEST <= len(slip) <= LONGEST and _WORD.fullmatch(slip) and re.search(r"\d", slip)
    return slip if fits else None


def names_slip(text: str, slip: str) -> bool:
    """Does a transfer's text say that number, as a word of its own?"""
    return slip in _WORD.findall(_WITHIN.sub("", text[:_LONGEST_TEXT].upper()))
