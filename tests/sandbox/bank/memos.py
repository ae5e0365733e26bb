"""What becomes of a memo on its way through two banks."""

from __future__ import annotations

import re
import unicodedata

WAYS = ("as_typed", "wrapped", "truncated", "changed", "lost")
#: Of what is left when a bank cuts.
SHORTEST = 6


def delivered(memo: str, way: str) -> str:
    """The memo as the receiving bank books it.

    `wrapped`: in capitals, without marks, between the sending bank's own words. `truncated`: its second half is
    missing. `changed`: a blank in the middle of each long word, and O for 0. `lost`: nothing is left.
    """
    return {
        "as_typed": lambda: memo,
        "wrapped": lambda: f"MBVCB.6123456789.{_plain(memo)}.CT tu 0987654321 toi 0123456789",
        "truncated": lambda: memo[: max(SHORTEST, len(memo) // 2)],
        "changed": lambda: re.sub(r"\w{6,}", _broken, memo).replace("0", "O"),
        "lost": lambda: "",
    }[way]()


def _plain(memo: str) -> str:
    letters = unicodedata.normalize("NFD", memo.replace("đ", "d").replace("Đ", "D"))
    return re.sub(r"[^A-Za-z0-9 ]", "", letters).upper()


def _broken(word: re.Match[str]) -> str:
    text = word.group()
    return f"{text[: len(text) // 2]} {text[len(text) // 2 :]}"
