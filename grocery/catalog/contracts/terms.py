"""Terms of search that mean the same to someone who buys groceries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Language(StrEnum):
    """What a term is written in: `BOTH` is said alike in Vietnamese and English (pizza, kimchi)."""

    VI = "vi"
    EN = "en"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """One group: whoever types one of its terms means the others, too.

    Terms are as they are written (NFC, lower case), one to five words each. `common` are said alike in both
    languages. `typed` are only ever typed, never looked for in place of another: brands used as words, and
    words that mean more than the group.
    """

    vi: tuple[str, ...] = ()
    en: tuple[str, ...] = ()
    common: tuple[str, ...] = ()
    typed: tuple[str, ...] = ()

    def every(self) -> tuple[str, ...]:
        return (*self.vi, *self.common, *self.en, *self.typed)

    def offered(self) -> Iterator[Term]:
        """What may be looked for in place of another, in order."""
        for language, texts in ((Language.VI, self.vi), (Language.BOTH, self.common), (Language.EN, self.en)):
            for text in texts:
                yield Term(text, language)


@dataclass(frozen=True, slots=True)
class Term:
    """One term of a group that may be looked for."""

    text: str
    language: Language


@dataclass(frozen=True, slots=True)
class Segment:
    """Words of a query that belong together, and what else to look for in their place, best first."""

    typed: str
    alternatives: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsElsewhere:
    """A term that another group has, too: whoever types it means both."""

    text: str
    group_id: UUID
    group: Terms
