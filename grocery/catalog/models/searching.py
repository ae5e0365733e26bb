"""Statements of search beside the list: which words are known, which of several queries is answered best."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db import connection

from grocery.catalog.models.reading import Match

#: `%(…)s` holds what was typed; NULL queries (nothing but punctuation) match nothing.
_EXACT: Final = "p.search_exact @@ public.catalog_exact_query(%s, {unfinished})"
_FOLDED: Final = "p.search_folded @@ public.catalog_folded_query(%s, {unfinished})"
_NUMBER: Final = "(p.sku = %s OR p.sku = upper(%s))"
_GTIN: Final = "(p.gtin = %s AND p.gtin <> '')"


def whole_words(typed: str) -> Match:
    return Match(_EXACT.format(unfinished="false"), (typed,))


def beginning_of_words(typed: str) -> Match:
    return Match(_EXACT.format(unfinished="true"), (typed,))


def folded_words(typed: str) -> Match:
    return Match(_FOLDED.format(unfinished="false"), (typed,))


def beginning_of_folded_words(typed: str) -> Match:
    """The widest: whatever one of the three above finds, this one finds, too."""
    return Match(_FOLDED.format(unfinished="true"), (typed,))


def sku(typed: str) -> Match:
    return Match(_NUMBER, (typed, typed))


def gtin(digits: str) -> Match:
    return Match(_GTIN, (digits,))


def either(*kinds: Match) -> Match:
    return Match(f"({' OR '.join(kind.sql for kind in kinds)})", tuple(p for kind in kinds for p in kind.params))


def folded(text: str) -> str:
    """As the search columns hold it: words in lower case without marks, one blank between them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT public.catalog_fold(%s)", [text])
        (plain,) = cursor.fetchone() or ("",)
    return str(plain)


def learn_words(skus: Sequence[str]) -> None:
    """Know the words in the names of these products."""
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO "catalog_knownword" (word) SELECT DISTINCT word FROM "catalog_product" p,'
            " unnest(tsvector_to_array(p.search_folded)) AS word"
            " WHERE p.sku = ANY(%s) AND length(word) BETWEEN 2 AND 64 ORDER BY word ON CONFLICT DO NOTHING",
            [list(skus)],
        )


def known_among(words: Sequence[str], *, like: Sequence[str]) -> list[str]:
    """Those of `words` that occur in names, and other known words that look much like one of `like`."""
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT word FROM "catalog_knownword" WHERE word = ANY(%s) UNION'
            ' SELECT k.word FROM unnest(%s::text[]) AS typed, "catalog_knownword" k'
            " WHERE k.word OPERATOR(public.%%) typed AND public.similarity(k.word, typed) >= 0.45",
            [list(words), list(like)],
        )
        return [str(word) for (word,) in cursor.fetchall()]


def best_query(queries: Sequence[str]) -> str | None:
    """The query that the most popular products answer; None when nothing answers any. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT typed FROM unnest(%s::text[]) AS typed, LATERAL ("
            "  SELECT sum(popularity) AS weight, count(*) AS hits FROM ("
            '    SELECT p.popularity FROM "catalog_product" p WHERE p.is_active'
            "    AND p.search_folded @@ public.catalog_folded_query(typed, false)"
            "    ORDER BY p.popularity DESC LIMIT 20) AS top) AS answered"
            " WHERE hits > 0 ORDER BY weight DESC, hits DESC, typed LIMIT 1",
            [list(queries)],
        )
        found = cursor.fetchone()
    return str(found[0]) if found else None
