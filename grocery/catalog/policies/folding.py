"""Text without marks, for what is compared in Python; search itself uses PostgreSQL's `catalog_fold`."""

from __future__ import annotations

import re
import unicodedata

_LETTERS = str.maketrans({"đ": "d", "ø": "o", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "'": None, "’": None})


def fold(text: str) -> str:
    """`Đường Sữa` becomes `duong sua`, however the marks are encoded."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).lower().translate(_LETTERS))
    bare = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join(re.findall(r"[^\W_]+", bare))


def word_pairs(name: str) -> list[tuple[str, str]]:
    """The words of a name in lower case, each beside its folded form."""
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFC", name).lower())
    return [(word, fold(word)) for word in words]
