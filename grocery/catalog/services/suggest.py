"""What drops down while someone types."""

from __future__ import annotations

from typing import Final

from grocery.catalog.contracts import CategoryHits, ProductCard, StoreId, Suggestions
from grocery.catalog.models import searching
from grocery.catalog.models.reading import Selection
from grocery.catalog.policies.folding import word_pairs
from grocery.catalog.policies.phrases import phrases
from grocery.catalog.services import nearest, search
from grocery.catalog.services.cards import card
from grocery.catalog.services.categories import tree
from grocery.catalog.services.stores import store

#: Phrases are made from the names of so many of the best answers.
_READ: Final = 40
_CATEGORIES: Final = 3


def suggest(*, query: str, store_id: StoreId, limit: int, language: str) -> Suggestions:
    meant, store_id = None, store(store_id=store_id).id
    cards = _best(query, store_id)
    if not cards and (meant := nearest.query(query)) is not None:
        cards = _best(meant, store_id)
    if not cards:
        return Suggestions(phrases=(), categories=(), cards=())
    return Suggestions(
        phrases=tuple(_phrases(meant or query, cards, limit, language)),
        categories=tuple(_categories(meant or query, store_id)),
        cards=tuple(cards[:limit]),
        did_you_mean=nearest.spelled(meant, cards) if meant else None,
    )


def _best(query: str, store_id: StoreId) -> list[ProductCard]:
    rows = Selection(store_id).ranked(search.kinds_of_match(query), limit=_READ, offset=0)
    return [card(row) for row in rows]


def _phrases(query: str, cards: list[ProductCard], limit: int, language: str) -> list[str]:
    typed = [fold for _word, fold in word_pairs(query)]
    if not typed:
        return []
    other = "en" if language == "vi" else "vi"
    for spoken in (language, other):
        if found := phrases(typed, [word_pairs(card.name(spoken)) for card in cards], limit=limit):
            return found
    return []


def _categories(query: str, store_id: StoreId) -> list[CategoryHits]:
    widest = searching.typed(query)[0].folded_words_begun
    counts = Selection(store_id).where(widest.sql, *widest.params).count_by_category()
    by_id = tree().by_id
    hits = [CategoryHits(category=by_id[key], products=count) for key, count in counts.items() if key in by_id]
    return sorted(hits, key=lambda hit: (-hit.products, hit.category.slug))[:_CATEGORIES]
