"""What someone may have meant who typed a word that nobody uses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from string import ascii_lowercase
from typing import Final

#: A longer word may be further off than one edit; then it must share most of its letters.
LONG_WORD: Final = 6
#: Words beyond this many are taken as typed.
MOST_WORDS: Final = 6
_LETTERS: Final = ascii_lowercase + "0123456789"


def one_edit_away(word: str) -> set[str]:
    """What one slip makes of `word`: a letter too many, too few, another one, or two neighbours swapped."""
    splits = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    deleted = {left + right[1:] for left, right in splits if right}
    swapped = {left + right[1] + right[0] + right[2:] for left, right in splits if len(right) > 1}
    replaced = {left + letter + right[1:] for left, right in splits if right for letter in _LETTERS}
    inserted = {left + letter + right for left, right in splits for letter in _LETTERS}
    return (deleted | swapped | replaced | inserted) - {word, ""}


def corrections(words: Sequence[str], known: Iterable[str], alike: Callable[[str, str], bool]) -> list[str]:
    """Queries that differ from `words` in one word, which is a known one and `alike` what was typed."""
    known = sorted(known)
    return [
        " ".join([*words[:place], candidate, *words[place + 1 :]])
        for place, word in enumerate(words)
        for candidate in known
        if candidate != word and alike(word, candidate)
    ]


def could_mean(typed: str, candidate: str) -> bool:
    """One slip away, or long enough that two slips still leave it recognisable."""
    allowed = 2 if len(typed) >= LONG_WORD else 1
    return distance(typed, candidate) <= allowed


def distance(one: str, other: str) -> int:
    """Slips between two words: Damerau and Levenshtein's, neighbours swapped count once."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, row, above = row, [i] + [0] * len(other), before
        for j, opposite in enumerate(other, 1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != opposite))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == opposite:
                row[j] = min(row[j], above[j - 2] + 1)
    return row[-1]


def as_spelled(folded: Sequence[str], names: Iterable[Sequence[tuple[str, str]]]) -> str:
    """`folded` words with the marks that the names give them; a name is its (word, folded word) pairs.

    The first name that has all of them decides, words side by side before words apart.
    """
    wanted = list(folded)
    for name in names:
        plain = [fold for _word, fold in name]
        for start in range(len(plain) - len(wanted) + 1):
            if plain[start : start + len(wanted)] == wanted:
                return " ".join(word for word, _fold in name[start : start + len(wanted)])
        spelling = {fold: word for word, fold in name}
        if all(word in spelling for word in wanted):
            return " ".join(spelling[word] for word in wanted)
    return " ".join(wanted)
