"""Vietnamese typed with no input method: `suwax` (Telex) and `su74a` (VNI) are sữa without its marks."""

from __future__ import annotations

import re
from typing import Final

#: Keys of Telex that make one letter: aa is â, dd is đ, ow is ơ, also with the w typed last.
_LETTER: Final = re.compile(r"([aeod])\1|(?<=[aou])w|(?<=[a-z])w$")
#: A key of Telex that sets the tone stands somewhere behind a vowel.
_TONE: Final = re.compile(r"(?<=[aeiouyw])[sfrxj]|(?<=[aeiouyw][cmnptg])[sfrxj]|(?<=(?:ng|nh|ch))[sfrxj]")
_VNI: Final = re.compile(r"(?<=[a-z])[1-9]+")


def without_keys(word: str) -> set[str]:
    """What a folded word would be without keys of Telex or VNI in it; empty where it has none."""
    toneless = {word[: key.start()] + word[key.end() :] for key in _TONE.finditer(word)}
    telex = {_LETTER.sub(r"\1", typed) for typed in (word, *toneless)}
    return ({*telex, _VNI.sub("", word)} if word[:1].isalpha() else set()) - {word}
