"""What to answer instead where nothing answers what was typed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Final

from grocery.catalog.models import searching
from grocery.catalog.policies import typing_errors
from grocery.catalog.policies.folding import word_pairs
from grocery.catalog.policies.input_methods import without_keys

#: Words beyond these are not looked at.
_MOST_WORDS: Final = 16
#: In a query as short as this each word may be the slip; in a longer one it is cheaper, and as good, to leave it out.
_FEW_WORDS: Final = 3
#: Two words together are looked for among the first of them.
_MOST_PAIRED: Final = 8


def query(typed: str) -> str | None:
    """The nearest query that something answers: slips put right, else words left out, as few as possible."""
    words = searching.typed(typed)[0].folded.split()[:_MOST_WORDS]
    if not words:
        return None
    known = set(searching.known_among(words))
    unknown = [word for word in words if word not in known]
    if unknown and (found := searching.best_query(_corrected(words, unknown))):
        return found
    if len(words) <= _FEW_WORDS and (found := searching.best_query(_corrected_once(words))):
        return found
    return _with_less([word for word in words if word in known], len(words))


def spelled(meant: str, names: Iterable[str]) -> str:
    """`meant` with the marks that these names give it."""
    return typing_errors.as_spelled(meant.split(), map(word_pairs, names))


def _corrected(words: Sequence[str], unknown: Sequence[str]) -> list[str]:
    """Every unknown word by each known one that may have been meant; left out where there is none."""
    meant = _meant(unknown)
    return typing_errors.combined([meant.get(word, [word]) for word in words])


def _corrected_once(words: Sequence[str]) -> list[str]:
    meant = _meant(words)
    return [
        " ".join([*words[:place], other, *words[place + 1 :]])
        for place, word in enumerate(words)
        for other in meant[word]
    ]


def _meant(words: Sequence[str]) -> dict[str, list[str]]:
    """Known words by the word that may have been meant to be one of them, the likeliest first."""
    slips = {word: without_keys(word) | typing_errors.one_edit_away(word) for word in words}
    long = [word for word in words if len(word) >= typing_errors.LONG_WORD]
    known = searching.known_among(sorted(set().union(*slips.values())), like=long)
    return {word: typing_errors.likeliest(word, known, keys=without_keys(word)) for word in words}


def _with_less(words: Sequence[str], typed: int) -> str | None:
    """As many of the known words as are answered together; of as many, those that say most."""
    for kept in dict.fromkeys((len(words), len(words) - 1, 2, 1)):
        if not 0 < kept <= len(words) or kept == typed:
            continue
        fewer = [" ".join(some) for some in combinations(words[:_MOST_PAIRED] if kept == 2 else words, kept)]
        if found := searching.best_query(fewer, rarest=True):
            return found
    return None
