"""What the words of a query mean: cut into the terms that the dictionary knows, each with what means the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from typing import Final

from grocery.catalog.contracts.terms import Segment, Term, Terms
from grocery.catalog.policies.folding import fold, one_blank_apart

#: Words beyond this many are taken as typed.
MOST_WORDS: Final = 16
#: A segment has at most this many alternatives.
MOST_ALTERNATIVES: Final = 8
#: A term has at most this many words.
LONGEST_TERM: Final = 5

#: As the search columns have it: no apostrophes, nothing invisible, no mark that belongs to no letter.
_DROPPED: Final = re.compile("[\u0300-\u036f\u200b-\u200d'’]")
#: The mark of hòa may stand on its last letter, too; the search columns write it as here.
_TONES: Final = {
    unicodedata.normalize("NFC", pair + tone): unicodedata.normalize("NFC", pair[0] + tone + pair[1])
    for pair in ("oa", "oe", "uy")
    for tone in "\u0300\u0301\u0303\u0309\u0323"
}
_MISPLACED: Final = re.compile("|".join(_TONES))


@dataclass(frozen=True, slots=True)
class Entry:
    """A term as it is compared, and what means the same."""

    words: tuple[str, ...]
    alternatives: tuple[Term, ...]


#: The terms by their words without marks.
type Dictionary = Mapping[str, tuple[Entry, ...]]


def words(text: str) -> list[str]:
    """The words of a text as they are typed, in lower case; cut as the search columns are."""
    return one_blank_apart(_DROPPED.sub("", unicodedata.normalize("NFKC", text).lower())).split()


def meanings(typed: str, dictionary: Dictionary) -> tuple[Segment, ...]:
    """What was typed, cut into the longest terms that are known; a word outside of them stands alone.

    The segments, one after the other, are the words typed. A word with marks is only the term with these marks
    (dứa is never dưa); one without marks is every term that it may be, the one written just so first. Never raises.
    """
    said = words(typed)
    looked_at = said[:MOST_WORDS]
    forms = [_forms(word) for word in looked_at]
    exact, folded = [one[0] for one in forms], [one[1] for one in forms]
    return (*_cut(looked_at, exact, folded, dictionary), *map(Segment, said[MOST_WORDS:]))


def prepared(groups: Iterable[Terms]) -> Dictionary:
    """The dictionary of these groups, ready to be looked up."""
    meant: dict[tuple[str, ...], list[list[Term]]] = {}
    for group in groups:
        forms = {text: _compared(text) for text in group.every()}
        offered = [(term, frozenset(forms[term.text])) for term in group.offered()]
        vietnamese = frozenset(group.vi)
        for text, form in forms.items():
            for typed in (form,) if text in vietnamese else _numbers(form):
                # What has all of the words typed is found by them already.
                new = [term for term, its in offered if term.text != text and not its.issuperset(typed)]
                meant.setdefault(typed, []).append(new)
    by_fold: dict[str, list[Entry]] = {}
    for form, lists in meant.items():
        key = " ".join(_forms(word)[1] for word in form)
        by_fold.setdefault(key, []).append(Entry(form, _in_turn(lists)))
    return {key: tuple(entries) for key, entries in by_fold.items()}


def _in_turn(lists: Sequence[Sequence[Term]]) -> tuple[Term, ...]:
    """The first of each, then the second of each: each of the things that a word may mean has its say."""
    if len(lists) == 1:
        return tuple(lists[0][:MOST_ALTERNATIVES])
    terms = (term for row in zip_longest(*lists) for term in row if term is not None)
    return tuple(dict.fromkeys(terms))[:MOST_ALTERNATIVES]


def _cut(said: Sequence[str], exact: Sequence[str], folded: Sequence[str], known: Dictionary) -> Iterator[Segment]:
    """The longest term first, the leftmost of equals; then what is left on either side of it."""
    for length in range(min(LONGEST_TERM, len(said)), 0, -1):
        for start in range(len(said) - length + 1):
            end = start + length
            entries = known.get(" ".join(folded[start:end]))
            if entries and (agreed := _agreeing(entries, exact[start:end], folded[start:end])):
                yield from _cut(said[:start], exact[:start], folded[:start], known)
                yield Segment(" ".join(said[start:end]), _in_turn([entry.alternatives for entry in agreed]))
                yield from _cut(said[end:], exact[end:], folded[end:], known)
                return
    yield from map(Segment, said)


def _agreeing(entries: Iterable[Entry], exact: Sequence[str], folded: Sequence[str]) -> list[Entry]:
    """The terms that these words may be: the one written just so first."""
    fitting = [
        entry
        for entry in entries
        if all(typed in (plain, word) for typed, plain, word in zip(exact, folded, entry.words, strict=True))
    ]
    return sorted(fitting, key=lambda entry: entry.words != tuple(exact)) if len(fitting) > 1 else fitting


def _compared(text: str) -> tuple[str, ...]:
    return tuple(_forms(word)[0] for word in words(text))


@lru_cache(maxsize=8192)
def _forms(word: str) -> tuple[str, str]:
    """A word as it is compared, and the same without marks."""
    if word.isascii():
        return word, word
    return _MISPLACED.sub(lambda found: _TONES[found[0]], word), fold(word)


def _numbers(term: tuple[str, ...]) -> list[tuple[str, ...]]:
    """An English term in the singular and in the plural; the one written first."""
    *before, last = term
    return [term, *((*before, form) for form in _other_numbers(last) if form != last)]


def _other_numbers(word: str) -> Iterator[str]:
    if not word.isascii() or not word.isalpha() or len(word) < 3:
        return
    if word.endswith("ies"):
        yield word[:-3] + "y"
    if word.endswith(("oes", "ches", "shes", "sses", "xes")):
        yield word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        yield word[:-1]
    elif word.endswith("y") and word[-2] not in "aeiou":
        yield word[:-1] + "ies"
    elif word.endswith(("ch", "sh", "ss", "x", "o")):
        yield word + "es"
    if not word.endswith("s"):
        yield word + "s"
