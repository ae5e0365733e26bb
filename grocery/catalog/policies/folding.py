"""Text without marks, for what is compared in Python; search itself uses PostgreSQL's `catalog_fold`."""

from __future__ import annotations

import re
import unicodedata

_LETTERS = str.maketrans({"đ": "d", "ø": "o", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "'": None, "’": None})


#: How many of a unit, in one word with the unit in short: 1 lít and 1 Litre are 1l.
_CONTENTS = (
    (re.compile(r"(\d) ?(?:lít|lit|litres?|liters?)\b"), r"\1l"),
    (re.compile(r"(\d) ?(?:gr|gam|grams?)\b"), r"\1g"),
    (re.compile(r"(\d) (kg|g|mg|l|ml|cl|oz|lb)\b"), r"\1\2"),
)


def fold(text: str) -> str:
    """`Đường Sữa` becomes `duong sua`, however the marks are encoded."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).lower().translate(_LETTERS))
    bare = "".join(char for char in plain if not unicodedata.combining(char))
    return one_blank_apart(bare)


def word_pairs(name: str) -> list[tuple[str, str]]:
    """The words of a name in lower case, each beside its folded form."""
    return [(word, fold(word)) for word in one_blank_apart(unicodedata.normalize("NFC", name).lower()).split()]


def one_blank_apart(text: str) -> str:
    """The words of a text in lower case as the search columns cut them: letters and digits, contents as one word."""
    words = " ".join(re.findall(r"[^\W_]+", text))
    for pattern, short in _CONTENTS:
        words = pattern.sub(short, words)
    return words
