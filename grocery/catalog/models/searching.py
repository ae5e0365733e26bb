"""Statements of search beside the list: which words are known, which of several queries is answered best."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connection

from grocery.catalog.models.orders import Match

_EXACT: Final = "p.search_exact @@ %s::tsquery"
_FOLDED: Final = "p.search_folded @@ %s::tsquery"
_NUMBER: Final = "(p.sku = %s OR p.sku = upper(%s))"
_GTIN: Final = "(p.gtin = %s AND p.gtin <> '')"
_TYPED: Final = """
SELECT typed, folded, words, quote_literal(public.catalog_whole(words)),
  public.catalog_exact_query(words, false)::text, public.catalog_exact_query(words, true)::text,
  quote_literal(public.catalog_whole(folded)),
  public.catalog_folded_query(folded, false)::text, public.catalog_folded_query(folded, true)::text
FROM (SELECT typed, words, public.catalog_fold(words) AS folded
      FROM (SELECT typed, public.catalog_words(typed) AS words
            FROM unnest(%(texts)s::text[]) AS typed OFFSET 0) AS as_typed OFFSET 0) AS without_marks
"""
#: So many texts are remembered in their forms.
_REMEMBERED: Final = 8192


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed, as the ways to answer it; those of text without a word are None and match nothing."""

    folded: str
    #: The same with the marks that were typed.
    spelled: str
    whole_name: Match
    words: Match
    words_begun: Match
    whole_folded_name: Match
    folded_words: Match
    #: The widest: whatever one of those above finds, this one finds, too.
    folded_words_begun: Match

    @property
    def marked(self) -> bool:
        """Somebody who types marks means them."""
        return self.spelled != self.folded


_forms: dict[str, Typed] = {}


def typed(*texts: str) -> list[Typed]:
    """Texts in the forms of the search columns, in the order given. One statement, if any was not asked lately."""
    forms = {text: known for text in texts if (known := _forms.get(text))}
    if unknown := [text for text in dict.fromkeys(texts) if text not in forms]:
        with connection.cursor() as cursor:
            cursor.execute(_TYPED, {"texts": unknown})
            forms.update((text, _typed(row)) for text, *row in cursor.fetchall())
        if len(_forms) > _REMEMBERED:
            _forms.clear()
        _forms.update(forms)
    return [forms[text] for text in texts]


def _typed(row: Sequence[Any]) -> Typed:
    folded, spelled, *queries = row
    whole, words, begun, whole_folded, folded_words, folded_begun = queries
    widest = Match(_FOLDED, (folded_begun,))
    exact_begun = Match(_EXACT, (begun,), within=widest)
    exact, plain = Match(_EXACT, (words,), within=exact_begun), Match(_FOLDED, (folded_words,), within=widest)
    return Typed(
        folded=folded or "",
        spelled=spelled or "",
        whole_name=Match(_EXACT, (whole,), within=exact),
        words=exact,
        words_begun=exact_begun,
        whole_folded_name=Match(_FOLDED, (whole_folded,), within=plain),
        folded_words=plain,
        folded_words_begun=widest,
    )


def any_reading(parts: Sequence[Sequence[Match]]) -> Match:
    """What answers each part in one of its readings, which are queries of a column."""
    conditions: list[str] = []
    params: list[object] = []
    for readings in parts:
        asked: dict[str, list[str]] = defaultdict(list)
        for one in readings:
            asked[one.sql] += [f"({query})" for query in one.params if query]
        columns = {sql: " | ".join(queries) for sql, queries in asked.items() if queries}
        conditions.append(f"({' OR '.join(columns) or 'false'})")
        params += columns.values()
    return Match(f"({' AND '.join(conditions)})", tuple(params))


def among(kind: Match, categories: Sequence[UUID]) -> Match:
    """What answers in this way and stands in one of these categories."""
    return Match(f"({kind.sql} AND p.category_id = ANY(%s))", (*kind.params, list(categories)), within=kind)


def standing_in(categories: Sequence[UUID]) -> Match:
    return Match("p.category_id = ANY(%s)", (list(categories),))


def sku(typed: str) -> Match:
    return Match(_NUMBER, (typed, typed))


def gtin(digits: str) -> Match:
    return Match(_GTIN, (digits,))


def either(*kinds: Match) -> Match:
    """What answers in any of these ways; those within others of them need not be asked."""
    kinds = tuple(kind for kind in kinds if kind.within not in kinds)
    return Match(f"({' OR '.join(kind.sql for kind in kinds)})", tuple(p for kind in kinds for p in kind.params))


def learn_words(skus: Sequence[str]) -> None:
    """Know the words in the names of these products."""
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO "catalog_knownword" (word) SELECT DISTINCT word FROM "catalog_product" p,'
            " unnest(tsvector_to_array(p.search_folded)) AS word"
            " WHERE p.sku = ANY(%s) AND length(word) BETWEEN 2 AND 64 AND word NOT LIKE '=%%'"
            " ORDER BY word ON CONFLICT DO NOTHING",
            [list(skus)],
        )


def known_among(words: Sequence[str], *, like: Sequence[str] = ()) -> list[str]:
    """Those of `words` that occur in names, and other known words that look much like one of `like`."""
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT word FROM "catalog_knownword" WHERE word = ANY(%s) UNION'
            ' SELECT k.word FROM unnest(%s::text[]) AS typed, "catalog_knownword" k'
            " WHERE k.word OPERATOR(public.%%) typed AND public.similarity(k.word, typed) >= 0.45",
            [list(words), list(like)],
        )
        return [str(word) for (word,) in cursor.fetchall()]


_BEST: Final = """
SELECT typed
FROM unnest(%(queries)s::text[]) AS typed
CROSS JOIN LATERAL (SELECT EXISTS (
    SELECT FROM "catalog_product" p
    WHERE p.is_active AND p.search_folded @@ quote_literal(public.catalog_whole(typed))::tsquery) AS yes) AS named
CROSS JOIN LATERAL (
  SELECT sum(popularity) AS weight, count(*) AS hits FROM (
    SELECT p.popularity FROM "catalog_product" p
    WHERE p.is_active AND p.search_folded @@ public.catalog_folded_query(typed, false)
    ORDER BY p.popularity DESC LIMIT 20) AS top) AS answered
WHERE hits > 0
ORDER BY CASE WHEN %(rarest)s THEN hits END, named.yes DESC, weight DESC, hits DESC, typed LIMIT 1
"""


def best_query(queries: Sequence[str], *, rarest: bool = False) -> str | None:
    """Of folded queries one that is a whole name, else the one that the most popular products answer.

    `rarest`: rather the one that the fewest products answer. None where nothing answers any. One statement.
    """
    with connection.cursor() as cursor:
        cursor.execute(_BEST, {"queries": list(queries), "rarest": rarest})
        found = cursor.fetchone()
    return str(found[0]) if found else None
