"""Search: PostgreSQL's full text over two forms of the names, in two languages, forgiving one slip.

Behind this module an engine could be swapped in; the rest gives it a `Selection` and what was typed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice, product, starmap
from typing import Final, Protocol
from uuid import UUID

from grocery.catalog.contracts.terms import Language, Segment, Term
from grocery.catalog.models import reading, searching
from grocery.catalog.models.orders import Match
from grocery.catalog.models.reading import Row, Selection
from grocery.catalog.models.searching import Typed
from grocery.catalog.policies.gtin import gtin14
from grocery.catalog.policies.terms import meanings
from grocery.catalog.services import nearest, versions
from grocery.catalog.services.categories import tree
from grocery.catalog.services.terms import dictionary

#: So many ways to say what was typed are looked for among the names of categories.
_CATEGORY_NAMES: Final = 64


@dataclass(frozen=True, slots=True)
class Found:
    """Rows of a page and how many there are in all, if that was counted. `meant`: what was answered instead."""

    rows: list[Row]
    total: int | None
    meant: str | None = None


class Count(Protocol):
    def __call__(self, chosen: Selection, shown: int, limit: int, offset: int) -> int: ...


type Steps = Sequence[Sequence[Match]]
#: The first SKUs that answered what was asked lately. What they cost and whether they are there is read each time.
_first: Final = versions.Memory[Found](versions.CATALOG, versions.TERMS, most=4096)
_FIRST: Final = 48


def by_relevance(chosen: Selection, *, typed: str, limit: int, offset: int, count: Count) -> Found:
    """What answers `typed`, best first; where nothing does, what answers the nearest words that we know."""

    def look(limit: int, offset: int) -> Found:
        def ranked(text: str) -> Found:
            steps = steps_of_matching(text)
            rows = chosen.ranked(steps, limit=limit, offset=offset)
            return Found(rows, count(_narrowed(chosen, steps), len(rows), limit, offset))

        return _or_nearest(chosen, typed, ranked, forgiving=not offset)

    if chosen.passing or offset + limit > _FIRST:
        found = look(limit, offset)
    else:
        first = _first.answer((typed, chosen.fingerprint), lambda: look(_FIRST, 0))
        found = replace(first, rows=first.rows[offset : offset + limit])
    return replace(found, rows=reading.in_order([sku for sku, *_ in found.rows], store_id=chosen.store_id))


def in_an_order(chosen: Selection, typed: str, read: Callable[[Selection], Found], *, forgiving: bool) -> Found:
    """The same, as it is `read`."""
    return _or_nearest(chosen, typed, lambda text: read(answering(chosen, text)), forgiving=forgiving)


def _or_nearest(chosen: Selection, typed: str, look: Callable[[str], Found], *, forgiving: bool) -> Found:
    found = look(typed)
    if found.rows or not forgiving or (meant := in_other_words(chosen, typed)) is None:
        return found
    again = look(meant)
    return replace(again, meant=meant) if again.rows else found


def in_other_words(chosen: Selection, typed: str) -> str | None:
    """The nearest words that we know, of what answers nothing; None if only the other filters leave none of it."""
    if chosen.narrowed and answering(Selection(chosen.store_id), typed).exists():
        return None
    return nearest.query(typed)


def answering(chosen: Selection, typed: str) -> Selection:
    """What of it answers what was typed, in whichever way."""
    return _narrowed(chosen, steps_of_matching(typed))


def _narrowed(chosen: Selection, steps: Steps) -> Selection:
    """What of it answers in any of these ways."""
    any_kind = searching.either(*chain.from_iterable(steps))
    narrow = replace(chosen, conditions=list(chosen.conditions), params=list(chosen.params))
    return narrow.where(any_kind.sql, *any_kind.params)


def steps_of_matching(text: str) -> Steps:
    """The ways to answer, best first; those of a step are asked together, where the steps before leave room.

    Numbers come before names, whole names before words, what stands in a category called so before what does not, and
    of the same kind exact marks before folded ones. Someone who types marks means them: then even what the dictionary
    knows to mean the same, and an unfinished word with its marks, come before a folded one.
    """
    segments = meanings(text, dictionary())
    typed, readings = _readings(text, segments)
    called = tree().called([typed.spelled])
    exact = [*_numbers(text), typed.whole_name, *_words(typed.words, called)]
    folded = [typed.whole_folded_name, *_words(typed.folded_words, called)]
    beside = [searching.standing_in(called)] if called else []
    others = [*beside, *_meant(readings, marked=typed.marked), typed.words_begun]
    if typed.marked:
        return [exact, [*others, *folded, typed.folded_words_begun]]
    return [[*exact, *folded], [*others, typed.folded_words_begun]]


type _Readings = Sequence[Sequence[tuple[Typed, Language]]]


def _readings(text: str, segments: Sequence[Segment]) -> tuple[Typed, _Readings]:
    """What was typed; and each of its segments as it stands, then as what means the same, in which language."""
    terms = [[Term(segment.typed, Language.BOTH), *segment.alternatives] for segment in segments]
    typed, *forms = searching.typed(text, *(term.text for term in chain.from_iterable(terms)))
    waiting = iter(forms)
    return typed, [[(next(waiting), term.language) for term in said] for said in terms]


def _meant(readings: _Readings, *, marked: bool) -> list[Match]:
    """What says the same in other words: who types marks speaks Vietnamese, so what is called so comes first."""
    if all(len(said) == 1 for said in readings):
        return []
    called = tree().called(_ways_to_say(readings))
    every = [searching.any_reading([list(starmap(_as_meant, said)) for said in readings])]
    if marked:
        alike = [[_as_meant(one, language) for one, language in said if language != Language.EN] for said in readings]
        every.insert(0, searching.any_reading(alike))
    beside = [searching.standing_in(called)] if called else []
    return [*chain.from_iterable(_words(kind, called) for kind in every), *beside]


def _as_meant(term: Typed, language: Language) -> Match:
    """A Vietnamese term as it is written, chay is not cháy; an English one in its other forms, too."""
    return term.words if term.marked or language == Language.VI else term.folded_words


def _ways_to_say(readings: _Readings) -> list[str]:
    """All of it in other words, as many as are worth asking for a category."""
    ways = product(*([one.spelled for one, _language in said] for said in readings))
    return [" ".join(way) for way in islice(ways, _CATEGORY_NAMES)]


def _words(kind: Match, called: Sequence[UUID]) -> list[Match]:
    return [searching.among(kind, called), kind] if called else [kind]


def _numbers(typed: str) -> list[Match]:
    compact = typed.strip()
    if " " in compact or not any(char.isdigit() for char in compact):
        return []
    try:
        return [searching.gtin(gtin14(compact)), searching.sku(compact)]
    except ValueError:
        return [searching.sku(compact)]
