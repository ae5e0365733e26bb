"""Memo codes: what a customer writes on a transfer, so that we find what it pays. Pure.

Twelve signs that say nothing and one that checks them, all from nineteen that nobody takes for one another (no
0 O Q D, 1 I L, 2 Z, 5 S, 8 B, 6 G, U V W). Nineteen is prime, so the check sees every sign that was typed wrong and
every two neighbours that changed places.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

SIGNS: Final = "34679ACEFHJKMNPRTXY"
_BASE: Final = len(SIGNS)
_LENGTH: Final = 12
#: So many memos there are.
HOW_MANY: Final = _BASE**_LENGTH
#: Nothing between two parts of a memo that banks or thumbs have put there means anything.
_BETWEEN: Final = re.compile(r"[^A-Z0-9]+")
#: Longer memos than banks take are not searched.
_LONGEST_TEXT: Final = 1_000


def memo(number: int) -> str:
    """The memo with that number, from 0 up to `HOW_MANY` exclusive; each number has its own."""
    if not 0 <= number < HOW_MANY:
        raise ValueError(f"there is no memo number {number}")
    body = ""
    for _ in range(_LENGTH):
        number, sign = divmod(number, _BASE)
        body = SIGNS[sign] + body
    return body + _check(body)


def memos_in(text: str) -> list[str]:
    """Everything in a transfer's text that can be a memo of ours, whatever stands around or between its signs.

    In capitals or not, cut in two, glued to other words: about one window in nineteen passes by chance, so what is
    found has yet to be looked up.
    """
    return [window for window in _windows(text) if _check(window[:-1]) == window[-1]]


def looks_mistyped(text: str) -> bool:
    """Is there a word in it that would be a memo but for its check?"""
    words = (_BETWEEN.sub("", word.upper()) for word in text[:_LONGEST_TEXT].split())
    return any(len(word) == _LENGTH + 1 and set(word) <= set(SIGNS) for word in words) and not memos_in(text)


def _windows(text: str) -> Iterator[str]:
    plain = _BETWEEN.sub("", text[:_LONGEST_TEXT].upper())
    for start in range(len(plain) - _LENGTH):
        window = plain[start : start + _LENGTH + 1]
        if set(window) <= set(SIGNS):
            yield window


def _check(body: str) -> str:
    """The sign that makes the weighted sum of all a multiple of nineteen."""
    weighted = sum(weight * SIGNS.index(sign) for weight, sign in enumerate(reversed(body), start=2))
    return SIGNS[-weighted % _BASE]
