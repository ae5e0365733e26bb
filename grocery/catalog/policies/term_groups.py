"""How a group of terms is written down, and what makes it fit to be one; the same for staff and the house's own."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import Final

from grocery.catalog.contracts.terms import Terms
from grocery.catalog.policies.terms import LONGEST_TERM, words
from grocery.kernel.errors import Invalid

FEWEST: Final = 2
MOST: Final = 12
#: Letters of one term.
LONGEST: Final = 60
#: What the written form of a group needs for itself.
_SIGNS: Final = frozenset("=~,#")


def checked(terms: Terms) -> Terms:
    """The group as it is kept: lower case, NFC, single blanks. Raises Invalid, with the field, for a fault."""
    kept = Terms(vi=_tidied(terms.vi), en=_tidied(terms.en), common=_tidied(terms.common), typed=_tidied(terms.typed))
    for wrong in _faults(kept):
        raise wrong
    return kept


def parsed(line: str) -> Terms:
    """A group from its line, `bông cải, súp lơ = cauliflower = common ~ only typed`; the last parts may be missing.

    Raises ValueError for a line with more parts and Invalid for terms that are no group.
    """
    offered, _sign, typed = line.partition("~")
    vi, en, common = [*offered.split("="), "", ""][:3]
    if offered.count("=") > 2 or "~" in typed or "=" in typed:
        raise ValueError(f"A group is written as “vi, vi = en = both ~ typed”: {line}")
    return checked(Terms(vi=_listed(vi), en=_listed(en), common=_listed(common), typed=_listed(typed)))


def line(terms: Terms) -> str:
    """The group in one line, as `parsed` reads it."""
    parts = [", ".join(terms.vi), ", ".join(terms.en), ", ".join(terms.common)]
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    offered = " ".join(" = ".join(parts).split())
    return f"{offered} ~ {', '.join(terms.typed)}" if terms.typed else offered


def _listed(text: str) -> tuple[str, ...]:
    return tuple(term for term in text.split(",") if term.strip())


def _tidied(terms: tuple[str, ...]) -> tuple[str, ...]:
    tidy = (" ".join(unicodedata.normalize("NFC", term).lower().split()) for term in terms)
    return tuple(term for term in tidy if term)


def _faults(terms: Terms) -> Iterator[Invalid]:
    for field in ("vi", "en", "common", "typed"):
        for term in getattr(terms, field):
            yield from _faults_of(field, term)
    twice = [said for said, times in Counter(" ".join(words(term)) for term in terms.every()).items() if times > 1]
    if twice:
        yield Invalid(
            _where(terms, twice[0]),
            f"“{twice[0]}” is in this group twice.",
            f"“{twice[0]}” bị ghi hai lần trong nhóm.",
        )
    count = len(terms.every())
    if not FEWEST <= count <= MOST:
        yield Invalid(
            "vi",
            f"A group has {FEWEST} to {MOST} terms; this one has {count}.",
            f"Một nhóm có từ {FEWEST} đến {MOST} từ; nhóm này có {count}.",
        )
    if len(terms.typed) == count:
        yield Invalid(
            "typed",
            "At least one term has to be one that is looked for.",
            "Phải có ít nhất một từ dùng để tìm, không chỉ các từ khách gõ.",
        )


def _faults_of(field: str, term: str) -> Iterator[Invalid]:
    if not 1 <= len(words(term)) <= LONGEST_TERM or len(term.split()) > LONGEST_TERM or len(term) > LONGEST:
        yield Invalid(
            field,
            f"“{term[:LONGEST]}”: a term is one to {LONGEST_TERM} words, at most {LONGEST} letters.",
            f"“{term[:LONGEST]}”: mỗi từ gồm một đến {LONGEST_TERM} tiếng, tối đa {LONGEST} chữ cái.",
        )
    if not (_SIGNS.isdisjoint(term) and term.isprintable()):
        yield Invalid(
            field,
            f"“{term}”: write one term per line, without = ~ , and #.",
            f"“{term}”: mỗi dòng một từ, không dùng các dấu = ~ , và #.",
        )


def _where(terms: Terms, said: str) -> str:
    """The last field that says it."""
    fields = ("typed", "en", "common", "vi")
    return next(field for field in fields if said in {" ".join(words(term)) for term in getattr(terms, field)})
