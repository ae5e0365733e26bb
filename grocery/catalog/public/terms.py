"""The part of the face for search terms: which words mean the same, as the house and its staff write them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from grocery.catalog.contracts.terms import Segment, TermsElsewhere
from grocery.catalog.contracts.terms import Terms as SearchTerms
from grocery.catalog.services import terms as _terms


def search_meanings(*, typed: str) -> tuple[Segment, ...]:
    """What was typed, cut into the terms that search knows, each with what else is looked for. Never raises."""
    return _terms.understood(typed=typed)


def check_search_terms(*, terms: SearchTerms) -> None:
    """Say beforehand whether these terms can be a group: raises Invalid with the field."""
    _terms.check(terms)


def save_search_terms(
    *, group_id: UUID | None, terms: SearchTerms, active: bool, now: datetime, by: UUID | None = None
) -> UUID:
    """Write a group of terms that mean the same down, new (None) or changed; search follows it at once.

    2 to 12 terms of one to five words, kept in lower case. Remembered with who and when. Raises Invalid, NotFound.
    """
    return _terms.save(group_id=group_id, terms=terms, active=active, by=by, now=now)


def search_terms_elsewhere(*, terms: SearchTerms, group_id: UUID | None = None) -> list[TermsElsewhere]:
    """Those of the terms that other groups have, too: allowed, whoever types one means both groups."""
    return _terms.elsewhere(terms=terms, group_id=group_id)


__all__ = [
    "SearchTerms",
    "Segment",
    "TermsElsewhere",
    "check_search_terms",
    "save_search_terms",
    "search_meanings",
    "search_terms_elsewhere",
]
