"""Search: PostgreSQL's full text over two forms of the names, in two languages, forgiving one slip.

Behind this module an engine could be swapped in; the rest gives it a `Selection` and what was typed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from grocery.catalog.contracts import ProductCard, ProductPage, Sort
from grocery.catalog.models import reading, searching
from grocery.catalog.models.reading import Match, Row, Selection
from grocery.catalog.policies import typing_errors
from grocery.catalog.policies.folding import word_pairs
from grocery.catalog.policies.gtin import gtin14
from grocery.catalog.services.cards import card


class Count(Protocol):
    def __call__(self, chosen: Selection, shown: int, limit: int, offset: int) -> int: ...


def page(
    chosen: Selection, *, typed: str, sort: Sort | None, limit: int, offset: int, language: str, count: Count
) -> ProductPage:
    """What answers `typed`, best first; where nothing does, what answers the nearest words that we know."""
    kinds = [Match(f"({kind.sql})", kind.params) for kind in kinds_of_match(typed)]
    unnarrowed = list(chosen.conditions), list(chosen.params)
    found = _found(chosen, kinds, sort, limit, offset, language, count)
    if found.total or offset or (meant := nearest(typed)) is None:
        return found
    chosen.conditions, chosen.params = unnarrowed
    again = _found(chosen, kinds_of_match(meant), sort, limit, offset, language, count)
    return (
        ProductPage(total=again.total, cards=again.cards, did_you_mean=spelled(meant, again.cards))
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


def kinds_of_match(typed: str) -> list[Match]:
    """The ways to answer, best first. Numbers before names; exact marks before folded ones of the same kind.

    Someone who types marks means them: then even an unfinished word with its marks comes before a folded one.
    """
    whole, begun = searching.whole_words(typed), searching.beginning_of_words(typed)
    folded, folded_begun = searching.folded_words(typed), searching.beginning_of_folded_words(typed)
    marked = any(word != fold for word, fold in word_pairs(typed))
    words = [whole, begun, folded, folded_begun] if marked else [whole, folded, begun, folded_begun]
    return [*_numbers(typed), *words]


def _numbers(typed: str) -> list[Match]:
    compact = typed.strip()
    if " " in compact or not any(char.isdigit() for char in compact):
        return []
    try:
        return [searching.gtin(gtin14(compact)), searching.sku(compact)]
    except ValueError:
        return [searching.sku(compact)]


def nearest(typed: str) -> str | None:
    """The query with one word replaced by a known one that the most popular products answer."""
    words = searching.folded(typed).split()
    if not 0 < len(words) <= typing_errors.MOST_WORDS:
        return None
    slips = set().union(*map(typing_errors.one_edit_away, words))
    long = [word for word in words if len(word) >= typing_errors.LONG_WORD]
    known = searching.known_among(sorted(slips), like=long)
    queries = typing_errors.corrections(words, known, typing_errors.could_mean)
    return searching.best_query(queries) if queries else None


def spelled(meant: str, cards: Sequence[ProductCard]) -> str:
    """`meant` with the marks that these names give it."""
    names = (name for product in cards for name in (product.name_vi, product.name_en))
    return typing_errors.as_spelled(meant.split(), map(word_pairs, names))
