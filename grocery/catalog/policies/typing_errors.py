"""What someone may have meant who typed a word that nobody uses."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import product
from string import ascii_lowercase
from typing import Final

#: A longer word may be further off than one edit; then it must share most of its letters.
LONG_WORD: Final = 6
#: So many queries are tried in place of one.
MOST_QUERIES: Final = 60
_LETTERS: Final = ascii_lowercase + "0123456789"


def one_edit_away(word: str) -> set[str]:
    """What one slip makes of `word`: a letter too many, too few, another one, or two neighbours swapped."""
    splits = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    deleted = {left + right[1:] for left, right in splits if right}
    swapped = {left + right[1] + right[0] + right[2:] for left, right in splits if len(right) > 1}
    replaced = {left + letter + right[1:] for left, right in splits if right for letter in _LETTERS}
    inserted = {left + letter + right for left, right in splits for letter in _LETTERS}
    return (deleted | swapped | replaced | inserted) - {word, ""}


def likeliest(typed: str, known: Iterable[str], *, keys: Collection[str]) -> list[str]:
    """Known words that may have been meant, the fewest slips away first; `keys`: it without an input method's."""
    slips = {
        word: 0 if word in keys else distance(typed, word)
        for word in known
        if word != typed and (word in keys or could_mean(typed, word))
    }
    return sorted(slips, key=lambda word: (slips[word], word))


def combined(words: Sequence[Sequence[str]]) -> list[str]:
    """Queries with one of the readings of each word, the first readings first; a word without any is left out."""
    unsure = sum(len(readings) > 1 for readings in words)
    most = MOST_QUERIES if unsure < 2 else max(1, round(MOST_QUERIES ** (1 / unsure)))
    return [" ".join(chosen) for chosen in product(*(readings[:most] for readings in words if readings)) if chosen]


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
