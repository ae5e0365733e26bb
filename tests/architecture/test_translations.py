"""Nothing that people read is left in English for those who read Vietnamese."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

from tests.architecture.source import DOMAINS, PRODUCT, ROOT

APPS = (*DOMAINS, "storefront", "kernel", "config")
#: Files that say something to people.
WRITTEN = (".po", ".py", ".html", ".txt", ".subject", ".toml", ".js")
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def said(app: str) -> Iterator[tuple[str, str]]:
    """Every text for people in an app's code and templates, and where it stands."""
    for path in sorted((PRODUCT / app).rglob("*")):
        if path.suffix not in {".py", ".html", ".txt", ".subject"} or "migrations" in path.parts:
            continue
        source = path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            source = "\n".join(line.strip() for line in templatize(source, str(path)).splitlines())
        for _line, message, _comments, _context in extract("python", io.BytesIO(source.encode()), keywords=KEYWORDS):
            first = message if isinstance(message, str) else message[0]
            if first:
                yield first, str(path.relative_to(ROOT))


def translated(app: str) -> dict[str, tuple[str, ...]]:
    """What an app's Vietnamese catalogue says, by the English text."""
    path = PRODUCT / app / "locale/vi/LC_MESSAGES/django.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        catalogue = read_po(file, locale="vi")
    return {_first(m.id): _all(m.string) for m in catalogue if m.id and not m.fuzzy}


def _first(text: str | Sequence[str]) -> str:
    return text if isinstance(text, str) else text[0]


def _all(text: str | Sequence[str | None] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(form or "" for form in text or ())


#: oa, oe and uy at the end of a syllable with the mark on their second letter; after q, u is none of the vowels.
NEWER_SCHOOL = re.compile(
    "(?<!q)(?:o[\u00e0\u00e1\u1ea3\u00e3\u1ea1\u00e8\u00e9\u1ebb\u1ebd\u1eb9]"
    "|u[\u1ef3\u00fd\u1ef7\u1ef9\u1ef5])(?![^\\W\\d_])",
    re.I,
)
#: Words that the shop writes with y, though i is right as well.
WITH_I = re.compile("\\b(?:k[\u00ed\u00ec\u0129]|l\u00ed|m\u0129|qu[\u00ed\u00ec])\\b", re.I)


def spelt_otherwise(text: str) -> list[str]:
    return [found.group() for rule in (NEWER_SCHOOL, WITH_I) for found in rule.finditer(text)]


def test_one_spelling_of_vietnamese():
    """Both places of the mark are right; the shop writes one of them (ADR 182)."""
    texts = [path for path in PRODUCT.rglob("*") if path.suffix in {*WRITTEN} and "migrations" not in path.parts]
    otherwise = {str(path.relative_to(ROOT)): spelt_otherwise(path.read_text("utf-8")) for path in texts}
    assert {path: found for path, found in otherwise.items() if found} == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("xo\u00e1 h\u1ebft", ["o\u00e1"]),
        ("Hu\u1ef7 \u0111\u01a1n", ["u\u1ef7"]),
        ("l\u00ed do", ["l\u00ed"]),
        ("hủy, hòa, khóa, quý, quả, hoàn tiền, thoát, ký, lý do, mì, bì", []),
    ],
)
def test_a_mark_in_the_other_place_is_seen(text: str, found: list[str]):
    assert spelt_otherwise(text) == found


@pytest.mark.parametrize("app", APPS)
def test_every_text_is_translated(app: str):
    known = translated(app)
    assert [f"{where}: {text}" for text, where in said(app) if not any(known.get(text, ()))] == []


@pytest.mark.parametrize("app", APPS)
def test_every_translation_is_still_said(app: str):
    assert set(translated(app)) - {text for text, _ in said(app)} == set()


@pytest.mark.parametrize("app", APPS)
def test_a_translation_keeps_the_placeholders(app: str):
    broken = [
        text
        for text, strings in translated(app).items()
        if any(set(PLACEHOLDER.findall(string)) - set(PLACEHOLDER.findall(text)) for string in strings)
    ]
    assert broken == []
