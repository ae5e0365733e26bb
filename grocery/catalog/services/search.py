"""Search: PostgreSQL's full text over two forms of the names, in two languages, forgiving one slip.

Behind this module an engine could be swapped in; the rest gives it a `Selection` and what was typed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from grocery.catalog.contracts import ProductPage, Sort
from grocery.catalog.models import reading, searching
from grocery.catalog.models.reading import Match, Row, Selection
from grocery.catalog.policies.gtin import gtin14
from grocery.catalog.services import nearest
from grocery.catalog.services.cards import card
from grocery.catalog.services.categories import tree


class Count(Protocol):
    def __call__(self, chosen: Selection, shown: int, limit: int, offset: int) -> int: ...


def page(
    chosen: Selection, *, typed: str, sort: Sort | None, limit: int, offset: int, language: str, count: Count
) -> ProductPage:
    """What answers `typed`, best first; where nothing does, what answers the nearest words that we know."""
    kinds = [Match(f"({kind.sql})", kind.params) for kind in kinds_of_match(typed)]
    unnarrowed = list(chosen.conditions), list(chosen.params)
    found = _found(chosen, kinds, sort, limit, offset, language, count)
    if found.total or offset or (meant := nearest.query(typed)) is None:
        return found
    chosen.conditions, chosen.params = unnarrowed
    again = _found(chosen, kinds_of_match(meant), sort, limit, offset, language, count)
    return (
        ProductPage(total=again.total, cards=again.cards, did_you_mean=nearest.spelled(meant, again.cards))
        if again.total
        else found
    )


def _found(
    chosen: Selection,
    kinds: Sequence[Match],
    sort: Sort | None,
    limit: int,
    offset: int,
    language: str,
    count: Count,
) -> ProductPage:
    rows: list[Row]
    if sort is None:
        rows = chosen.ranked(kinds, limit=limit, offset=offset)
        _narrow(chosen, kinds)
    else:
        _narrow(chosen, kinds)
        rows = chosen.page(order=reading.order(sort, language=language), limit=limit, offset=offset)
    return ProductPage(total=count(chosen, len(rows), limit, offset), cards=[card(row) for row in rows])


def _narrow(chosen: Selection, kinds: Sequence[Match]) -> None:
    any_kind = searching.either(*kinds)
    chosen.where(any_kind.sql, *any_kind.params)


def kinds_of_match(text: str) -> list[Match]:
    """The ways to answer, best first.

    Numbers come before names, whole names before words, what stands in a category called so before what does not, and
    of the same kind exact marks before folded ones. Someone who types marks means them: then even an unfinished word
    with its marks comes before a folded one.
    """
    typed = searching.typed(text)
    called = tree().called(typed.folded)
    exact = [typed.whole_name, *_words(typed.words, called)]
    folded = [typed.whole_folded_name, *_words(typed.folded_words, called)]
    beside = [searching.standing_in(called)] if called else []
    if typed.marked:
        return [*_numbers(text), *exact, *beside, typed.words_begun, *folded, typed.folded_words_begun]
    return [*_numbers(text), *exact, *folded, *beside, typed.words_begun, typed.folded_words_begun]


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
