"""What drops down while someone types."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import Final

from grocery.catalog.contracts import CategoryHits, StoreId, Suggestions
from grocery.catalog.models import reading, searching
from grocery.catalog.models.reading import Row, Selection
from grocery.catalog.policies.folding import word_pairs
from grocery.catalog.policies.phrases import phrases
from grocery.catalog.services import nearest, search, versions
from grocery.catalog.services.cards import card
from grocery.catalog.services.categories import tree
from grocery.catalog.services.stores import store

#: Phrases are made from the names of so many of the best answers.
_READ: Final = 40
_CATEGORIES: Final = 3


@dataclass(frozen=True, slots=True)
class _Heard:
    """What follows from what was typed."""

    phrases: tuple[str, ...] = ()
    categories: tuple[CategoryHits, ...] = ()
    skus: tuple[str, ...] = ()
    did_you_mean: str | None = None


_heard: Final = versions.Memory[_Heard](versions.CATALOG, versions.TERMS, most=4096)


def suggest(*, query: str, store_id: StoreId, limit: int, language: str) -> Suggestions:
    store_id = store(store_id=store_id).id
    heard = _heard.answer((query, limit, language), lambda: _listen(query, store_id, limit, language))
    return Suggestions(
        phrases=heard.phrases,
        categories=heard.categories,
        cards=tuple(card(row) for row in reading.in_order(heard.skus, store_id=store_id)),
        did_you_mean=heard.did_you_mean,
    )


def _listen(query: str, store_id: StoreId, limit: int, language: str) -> _Heard:
    meant, found = None, _best(query, store_id)
    if not found and (meant := nearest.query(query)) is not None:
        found = _best(meant, store_id)
    if not found:
        return _Heard()
    return _Heard(
        phrases=tuple(_phrases(meant or query, found, limit, language)),
        categories=tuple(_categories(meant or query, store_id)),
        skus=tuple(sku for sku, *_names in found[:limit]),
        did_you_mean=nearest.spelled(meant, chain.from_iterable(names for _sku, *names in found)) if meant else None,
    )


def _best(query: str, store_id: StoreId) -> list[Row]:
    return Selection(store_id).ranked(search.steps_of_matching(query), limit=_READ)


def _phrases(query: str, found: list[Row], limit: int, language: str) -> list[str]:
    typed = [fold for _word, fold in word_pairs(query)]
    if not typed:
        return []
    vietnamese = (word_pairs(name) for _sku, name, _english in found)
    english = (word_pairs(name) for _sku, _vietnamese, name in found)
    for names in (vietnamese, english) if language == "vi" else (english, vietnamese):
        if going_on := phrases(typed, list(names), limit=limit):
            return going_on
    return []


def _categories(query: str, store_id: StoreId) -> list[CategoryHits]:
    widest = searching.typed(query)[0].folded_words_begun
    counts = Selection(store_id).where(widest.sql, *widest.params).count_by_category()
    by_id = tree().by_id
    hits = [CategoryHits(category=by_id[key], products=count) for key, count in counts.items() if key in by_id]
    return sorted(hits, key=lambda hit: (-hit.products, hit.category.slug))[:_CATEGORIES]
