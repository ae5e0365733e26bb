"""How people type the name of a product: without marks, decomposed, with a slip, in another order, half of it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from random import Random
from typing import Final

type Typist = Callable[[str, Random], str | None]

_KEYS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
#: The keys of Telex and of VNI for the marks of a decomposed letter.
_TONES: Final = {"\u0301": "s1", "\u0300": "f2", "\u0309": "r3", "\u0303": "x4", "\u0323": "j5"}
_SHAPES: Final = {"\u0302": ("", "6"), "\u031b": ("w", "7"), "\u0306": ("w", "8")}


def exactly(name: str, _chance: Random) -> str:
    return name


def without_marks(name: str, _chance: Random) -> str:
    plain = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


def decomposed(name: str, _chance: Random) -> str:
    return unicodedata.normalize("NFD", name)


def turned_round(name: str, chance: Random) -> str | None:
    words = name.split()
    if len(words) < 3:
        return None
    place = chance.randrange(1, len(words))
    return " ".join(words[place:] + words[:place])


def unfinished(name: str, _chance: Random) -> str | None:
    """As it stands in the box while the last word is being typed."""
    *words, last = name.split()
    return " ".join([*words, last[: max(1, len(last) - 1)]]) if len(words) > 2 else None


def with_a_slip(name: str, chance: Random) -> str | None:
    """One letter swapped with the next, left out, typed twice, or its neighbour on the keyboard."""
    return _one_word(name, chance, lambda word: word.isalpha() and len(word) > 3, lambda word: _slip(word, chance))


def in_telex(name: str, chance: Random) -> str | None:
    """A word with the input method switched off."""
    return _one_word(name.lower(), chance, _is_marked, lambda word: _keys(word, 0))


def in_vni(name: str, chance: Random) -> str | None:
    return _one_word(name.lower(), chance, _is_marked, lambda word: _keys(word, 1))


def _one_word(name: str, chance: Random, fits: Callable[[str], bool], change: Callable[[str], str]) -> str | None:
    words = name.split()
    places = [place for place, word in enumerate(words) if fits(word)]
    if not places:
        return None
    place = chance.choice(places)
    words[place] = change(words[place])
    return " ".join(words)


def _slip(word: str, chance: Random) -> str:
    place = chance.randrange(1, len(word) - 1)
    before, letter, after = word[:place], word[place], word[place + 1 :]
    changed = [after[0] + letter + after[1:], after, 2 * letter + after]
    if row := next((row for row in _KEYS if letter in row), ""):
        near = row[row.index(letter) - 1 : row.index(letter)] or row[1]
        changed.append(near + after)
    return before + chance.choice(changed)


def _is_marked(word: str) -> bool:
    return word != without_marks(word, Random(0))


def _keys(word: str, method: int) -> str:
    typed, tone = "", ""
    for sign in unicodedata.normalize("NFD", word):
        if sign in _TONES:
            tone = _TONES[sign][method]
        elif sign in _SHAPES:
            typed += _SHAPES[sign][method] or typed[-1]
        else:
            typed += {"đ": ("dd", "d9")[method]}.get(sign, sign)
    return typed + tone
